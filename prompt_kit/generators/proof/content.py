"""What a proof sheet says about a request: read from its words, its values and its pictures, without any drawing."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.generators.proof.colours import Chip, chips
from prompt_kit.generators.proof.fonts import clean
from prompt_kit.generators.proof.places import NOWHERE, Spot, area_of, places, share_of
from prompt_kit.prompt import ROLES, Earlier
from prompt_kit.support.money import dollars
from prompt_kit.support.words import series

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prompt_kit.generators import Request
    from prompt_kit.images import Image
    from prompt_kit.prompt import Reference, Role

MOST_COPY: Final = 12
"""How many quoted words are set in the frame; the prompt beside it has all."""

MOST_PANELS: Final = 12

_QUOTES: Final = re.compile(
    r'"([^"]{1,300})"|“([^“”]{1,300})”|«([^«»]{1,300})»|「([^「」]{1,300})」|『([^『』]{1,300})』'
)
_SENTENCE: Final = re.compile(r"(?<=[.!?。！？])\s+")
_PANEL: Final = re.compile(r"^panel (\d{1,2}): ", re.IGNORECASE)
_STAYS: Final = re.compile(
    r"\b(keep|keeps|stay|stays|remain|remains|unchanged|untouched|preserve|exactly as it is|true to)\b", re.IGNORECASE
)
_SHARES: Final = {
    "twentieth": 0.05,
    "tenth": 0.1,
    "sixth": 0.16,
    "fifth": 0.2,
    "quarter": 0.25,
    "third": 0.33,
    "half": 0.5,
    "two thirds": 0.62,
}
PORTRAYED: Final = ("identity", "object")
"""What the picture shows stands on a reference in one of these roles, or on a mark where words lead."""

_SUBJECTS: Final = (
    "subject portrait story film result motifs topic product character new_look brand style pieces".split()
)
"""The values that say what the picture shows, the likeliest first; pictures may have the names of the later ones."""


@dataclass(frozen=True, slots=True)
class ProofPicture:
    """A picture that goes along."""

    number: int
    """Its place among the pictures that are sent, from 1."""
    name: str
    """Its slot, or its file where several share one."""
    role: Role
    image: Image

    @property
    def purpose(self) -> str:
        """What the model takes from it."""
        return ROLES[self.role]


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture of a strip."""

    action: str
    copy: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExactWords:
    """Exact words of the picture."""

    text: str
    said: str = ""
    """What its value says of the place, as it was written."""
    spot: Spot | None = None
    """Where they are drawn; ``None`` when no side of the frame is said."""
    small: bool = False


@dataclass(frozen=True, slots=True)
class DrawnSentence:
    """A sentence of the prompt as the sheet prints it."""

    text: str
    kind: str
    """``lead`` for the first of the prompt, ``stays`` for what must not change, empty for others."""


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything that the sheet shows."""

    title: str
    turn: str
    """Which of several pictures this is, and what it shows."""
    task: str
    accent: str
    paragraphs: tuple[tuple[tuple[DrawnSentence, ...], ...], ...]
    """The prompt by paragraphs and lines."""
    subject: str
    spot: Spot
    share: float
    """How much of the frame the subject takes, from 0 to 1."""
    copy: tuple[str, ...]
    """The exact words in the picture, outside of panels."""
    placed: tuple[ExactWords, ...]
    """Those of them that are drawn at a side of the frame, because their value says so."""
    centred: tuple[ExactWords, ...]
    """Those that are drawn with the subject, because nothing says where they stand."""
    listed: tuple[ExactWords, ...]
    """Those that stand beside the frame: where they would be drawn, they would cover or contradict something."""
    empty: str
    """What is said of the part that stays free for words that are set later: "Kept calm"; empty when there is none."""
    empty_spot: Spot | None
    """Where that part is, when its value names a side."""
    empty_share: float
    """How much of the frame's width or height it takes, from 0 to 1."""
    room: str
    """The part in the words of its value, when that names no side."""
    panels: tuple[Panel, ...]
    stacked: str
    """``row``, ``column``, ``grid`` or ``opening`` (the first panel as wide as all); empty where the format decides."""
    chips: tuple[Chip, ...]
    pictures: tuple[ProofPicture, ...]
    turns: tuple[str, ...]
    """The names of all pictures of the prompt, when there are several."""
    at: int
    """Which of them this is, from 0."""
    settings: tuple[tuple[str, str], ...]


def brief(request: Request, size: tuple[int, int]) -> Brief:
    """Return what the sheet of a request says."""
    prompt = request.prompt
    lines = printed_lines(request.turn.text)
    text = [" ".join(paragraph) for paragraph in lines]
    values = prompt.values if prompt else {}
    paragraphs = tuple(
        tuple(_sentences(line, first=at == n == 0) for n, line in enumerate(paragraph))
        for at, paragraph in enumerate(lines)
    )
    every = [sentence for paragraph in text for sentence in _SENTENCE.split(paragraph) if sentence]
    recipe = (prompt.recipe if prompt else "") or "prompt"
    title = (prompt.title if prompt else "") or recipe.replace("-", " ").replace("_", " ").capitalize()
    drawn = [turn for turn in prompt.turns if turn.output == "picture"] if prompt else []
    turns = tuple(drawn) if len(drawn) > 1 else ()
    at = next((n for n, turn in enumerate(turns) if turn == request.turn), 0)
    subject, spot, share = _subject(values, " ".join(text))
    copy, panels = _copy(text, every, _plain(values.get("headline")))
    pictures = tuple(_pictures(request))
    task = prompt.task if prompt else "create"
    room = values.get("copy_space") or values.get("empty_area")
    empty_spot = area_of(room)
    if empty_spot and spot == Spot(0, 0):
        spot = Spot(-empty_spot.across, -empty_spot.down)
    portrayed = any(picture.role in PORTRAYED for picture in pictures)
    covered = task != "create" or portrayed or bool(room) or bool(values.get("layout"))
    placed, centred, listed = _arranged(copy, values, draws=task == "create", covered=covered)
    return Brief(
        title=" ".join(clean(title).split()) or "Prompt",
        turn=_turn(turns, at),
        task=task,
        accent=_ACCENTS[hashlib.sha256(recipe.encode("utf-8", "replace")).digest()[1] % len(_ACCENTS)],
        paragraphs=paragraphs,
        subject=subject or (every[0][:400] if every else ""),
        spot=spot,
        share=share,
        copy=copy,
        placed=() if panels else placed,
        centred=() if panels else centred,
        listed=() if panels else listed,
        empty=("Kept calm" if values.get("copy_space") else "Left empty") if room else "",
        empty_spot=empty_spot,
        empty_share=share_of(room, 1 / 3 if values.get("copy_space") else 1 / 2),
        room="" if empty_spot else _plain(room),
        panels=panels,
        stacked=next(
            (_STACKS[picked] for picked in map(str, (values.get("what"), values.get("layout"))) if picked in _STACKS),
            "",
        ),
        chips=chips(text, values),
        pictures=pictures,
        turns=tuple(clean(turn.name) or f"picture {n + 1}" for n, turn in enumerate(turns)),
        at=at,
        settings=_settings(request, size),
    )


_ACCENTS: Final = ("#b9452b", "#a8741a", "#33694f", "#1f6577", "#3b4e9b", "#7a3f68", "#a9435d", "#6a6a22")
"""One of these is a recipe's colour: earth, leaf, sea and berry, all dark enough to be read on paper."""

_STACKS: Final = {
    "row": "row",
    "grid": "grid",
    "vertical": "column",
    "four-koma": "column",
    "feature": "opening",
}
"""How the panels of a comic are arranged, by the choice in its recipe."""


def printed_lines(text: str) -> list[list[str]]:
    """Return the paragraphs of a text, each as its lines."""
    paragraphs = (
        [" ".join(clean(line).split()) for line in paragraph.splitlines()] for paragraph in re.split(r"\n\s*\n", text)
    )
    printed = (list(filter(None, lines)) for lines in paragraphs)
    return [lines for lines in printed if lines]


def _copy(text: list[str], every: list[str], headline: str) -> tuple[tuple[str, ...], tuple[Panel, ...]]:
    """Return the exact words outside of panels, the headline first, and the panels with theirs."""
    panels = tuple(_panel(paragraph) for paragraph in text if _PANEL.match(paragraph))[:MOST_PANELS]
    outside = " ".join(paragraph for paragraph in text if not _PANEL.match(paragraph))
    copy = tuple(sorted(dict.fromkeys(_quoted(outside)), key=lambda words: _plain(words) != headline))[:MOST_COPY]
    if not panels:
        return copy, ()
    title = tuple(words for sentence in every if re.search(r"(?i)\btitle\b", sentence) for words in _quoted(sentence))
    rest = tuple(words for words in copy if words not in title)
    return title[:1], (*panels[:-1], Panel(panels[-1].action, panels[-1].copy + rest))


def _arranged(
    copy: tuple[str, ...], values: Mapping[str, Any], *, draws: bool, covered: bool
) -> tuple[tuple[ExactWords, ...], tuple[ExactWords, ...], tuple[ExactWords, ...]]:
    """Return which words are drawn at a side, which with the subject, and which stand beside the frame.

    Args:
        copy: All exact words.
        values: The values of the prompt, which say where words stand.
        draws: Whether the frame shows a picture of its own, with sides where words can stand.
        covered: Whether words in the middle would cover a picture, or contradict what the values say.
    """
    place_by_words = {clean(words): place for words, place in places(values).items()}
    every = tuple(ExactWords(words, *place_by_words.get(words, NOWHERE)) for words in copy)
    if not draws:
        return (), (), every
    placed = tuple(words for words in every if words.spot and words.spot != Spot(0, 0))
    rest = tuple(words for words in every if words not in placed)
    if covered:
        return placed, (), rest
    centred = tuple(words for words in rest if words.spot or not placed)
    return placed, centred, tuple(words for words in rest if words not in centred)


def _sentences(paragraph: str, *, first: bool) -> tuple[DrawnSentence, ...]:
    return tuple(
        DrawnSentence(text, "lead" if first and n == 0 else "stays" if _STAYS.search(text) else "")
        for n, text in enumerate(_SENTENCE.split(paragraph))
        if text
    )


def _quoted(text: str) -> list[str]:
    quotes = (next(filter(None, match.groups())) for match in _QUOTES.finditer(text))
    return [words.strip() for words in quotes if words.strip()]


def _panel(paragraph: str) -> Panel:
    """Return a panel: what happens up to the first sentence about words, and the words."""
    text = _PANEL.sub("", paragraph)
    action = [sentence for sentence in _SENTENCE.split(text) if not _QUOTES.search(sentence)]
    return Panel(" ".join(action) or text, tuple(_quoted(text)))


def _turn(turns: tuple[Any, ...], at: int) -> str:
    if not turns:
        return ""
    name = clean(turns[at].name)
    return f"Picture {at + 1} of {len(turns)}" + (f" · {name}" if name else "")


def _subject(values: Mapping[str, Any], text: str) -> tuple[str, Spot, float]:
    """Return what the picture shows, where in the frame that is, and how much of the frame it takes."""
    subject = next(filter(None, (_plain(_said(values.get(name))) for name in _SUBJECTS)), "")
    spot = area_of(values.get("position"))
    share = next(
        (share for word, share in _SHARES.items() if re.search(rf"tak(?:es|ing) up about (?:a|an)?\s?{word}", text)),
        0.0,
    )
    return subject[:400], spot or Spot(0, 0), share


def _said(value: Any) -> Any:
    return series(map(str, value)) if isinstance(value, list) else value


def _plain(value: Any) -> str:
    return " ".join(clean(value).split()) if isinstance(value, str) else ""


def _pictures(request: Request) -> Iterator[ProofPicture]:
    for number, (part, image) in enumerate(request.pictures, 1):
        name = f"picture {part.turn + 1}" if isinstance(part, Earlier) else _name(part, request)
        yield ProofPicture(number, name, part.role, image)


def _name(part: Reference, request: Request) -> str:
    """Return the slot a picture was given for, or its file's name where several share one slot."""
    alone = sum(other.slot == part.slot for other in request.turn.references) == 1
    stem = Path(part.image.name).stem if isinstance(part.image.origin, Path) else part.slot
    return clean(part.slot if alone else stem).replace("_", " ")


def _format(pictures: int) -> str:
    """Return who decides the format when no aspect ratio is sent."""
    return ("the model chooses", "like the picture")[pictures] if pictures <= 1 else "like the last picture"


def _settings(request: Request, size: tuple[int, int]) -> tuple[tuple[str, str], ...]:
    settings, model, prompt = request.settings, request.model, request.prompt
    price = model.estimate(prompt) if prompt else None
    several = f" for all {len(prompt.turns)} requests" if prompt and len(prompt.turns) > 1 else ""
    cost = "not known" if price is None else f"about {dollars(price, least=3, most=3)}{several}"
    rows = [
        ("Model", clean(getattr(model, "title", "") or model.id)),
        (
            "Format",
            settings.aspect_ratio or _format(len(request.pictures)),
        ),
        ("Pixels", f"{size[0]} × {size[1]}"),
        ("Tier", settings.tier or ("own model" if settings.model else "standard")),
        ("Would cost", cost),
        ("Fingerprint", request.fingerprint[:10]),
    ]
    if settings.thinking:
        rows.insert(4, ("Thinking", settings.thinking))
    if settings.grounding:
        rows.insert(4, ("Looks up", settings.grounding))
    return tuple(rows)
