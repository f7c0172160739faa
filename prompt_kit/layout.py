"""Where things stand in a picture: areas of the frame, each of a kind, as plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias

AreaKind: TypeAlias = Literal["subject", "words", "calm", "logo", "panel", "covered", "change"]
"""What an area is for.

``subject`` is what the picture shows, ``words`` are exact words in it, ``calm`` stays even and empty, ``logo`` is a
mark that is placed whole, ``panel`` is one picture of a strip, ``covered`` is what an app lays its own fields over or
trims off, and ``change`` is the part of a given picture that an edit changes.
"""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the frame in shares of its width and height, from the upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Area:
    """One thing and where it stands."""

    name: str
    """Unique in its layout, such as ``words-2``."""
    kind: AreaKind
    box: Box | None = None
    """Where it stands; ``None`` leaves the place to the model."""
    content: str = ""
    """The exact words, what is seen, what happens in a panel, or why a part is covered."""
    place: str = ""
    """Where it stands in the words of the prompt, or as a person wrote it."""
    slot: str = ""
    """The reference slot whose picture stands here."""
    on: str = ""
    """The name of the area it lies on; areas without it overlap no others."""
    facing: str = ""
    """The side that is turned to the viewer, such as ``front`` or ``left profile``, in views of one subject."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in the picture of one turn; it is never sent."""

    areas: tuple[Area, ...] = ()

    def of(self, kind: AreaKind) -> tuple[Area, ...]:
        """Return the areas of one kind, in order."""
        return tuple(area for area in self.areas if area.kind == kind)

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the areas as plain data, without what is empty."""
        return [{name: value for name, value in asdict(area).items() if value} for area in self.areas]


NO_LAYOUT: Final = Layout()
"""Leaves every place to the model."""

GUIDE: Final = "guide"
"""The slot of a layout that goes along as a picture; no recipe has it."""
