"""What a record must say so that a run can go on from it: it may be old, edited, damaged, or from a stranger."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from prompt_kit.images import EXTENSIONS
from prompt_kit.outcome import Billable, Status, Usage
from prompt_kit.record.runs.records import Record, RunState, odd

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: Final = "|".join(one[1:] for one in (*EXTENSIONS.values(), ".bin"))


def _amount(value: str) -> str:
    return value if Decimal(value).is_finite() else odd()


def _usage(value: dict[str, int | None]) -> dict[str, int | None]:
    return value if set(value) <= set(Usage.__slots__) else odd()


Count = Annotated[int, Field(ge=0)]
Dollars = Annotated[str, Field(max_length=40), AfterValidator(_amount)]
Master = Annotated[str, Field(pattern=rf"^[0-9]{{2,9}}\.(?:{_KINDS})$")]
"""The file name of a picture in its run's folder: no other folder can be meant by it."""
Made = Annotated[str, Field(pattern=r"^[0-9]{2,9}-[a-z]{1,20}\.png$")]
"""The file name of a picture that was made here from another one."""


class _Part(BaseModel):
    """A part of a record; what else it says is of no importance here."""

    model_config = ConfigDict(strict=True, frozen=True, defer_build=True)


class _Asked(_Part):
    turn: Count
    name: str
    take: Count
    entry: Count | None = None
    model: str
    fingerprint: str
    earlier: list[str]
    estimate: Dollars | None


class _Piece(_Part):
    text: str = ""
    picture: Master | None = None
    signature: str = ""


class _Source(_Part):
    title: str
    uri: str


class _Answer(_Part):
    status: Annotated[str, AfterValidator(Status)]
    reason: str
    message: str
    response_id: str
    model: str
    billable: Billable
    usage: Annotated[dict[str, int | None], AfterValidator(_usage)] | None
    cost: Dollars | None
    text: str
    pieces: list[_Piece] = []
    thoughts: str = ""
    queries: list[str] = []
    sources: list[_Source] = []
    warnings: list[str]
    details: dict[str, Any]


class _Done(_Part):
    request: _Asked
    answer: _Answer
    pictures: list[Master]
    sha256: list[str] = []


class _Derived(_Part):
    file: Made
    source: Master
    kind: str
    report: str


class _Turn(_Part):
    name: str


class _Whole(_Part):
    tool: str
    run: str
    parent: str | None
    count: Annotated[int, Field(ge=1, le=1000)] = 1
    state: RunState
    generator: str
    prompt_fingerprint: str
    recipe: str
    version: str
    strategies: list[str]
    values: dict[str, Any]
    task: str
    turns: list[_Turn]
    settings: dict[str, Any]
    requests: list[_Done]
    derived: list[_Derived] = []


def look_at(record: Mapping[str, Any]) -> None:
    """Look at everything in a run's record that going on with it relies on.

    Raises:
        ValueError: When something is not what it should be.
    """
    whole = _Whole.model_validate(record)
    for done in whole.requests:
        pictures = {piece.picture for piece in done.answer.pieces} - {None}
        if done.request.turn >= len(whole.turns) or not pictures <= set(done.pictures):
            odd()


def look_at_answer(done: Record, turns: int) -> None:
    """Look at one request of a record, or of a sidecar.

    Raises:
        ValueError: When something is not what it should be.
    """
    if _Done.model_validate(done).request.turn >= turns:
        odd()
