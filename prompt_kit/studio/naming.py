"""What pages call runs and pictures: by what they show and their version, and in other words for those who do not see.

A refinement is called by its change where that is known, "Make the handle blue (version 2)": what it began with may no
longer be what it shows. Where many pictures stand together it is a version of that: "A ceramic mug, version 2".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import PromptKitError
from prompt_kit.record.runs.listing import subject_of
from prompt_kit.support.text import whole_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prompt_kit.record.runs import Run, RunRecord
    from prompt_kit.studio.studio import Studio

LONGEST_NAME: Final = 70
"""Longest name of a run, in characters, without its version."""

LONGEST_ALT: Final = 250
"""Longest alternative text that is proposed, in characters; screen readers read it in one go."""

_LONGEST_SUBJECT: Final = 120
"""So much of it is what the picture shows, in characters, where exact words follow."""

_EXACT_WORDS: Final = frozenset({"copy", "copies"})


def name_of(subject: str, title: str, version: int = 1, change: str = "") -> str:
    """Return what a run is called.

    >>> name_of("a ceramic mug", "Sticker", 2), name_of("a ceramic mug", "Sticker", 2, "make the handle blue")
    ('A ceramic mug, version 2', 'Make the handle blue (version 2)')

    Args:
        subject: What the first of its line shows.
        title: The title of its recipe, where nobody has said that.
        version: Its place in its line of refinements.
        change: What was changed in it.
    """
    if version > 1 and change:
        return f"{name_of(change, title)} (version {version})"
    text = whole_words(subject, LONGEST_NAME).rstrip(" .,;:") or title
    return f"{text[:1].upper()}{text[1:]}" + (f", version {version}" if version > 1 else "")


def numbered(place: int, version: int = 1, *, of: int = 0) -> str:
    """Return what a picture is called among those of its form.

    >>> numbered(3, 2), numbered(3, of=5)
    ('Picture 3, version 2', 'picture 3 of 5')

    Args:
        place: Its number there.
        version: Its place in its line of refinements.
        of: How many there are; it is said in the middle of a sentence then.
    """
    text = f"picture {place} of {of}" if of else f"Picture {place}"
    return text + (f", version {version}" if version > 1 else "")


def lower_first(text: str) -> str:
    """Return a text for the middle of a sentence."""
    return f"{text[:1].lower()}{text[1:]}"


def alternative_text(studio: Studio, line: Sequence[Run]) -> str:
    """Return a proposal for the alternative text of a run's pictures.

    It is the subject of the first of its line, and the exact words of the last one that has any.

    Args:
        studio: With the recipes.
        line: The run and those it was refined from, the nearest first.
    """
    first = line[-1].fields
    subject = " ".join(subject_of(first).split())
    title = studio.title(first.recipe)
    words = next(filter(None, (tuple(_exact_words(studio, run.fields)) for run in line)), ())
    unsaid = [text for text in words if text.casefold() not in subject.casefold()]
    if subject and subject == first.values.get("language"):
        subject = "" if unsaid else f"{title}: {subject}"
    if not unsaid:
        return whole_words(subject, LONGEST_ALT) or title
    quoted = ", ".join(f"“{text}”" for text in unsaid)
    named = whole_words(subject, _LONGEST_SUBJECT)
    return whole_words(
        f"{named}, with the words {quoted}" if named else f"Picture with the words {quoted}", LONGEST_ALT
    )


def _exact_words(studio: Studio, record: RunRecord) -> Iterator[str]:
    """Yield the words that stand in the pictures of a run, without where and how."""
    try:
        fields = studio.recipe(record.recipe).form.fields
    except PromptKitError:
        return
    names = [field.name for field in fields if field.kind in _EXACT_WORDS and not field.name.startswith("old_")]
    for name in names:
        value: Any = record.values.get(name)
        for entry in value if isinstance(value, list | tuple) else [value]:
            text = str(entry or "").partition("::")[0].strip()
            if text not in {"", "-"}:
                yield " ".join(text.split())
