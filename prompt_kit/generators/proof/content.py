"""What a proof sheet says about a request: its words, its layout, its values and its pictures, without any drawing."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.generators.proof.colours import Chip, chips
from prompt_kit.generators.proof.fonts import clean
from prompt_kit.generators.proof.legend import LegendLine, legend_lines, unseen
from prompt_kit.generators.proof.pictures import ProofPicture
from prompt_kit.prompt import Earlier
from prompt_kit.support.money import dollars

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.generators import Request
    from prompt_kit.layout import Area, AreaKind
    from prompt_kit.prompt import Mask, Reference

_WHOLE: Final = 0.98
"""An area of so much of the frame is the frame."""
_SENTENCE: Final = re.compile(r"(?<=[.!?。！？])\s+")

KINDS: Final[dict[AreaKind, str]] = {
    "subject": "subject",
    "words": "words",
    "calm": "stays calm",
    "logo": "logo",
    "panel": "panel",
    "covered": "covered by the app",
    "change": "what changes",
}
"""Each kind of area in words."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An area whose place is left to the model."""

    text: str
    """Its content, or what kind it is of."""
    place: str
    """Its kind and what is said of its place."""


@dataclass(frozen=True, slots=True)
class DrawnSentence:
    """A sentence of the prompt as the sheet prints it."""

    text: str
    kind: str
    """``lead`` for the first of the prompt, empty for others."""


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
    areas: tuple[Area, ...]
    """Those that are drawn in the frame: they have a box, or lie on one that has."""
    unplaced: tuple[Unplaced, ...]
    """The others, which stand beside the frame."""
    legend: tuple[LegendLine, ...]
    """What the frame cannot show, for the strip under it."""
    unseen: tuple[ProofPicture, ...]
    """The pictures that the frame does not show."""
    base: ProofPicture | None
    """The picture that is changed: it is the frame."""
    mask: Mask | None
    """The part of it that may change."""
    chips: tuple[Chip, ...]
    pictures: tuple[ProofPicture, ...]
    turns: tuple[str, ...]
    """The names of all pictures of the prompt, when there are several."""
    at: int
    """Which of them this is, from 0."""
    settings: tuple[tuple[str, str], ...]

    @property
    def cards(self) -> bool:
        """Whether the frame shows the pictures side by side, because nothing says where anything stands."""
        return bool(self.pictures) and not self.areas and self.base is None


def brief(request: Request, size: tuple[int, int]) -> Brief:
    """Return what the sheet of a request says."""
    prompt, turn = request.prompt, request.turn
    lines = printed_lines(turn.text)
    recipe = (prompt.recipe if prompt else "") or "prompt"
    title = (prompt.title if prompt else "") or recipe.replace("-", " ").replace("_", " ").capitalize()
    drawn = [other for other in prompt.turns if other.output == "picture"] if prompt else []
    turns = tuple(drawn) if len(drawn) > 1 else ()
    at = next((n for n, other in enumerate(turns) if other == turn), 0)
    pictures = tuple(_pictures(request))
    areas = tuple(
        area._replace(content=" ".join(clean(area.content).split()), place=" ".join(clean(area.place).split()))
        for area in turn.layout.areas
    )
    base = _base(pictures, areas, prompt.task if prompt else "create")
    standing = _standing(areas, masked=turn.mask is not None, edited=base is not None)
    which = _turn(turns, at)
    lettered = {area.content for area in areas if area.kind == "words" and area.content}
    return Brief(
        title=" ".join(clean(title).split()) or "Prompt",
        turn=which,
        task=prompt.task if prompt else "create",
        accent=_ACCENTS[hashlib.sha256(recipe.encode("utf-8", "replace")).digest()[1] % len(_ACCENTS)],
        paragraphs=tuple(
            tuple(_sentences(line, first=at == n == 0) for n, line in enumerate(paragraph))
            for at, paragraph in enumerate(lines)
        ),
        areas=tuple(area for area in areas if area.name in standing),
        unplaced=tuple(_unplaced(area) for area in areas if area.name not in standing and _says_something(area)),
        legend=(
            *([LegendLine("Drawn above", f"{which}; each is a picture of its own")] if which else []),
            *legend_lines(areas, standing, base, pictures, masked=turn.mask is not None),
        ),
        unseen=unseen(areas, standing, base, pictures) if areas or base else (),
        base=base,
        mask=turn.mask,
        chips=chips([" ".join(paragraph) for paragraph in lines], prompt.values if prompt else {}, lettered),
        pictures=pictures,
        turns=tuple(clean(turn.name) or f"picture {n + 1}" for n, turn in enumerate(turns)),
        at=at,
        settings=_settings(request, size),
    )


_ACCENTS: Final = ("#b9452b", "#a8741a", "#33694f", "#1f6577", "#3b4e9b", "#7a3f68", "#a9435d", "#6a6a22")
"""One of these is a recipe's colour: earth, leaf, sea and berry, all dark enough to be read on paper."""


def printed_lines(text: str) -> list[list[str]]:
    """Return the paragraphs of a text, each as its lines."""
    paragraphs = (
        [" ".join(clean(line).split()) for line in paragraph.splitlines()] for paragraph in re.split(r"\n\s*\n", text)
    )
    printed = (list(filter(None, lines)) for lines in paragraphs)
    return [lines for lines in printed if lines]


def _standing(areas: tuple[Area, ...], *, masked: bool, edited: bool) -> set[str]:
    """Return the names of the areas that can be drawn.

    An area without a box is where that is which it lies on; but on a picture that is there already, it would be drawn
    where it is not.
    """
    standing = {area.name for area in areas if area.box or (masked and area.kind == "change")}
    carrying = {area.name for area in areas if area.kind == "panel" or not edited} & standing
    while more := {area.name for area in areas if area.on in carrying and area.kind != "change"} - standing:
        standing |= more
        carrying |= more
    return standing


def _unplaced(area: Area) -> Unplaced:
    place = " ".join(clean(area.place).split())
    kind = KINDS[area.kind].capitalize()
    text = area.content or area.slot.replace("_", " ") or area.facing or kind
    return Unplaced(text, f"{kind}, {place}" if place else kind)


def _says_something(area: Area) -> bool:
    return bool(area.content or area.place or area.slot or area.facing) or area.kind == "logo"


def _base(pictures: tuple[ProofPicture, ...], areas: tuple[Area, ...], task: str) -> ProofPicture | None:
    """Return the picture that is the frame: the one that is changed, unless it is placed in a new one."""
    whole = [area.box for area in areas if area.box and area.box.width * area.box.height > _WHOLE]
    placed = {area.slot for area in areas if area.box and area.box not in whole and area.kind in {"subject", "logo"}}
    bases = (picture for picture in pictures if picture.role == "base" and picture.slot not in placed)
    return next(bases, None) if task != "create" else None


def _sentences(paragraph: str, *, first: bool) -> tuple[DrawnSentence, ...]:
    return tuple(
        DrawnSentence(text, "lead" if first and n == 0 else "")
        for n, text in enumerate(_SENTENCE.split(paragraph))
        if text
    )


def _turn(turns: tuple[Any, ...], at: int) -> str:
    if not turns:
        return ""
    name = clean(turns[at].name)
    return f"Picture {at + 1} of {len(turns)}" + (f" · {name}" if name else "")


def _pictures(request: Request) -> Iterator[ProofPicture]:
    for number, (part, image) in enumerate(request.pictures, 1):
        if isinstance(part, Earlier):
            yield ProofPicture(number, f"picture {part.turn + 1}", part.role, image)
        else:
            yield ProofPicture(number, _name(part, request), part.role, image, part.slot)


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
