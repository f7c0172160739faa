"""What cutting out and compositing return: the new picture, a report and measurements."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CutOut:
    """A subject without its background."""

    png: bytes | None
    """The picture with real transparency; ``None`` when nothing could be cut out."""
    report: str
    """What was done, then every warning, in plain sentences."""
    warnings: tuple[str, ...] = ()
    """What is not as it should be, each with what to do about it."""
    key: str = ""
    """The colour that was cut away, as ``#rrggbb``."""
    opaque: float = 0.0
    """Part of the picture that is left, from 0 to 1."""
    fringe: float = 0.0
    """Part of the outline, from 0 to 1, that still has the hue of the colour that was cut away."""
    flat: float = 0.0
    """Part of the picture's rim, from 0 to 1, that had the colour that was cut away."""
    drift: float = 0.0
    """How much the background changed from place to place, in levels of 255."""
    noise: float = 0.0
    """How grainy the background was, in levels of 255."""


@dataclass(frozen=True, slots=True)
class Composite:
    """An original picture in which only the masked part was changed."""

    png: bytes
    """The picture at the original's size; outside the mask it is the original, bit for bit."""
    report: str
    """What was done, then every warning, in plain sentences."""
    warnings: tuple[str, ...] = ()
    """What is not as it should be, each with what to do about it."""
    aligned: bool = True
    """Whether the made picture could be laid exactly onto the original; else it was only resized."""
    shift: float = 0.0
    """Farthest that a place of the made picture had moved, in pixels of the original."""
    difference: float = 0.0
    """Mean colour difference outside the mask before it was put back (CIE76; 2 can just be seen)."""
    changed: float = 0.0
    """Part of what lies outside the mask, from 0 to 1, that had visibly changed before it was put back."""
