"""What one line of a run's reviews says."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from prompt_kit.record.runs.schema import Moment, Words

Verdict: TypeAlias = Literal["approve", "reject", "comment"]
ReviewState: TypeAlias = Literal["waiting", "approved", "rejected"]
"""``waiting`` is the state of a picture on which there is no verdict."""

STATES: Final[dict[Verdict, ReviewState]] = {"approve": "approved", "reject": "rejected"}
"""The state of a picture after each verdict; a comment changes none."""


class Review(BaseModel):
    """What a person said of one picture at one time."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    id: Words
    run: Words
    """The id of the run; it is that of the folder, and not written down."""
    picture: Words
    """The file name of the picture."""
    sha256: Words
    """The hash of the picture's bytes at that time."""
    verdict: Verdict
    person: Words = ""
    reason: Words = ""
    """Why, or the comment."""
    at: Moment
    version: int = Field(default=1, alias="schema", ge=1)
