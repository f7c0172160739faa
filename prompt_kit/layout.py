"""Where things stand in a picture: areas of the frame, each of a kind, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

AreaKind: TypeAlias = Literal["subject", "words", "calm", "logo", "panel", "covered", "change"]
"""What an area is for.

``subject`` is what the picture shows, ``words`` are exact words in it, ``calm`` stays even and empty, ``logo`` is a
mark that is placed whole, ``panel`` is one picture of a strip, ``covered`` is what an app lays its own fields over or
trims off, and ``change`` is the part of a given picture that an edit changes.
"""

AreaLook: TypeAlias = Literal["", "balloon", "letters", "tile"]
"""How an area looks where its kind leaves it open.

``balloon`` is for words that somebody says, ``letters`` for bare ones without a box, such as a sound, and ``tile`` for
a subject that repeats in rows.
"""


class Box(NamedTuple):
    """A part of the frame in shares of its width and height, from the upper left corner."""

    x: float
    y: float
    width: float
    height: float


class Area(NamedTuple):
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
    look: AreaLook = ""
    """How it looks, where its kind leaves that open."""

    def to_dict(self) -> dict[str, Any]:
        """Return the area as plain data, without what is empty."""
        plain = self._asdict() | {"box": self.box and self.box._asdict()}
        return {name: value for name, value in plain.items() if value}


class Layout:
    """Where things stand in the picture of one turn; it is never sent, does not change, and equals others by its areas.

    It may be worked out when somebody first looks at it: most prompts are made without a look at it.
    """

    __slots__ = ("_areas", "_work_out")

    def __init__(self, areas: Iterable[Area] = (), *, work_out: Callable[[], tuple[Area, ...]] | None = None) -> None:
        """Take the areas, in order, or what works them out."""
        self._areas = None if work_out else tuple(areas)
        self._work_out = work_out

    @property
    def areas(self) -> tuple[Area, ...]:
        """All areas, in order."""
        if self._areas is None:
            self._areas = self._work_out() if self._work_out else ()
        return self._areas

    def of(self, kind: AreaKind) -> tuple[Area, ...]:
        """Return the areas of one kind, in order."""
        return tuple(area for area in self.areas if area.kind == kind)

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the areas as plain data, without what is empty."""
        return [area.to_dict() for area in self.areas]

    def __eq__(self, other: object) -> bool:
        """Compare the areas, however they came about."""
        return self.areas == other.areas if isinstance(other, Layout) else NotImplemented

    def __hash__(self) -> int:
        """Return the hash of the areas."""
        return hash(self.areas)

    def __repr__(self) -> str:
        """Show the areas."""
        return f"Layout(areas={self.areas!r})"

    def __reduce__(self) -> tuple[type[Layout], tuple[tuple[Area, ...]]]:
        """Copy and store the areas alone."""
        return Layout, (self.areas,)


NO_LAYOUT: Final = Layout()
"""Leaves every place to the model."""

GUIDE: Final = "guide"
"""The slot of a layout that goes along as a picture; no recipe has it."""
