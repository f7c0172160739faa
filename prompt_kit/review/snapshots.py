"""Writes a prompt as text for review: one sentence a line, parts numbered, settings last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_kit.layout import GUIDE
from prompt_kit.prompt import ROLES, Earlier, EarlierWords, Mask, Reference, Text
from prompt_kit.support.text import shortened
from prompt_kit.support.words import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.images import Image
    from prompt_kit.layout import Area, Layout
    from prompt_kit.prompt import Part, Prompt, Turn


def snapshot(prompt: Prompt) -> str:
    """Return the whole ordered request as text, in which every change of a word or a picture shows.

    Each picture has the beginning of its hash, so that other bytes under the same name show, too.
    """
    head = f"recipe    {prompt.recipe} {prompt.version}\n"
    head += f"task      {prompt.task}\n"
    head += f"uses      {', '.join(prompt.strategies)}\n" if prompt.strategies else ""
    several = len(prompt.turns) > 1
    turns = "\n".join(_turn(turn, number if several else 0) for number, turn in enumerate(prompt.turns, 1))
    settings = "".join(f"  {name}: {value}\n" for name, value in prompt.settings.to_dict().items())
    return f"{head}\n{turns}\nsettings\n{settings or '  (all left to the model)' + chr(10)}"


def turn_head(turn: Turn, number: int) -> str:
    """Return the head of a turn: "turn 2: back, to be answered in words alone"; without a number, only the latter."""
    head = f"turn {number}{': ' + turn.name if turn.name else ''}" if number else ""
    return head + (", to be answered in words alone" if turn.output == "words" else "")


def paragraphs(text: str) -> Iterator[list[str]]:
    """Yield the paragraphs of a text, each as its sentences."""
    for paragraph in text.split("\n\n"):
        yield sentences(paragraph)


def _turn(turn: Turn, number: int) -> str:
    head = turn_head(turn, number)
    head += "\n" if head else ""
    count = len(turn.history)
    before = f"continues a conversation of {count} exchange{'s' if count > 1 else ''}\n" if count else ""
    parts = "".join(_part(part, position) for position, part in enumerate(turn.parts, 1))
    guided = any(reference.slot == GUIDE for reference in turn.references)
    return head + before + parts + _layout(turn.layout, sent=guided)


def _layout(layout: Layout, *, sent: bool) -> str:
    """Return where things stand, one area a line, its box in hundredths of width and height."""
    lines = [f"   {_area(area)}\n" for area in layout.areas]
    how = "sent as the guide" if sent else "not sent"
    return f"layout, {how}\n{''.join(lines)}" if lines else ""


def _area(area: Area) -> str:
    content = f": {shortened(' '.join(area.content.split()))}" if area.content else ""
    return f"{area.name} ({area.kind}) {standing(area)}{content}"


def standing(area: Area) -> str:
    """Return where an area is, in hundredths of width and height, and on what: "0 0, 33 × 100, on panels"."""
    box = area.box
    corner = "anywhere" if box is None else f"{box.x * 100:.0f} {box.y * 100:.0f}"
    where = corner if box is None else f"{corner}, {box.width * 100:.0f} × {box.height * 100:.0f}"
    on = f", on {area.on}" if area.on else ""
    facing = f", facing {area.facing}" if area.facing else ""
    slot = f" [{area.slot}]" if area.slot else ""
    return f"{where}{on}{facing}{slot}"


def _described(image: Image) -> str:
    size = f"{image.width}×{image.height}" if image.width else "size unknown"
    return f"{image.name}, {image.media_type}, {size}, sha256 {image.sha256[:16]}"


def _part(part: Part, position: int) -> str:
    return f"{position}. " + "\n   ".join(_lines(part)).replace("   \n", "\n") + "\n"


def _lines(part: Part) -> Iterator[str]:
    match part:
        case Reference(slot, role, image):
            yield f"reference {slot} [{role}: {ROLES[role]}]"
            yield _described(image)
        case Mask(slot, image, original):
            yield f"mask {slot} [{ROLES['mask']}]"
            yield _described(image)
            if original:
                yield "all the rest is put back from the original, which is not sent"
                yield _described(original)
        case Earlier(turn, role):
            yield f"picture of turn {turn + 1} [{role}: {ROLES[role]}]"
        case EarlierWords(turn):
            yield f"words of turn {turn + 1}"
        case Text(text):
            yield "text"
            for number, paragraph in enumerate(paragraphs(text)):
                if number:
                    yield ""
                yield from paragraph
