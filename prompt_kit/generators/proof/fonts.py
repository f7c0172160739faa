"""Finds a face for every character: Pillow's own for Latin, the system's for other scripts, or none."""

from __future__ import annotations

import os
import sys
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from PIL import ImageFont, features

OWN: Final = ""
"""The face that comes with Pillow (Aileron): the same letters on every machine."""

MARKED: Final = "marked"
"""Letters with marks that the own face lacks; they are put together from its letters."""

NONE: Final = "none"
"""No face on this machine has the characters; they are named instead of drawn as empty boxes."""

MEASURE: Final = 64
"""The size, in pixels, at which widths are measured; they grow in proportion."""

_LEADERS: Final = frozenset("ARABIC HEBREW SYRIAC THAANA NKO".split())
"""Scripts that are read from right to left, as the names of their characters begin."""

_SHAPED: Final = _LEADERS | frozenset(
    "DEVANAGARI BENGALI TAMIL TELUGU KANNADA MALAYALAM GUJARATI GURMUKHI ORIYA SINHALA KHMER MYANMAR TIBETAN".split()
)
"""Scripts whose letters change with their neighbours, which only the Raqm library can do."""

_EAST_ASIAN: Final = frozenset("CJK HIRAGANA KATAKANA HANGUL IDEOGRAPHIC BOPOMOFO FULLWIDTH".split())

_FOLDERS: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "C:/Windows/Fonts",
)
_MOST_FILES: Final = 6000

_FAMILIES: Final = {
    "east asian": (
        "notosanscjk notosansjp notosanssc notosanskr sourcehansans hiragino pingfang yugoth meiryo msyh malgun "
        "applesdgothicneo applegothic wqy droidsansfallback msgothic simsun arialunicode unifont"
    ).split(),
    "other": (
        "notosans-regular notonaskharabic-regular notosansarabic notosans notokufi dejavusans.ttf geezapro segoeui.ttf "
        "nirmala leelawui thonburi arial.ttf liberationsans-regular helvetica tahoma freesans arialunicode unifont"
    ).split(),
}

_MARKS: Final = frozenset("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327\u0328")
"""Marks that can be put on a letter of the own face: grave to caron, cedilla and ogonek."""

LIKE: Final = {
    "–": "-",
    "—": "-",
    "−": "-",
    "‐": "-",
    "‑": "-",
    "×": "x",
    "•": "·",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
}
"""Characters that are drawn as another one of the own face with a stroke, longer, or turned."""

_LANGUAGES: Final = {
    "CJK": "Han",
    "IDEOGRAPHIC": "Han",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
}

_JOINERS: Final = frozenset("\u200d\ufe0f\ufe0e\u20e3")


@dataclass(frozen=True, slots=True)
class FontRun:
    """Characters that one face can draw."""

    text: str
    face: str
    """`OWN`, `MARKED`, `NONE`, or the path of a font file."""
    script: str = ""
    """What to call it where no face has it: "Japanese", "emoji"."""
    rtl: bool = False


@lru_cache(maxsize=4096)
def runs(text: str) -> tuple[FontRun, ...]:
    """Return the text in pieces that one face each can draw."""
    pieces: list[FontRun] = []
    for cluster in _clusters(text):
        script = _script(cluster[0])
        face = _face(cluster, script)
        rtl = script in _LEADERS
        called = _called(cluster[0], script)
        last = pieces[-1] if pieces else None
        if last is None or (last.face, last.rtl) != (face, rtl) or (face == NONE and not _akin(last.script, called)):
            pieces.append(FontRun(cluster, face, called, rtl))
        else:
            # Japanese is written with Chinese characters, too; one Japanese character in the text decides.
            called = "Japanese" if "Japanese" in {last.script, called} else last.script
            pieces[-1] = FontRun(last.text + cluster, face, called, rtl)
    return tuple(_joined(pieces))


def _joined(pieces: list[FontRun]) -> list[FontRun]:
    """Return the pieces with the spaces between words that run from right to left inside them."""
    joined: list[FontRun] = []
    for piece in pieces:
        before = joined[-2] if len(joined) > 1 else None
        if before is not None and piece.rtl and before.rtl and before.face == piece.face and joined[-1].text.isspace():
            joined[-2:] = [FontRun(before.text + joined[-1].text + piece.text, piece.face, piece.script, rtl=True)]
        else:
            joined.append(piece)
    return joined


def clean(text: str) -> str:
    """Return the text as it can be set: composed, without control characters, and with few marks on each letter."""
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if category == "Cs":
            kept.append("\ufffd")
        elif (category in {"Cc", "Cf", "Cn", "Co"} and char not in _JOINERS and char != "\u200c") or marks > 3:  # noqa: PLR2004
            kept.append(" " if char in "\t\n\r\v\f\x85" else "")
        else:
            kept.append(char)
    return "".join(kept)


@lru_cache(maxsize=256)
def font(face: str, size: float) -> ImageFont.FreeTypeFont:
    """Return a face in a size, in pixels."""
    if face in {OWN, MARKED}:
        made = ImageFont.load_default(size)
        if isinstance(made, ImageFont.FreeTypeFont):
            return made
    return ImageFont.truetype(face, size)


def can_shape() -> bool:
    """Return whether Pillow can join letters and set from right to left here."""
    return bool(features.check("raqm") and features.check("fribidi"))


def east_asian(char: str) -> bool:
    """Return whether a line may break before and after this character."""
    return char > "\u2e7f" and _script(char) in _EAST_ASIAN


def decomposed(char: str) -> tuple[str, str]:
    """Return a letter and the marks on it."""
    apart = unicodedata.normalize("NFD", char)
    return LIKE.get(apart[0], apart[0]), apart[1:]


def _clusters(text: str) -> list[str]:
    """Return the characters, each with the marks and joiners that belong to it."""
    clusters: list[str] = []
    for char in text:
        joined = clusters and (
            unicodedata.category(char).startswith("M")
            or char in _JOINERS
            or clusters[-1].endswith("\u200d")
            or "\U0001f3fb" <= char <= "\U0001f3ff"
        )
        if joined:
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def _face(cluster: str, script: str) -> str:
    if all(char in _own() for char in cluster):
        return OWN
    char = unicodedata.normalize("NFC", cluster)
    if len(char) == 1:
        base, marks = decomposed(char)
        if base in _own() and set(marks) <= _MARKS and len(marks) <= 1 and (marks or char in LIKE):
            return MARKED
    if script in _SHAPED and not can_shape():
        return NONE
    return _system_face(cluster, "east asian" if script in _EAST_ASIAN else "other")


@lru_cache(maxsize=4096)
def _system_face(cluster: str, family: str) -> str:
    needed = [char for char in cluster if char not in _JOINERS]
    return next((path for path in _system(family) if all(_draws(path, char) for char in needed)), NONE)


@cache
def _own() -> frozenset[str]:
    """Return the characters of Pillow's own face, which has about a hundred."""
    own = font(OWN, MEASURE)
    missing = bytes(own.getmask("\U0010fffe"))
    candidates = [*map(chr, range(0x20, 0x7F)), *map(chr, range(0xA1, 0x180)), *"‘’“”…‹›™⁄\u00a0"]
    return frozenset({" ", "\u00a0"} | {char for char in candidates if bytes(own.getmask(char)) not in (missing, b"")})


@lru_cache(maxsize=8192)
def _draws(path: str, char: str) -> bool:
    try:
        # Raqm puts a dotted circle under a lone mark, which would look like a letter.
        face = ImageFont.truetype(path, MEASURE, layout_engine=ImageFont.Layout.BASIC)
        drawn = bytes(face.getmask(char))
        return bool(drawn) and any(drawn) and drawn != bytes(face.getmask("\U0010fffe"))
    except (OSError, ValueError):  # a font file that FreeType does not read
        return False


@cache
def _system(family: str) -> tuple[str, ...]:
    """Return the system's font files that may have the characters of a family, best first."""
    by_rank: dict[int, str] = {}
    for path in _files():
        name = path.name.lower().replace(" ", "")
        rank = next((at for at, part in enumerate(_FAMILIES[family]) if name.startswith(part)), None)
        weighty = any(word in name for word in ("bold", "black", "italic", "oblique", "light", "thin", "mono", "serif"))
        if rank is not None and not weighty and rank not in by_rank:
            by_rank[rank] = str(path)
    return tuple(path for _, path in sorted(by_rank.items()))


@cache
def _files() -> tuple[Path, ...]:
    files: list[Path] = []
    windows = os.environ.get("WINDIR")
    for folder in (*_FOLDERS, *([f"{windows}/Fonts"] if windows and sys.platform == "win32" else [])):
        for root, folders, names in os.walk(Path(folder).expanduser()):
            folders.sort()
            files += [Path(root, name) for name in sorted(names) if name.lower().endswith((".ttf", ".otf", ".ttc"))]
            if len(files) > _MOST_FILES:
                return tuple(files)
    return tuple(files)


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    """Return the first word of the character's name, which names its script."""
    return unicodedata.name(char, "").partition(" ")[0].partition("-")[0]


def _akin(script: str, other: str) -> bool:
    return script == other or {script, other} == {"Han", "Japanese"}


def _called(char: str, script: str) -> str:
    if char >= "\U0001f000" or "\u2600" <= char <= "\u27bf":
        return "emoji"
    named = _SHAPED | {"LATIN", "GREEK", "CYRILLIC", "THAI", "LAO", "ETHIOPIC", "GEORGIAN", "ARMENIAN", "MONGOLIAN"}
    return _LANGUAGES.get(script) or (script.title() if script in named else "signs")
