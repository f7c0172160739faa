"""What recipe files may say of where things stand."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from prompt_kit.layout import AreaKind, AreaLook
from prompt_kit.recipe.parameters.common import Condition
from prompt_kit.recipe.places import SHARE_PATTERN, SIDES, STACKS, share_number, share_text

AREA_PATTERN: Final = r"^[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*$"
"""What names of areas look like: ``words``, ``lower-third``."""

AreaName = Annotated[str, StringConstraints(pattern=AREA_PATTERN, max_length=40)]
Given: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=300)]


PlaceOrParameter: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*$")]


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class AreaSpec(BaseModel):
    """One thing and where it stands."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    kind: AreaKind
    """What stands there: ``subject``, ``words``, ``calm`` room, a ``logo``, a ``panel``, what an app has ``covered``,
    or the ``change`` of a given picture."""
    place: Annotated[list[PlaceOrParameter], Field(max_length=9), BeforeValidator(_as_list)] = []
    """``left``, ``right``, ``top``, ``bottom``, ``center``, a corner such as ``top-left``, or a list of them; or the
    parameter that says it, of several the first that does. ``row``, ``column``, ``grid`` or ``opening`` for panels.
    Left to the model when left out."""
    share: Annotated[str, BeforeValidator(share_text)] = ""
    """How deep it goes from its side, such as ``1/3`` or ``40 %``, or the parameter that says it; of a subject, how
    much of the frame it takes."""
    content: Annotated[list[Given], BeforeValidator(_as_list)] = []
    """The parameter or reference slot that stands there, or several of which the first that is given counts; ``item``
    is the entry of a turn that is repeated. Without it there is no such area."""
    slot: Given | Literal[""] = ""
    """The reference slot whose picture stands there besides, if it is given."""
    reason: Reason | Literal[""] = ""
    """Why a part is covered, as it follows "because"."""
    words: Reason | Literal[""] = ""
    """What the prompt says of a covered part, where it must differ from what follows from its place."""
    show_if: Condition = {}
    """Parameters and the value, or list of values, that each must have; else there is no such area."""
    on: AreaName | Literal[""] = ""
    """The area it lies on."""
    facing: Given | Literal[""] = ""
    """What says the side that is turned to the viewer: a parameter, or ``item``."""

    look: AreaLook = ""
    """How it looks: ``balloon`` for words that somebody says, ``letters`` for words without a box, such as a sound, and
    ``tile`` for a subject that repeats in rows."""

    @model_validator(mode="after")
    def _makes_sense(self) -> AreaSpec:
        if STACKS.intersection(self.place) and (self.kind != "panel" or len(self.place) > 1):
            raise ValueError(f"'{self.place[0]}' is the only place of panels; take a side or a corner for others")
        if SIDES.intersection(self.place) and not self.fixed:
            raise ValueError("place names both sides of the frame and parameters; take one of them")
        if re.fullmatch(SHARE_PATTERN, self.share):
            share_number(self.share)
        if self.look and self.kind != ("subject" if self.look == "tile" else "words"):
            raise ValueError("look is balloon or letters for words, or tile for a subject; leave it out elsewhere")
        if self.kind == "covered" and not (self.reason and self.fixed):
            raise ValueError("a covered part needs a place such as 'bottom', and a reason")
        if self.kind != "covered" and (self.reason or self.words):
            raise ValueError("reason and words are for covered parts; leave them out")
        return self

    @property
    def fixed(self) -> tuple[str, ...]:
        """The names of its places when the file says them itself."""
        return tuple(self.place) if self.place and SIDES.issuperset(self.place) else ()

    @property
    def stacked(self) -> str:
        """How the file says that panels share their room."""
        return self.place[0] if STACKS.issuperset(self.place) and self.place else ""

    @property
    def placed_by(self) -> tuple[str, ...]:
        """The parameters that say the place; none when the file says it or leaves it open."""
        return () if self.fixed or self.stacked else tuple(self.place)

    @property
    def shared_by(self) -> str:
        """The parameter that says the share; empty when the file says it or leaves it open."""
        return "" if re.fullmatch(SHARE_PATTERN, self.share) else self.share
