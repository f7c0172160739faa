"""The fields of a run's record: of ``run.json``, and of the sidecar beside each picture.

A record has four kinds of fields. What was asked is written once and never changes. What came of the requests, and
what was derived from pictures here, is only added to, one entry at a time. What changes is the state of the run: its
job, its end and its totals. So records could later be files that are only appended to, with the same fields.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    InstanceOf,
    PlainSerializer,
    PlainValidator,
    model_validator,
)

from prompt_kit.images import EXTENSIONS
from prompt_kit.outcome import Billable, Status, Usage
from prompt_kit.support.money import recorded, total
from prompt_kit.support.plaindata import PlainReader

SCHEMA: Final = 1
"""The version of what run.json and sidecars say; a higher one was written by a newer prompt-kit."""

RECORD: Final = "run.json"
REFERENCES: Final = "references"

State: TypeAlias = Literal["started", "waiting", "done", "failed", "cancelled"]
"""``started`` is also the state of a run whose process was killed; ``waiting`` is that of a run in a job."""

RunState: TypeAlias = State | Literal["damaged"]
"""The state of a run in a list; ``damaged`` when its record cannot be used."""

_KINDS: Final = "|".join(extension[1:] for extension in (*EXTENSIONS.values(), ".bin"))
_LONGEST: Final = 40
"""Longest amount or moment, in characters."""


def moment(at: datetime) -> str:
    """Return a moment as records say it: ISO 8601 with its time zone."""
    if at.tzinfo is None:
        raise ValueError("moments need their time zone")
    return at.isoformat(timespec="milliseconds")


def now_as_recorded() -> datetime:
    """Return this moment as exactly as records have it: to the millisecond."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        at = datetime.fromisoformat(value[:_LONGEST]) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError("must be a moment such as 2026-11-21T12:00:00.000+00:00")
    return at


def _amount(value: Any) -> Decimal:
    try:
        amount = Decimal(value) if isinstance(value, str | Decimal) and len(str(value)) <= _LONGEST else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite():
        raise ValueError("must be an amount as text, such as '0.0672'")
    return amount


def _usage(value: dict[str, int | None]) -> dict[str, int | None]:
    if odd := sorted(set(value) - set(Usage.__slots__)):
        raise ValueError(f"there is no usage of {odd[0][:_LONGEST]!a}")
    return value


def _turn(value: dict[str, Any]) -> dict[str, Any]:
    reader = PlainReader()
    reader.value(str, value, "name")
    parts = reader.value(list, value, "parts", default=[])
    reader.value(list, value, "history", default=[])
    if reader.problems or not all(isinstance(part, dict) for part in parts):
        raise ValueError("; ".join(str(problem) for problem in reader.problems) or "parts: must be mappings of names")
    return value


Words = InstanceOf[str]
"""Text that may hold half a character, as models and people send them; JSON can say it."""
Count = Annotated[int, Field(strict=True, ge=0)]
Dollars = Annotated[Decimal, PlainValidator(_amount), PlainSerializer(recorded)]
Moment = Annotated[datetime, PlainValidator(_moment), PlainSerializer(lambda at: at and moment(at))]
Master = Annotated[str, Field(pattern=rf"^[0-9]{{2,9}}\.(?:{_KINDS})$")]
"""The file name of a picture in its run's folder; it cannot lead to another folder."""
Made = Annotated[str, Field(pattern=r"^[0-9]{2,9}-[a-z]{1,20}\.png$")]
"""The file name of a picture that was made here from another one."""


class _Part(BaseModel):
    """A part of a record; what a newer program says besides is kept as it is."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True, defer_build=True)


class Asked(_Part):
    """One request as it was sent."""

    turn: Count
    """Which turn of the prompt, from 0."""
    name: Words
    """What that turn makes."""
    take: Count
    """Which repetition, from 0."""
    entry: Count | None = None
    """Its number in the ledger; early records lack it."""
    model: Words
    fingerprint: Words
    """Of the request."""
    earlier: tuple[Words, ...]
    """The hashes of the earlier pictures that went along."""
    estimate: Dollars | None
    """In US dollars; ``None`` is unknown."""
    sent: Moment
    ended: Moment


class AnswerPiece(_Part):
    """One piece of an answer: words, or a picture by the name of its file."""

    text: Words = ""
    picture: Master | None = None
    signature: Words = ""
    """The model's own mark on it; the run's record alone keeps it."""


class AnswerSource(_Part):
    """A page the model looked at."""

    title: Words
    uri: Words


class Answer(_Part):
    """What came back for one request."""

    status: Status
    reason: Words
    message: Words
    response_id: Words
    model: Words
    billable: Billable
    usage: Annotated[dict[str, Annotated[int, Field(strict=True)] | None], AfterValidator(_usage)] | None
    cost: Dollars | None
    """In US dollars; ``None`` is unknown."""
    text: Words
    pieces: tuple[AnswerPiece, ...] = ()
    thoughts: Words = ""
    queries: tuple[Words, ...] = ()
    sources: tuple[AnswerSource, ...] = ()
    warnings: tuple[Words, ...]
    details: dict[str, Any]


class Done(_Part):
    """One request, what came back, and the files of its pictures."""

    request: Asked
    answer: Answer
    pictures: tuple[Master, ...]
    sha256: tuple[Words, ...] = ()
    """The hash of each picture's bytes; early records lack them."""

    @property
    def hashes(self) -> tuple[tuple[str, str], ...]:
        """The name of each picture with the hash of its bytes; empty where the record lacks it."""
        hashes = (*self.sha256, *("" for _ in self.pictures))
        return tuple(zip(self.pictures, hashes, strict=False))

    @model_validator(mode="after")
    def _pieces_are_its_own(self) -> Self:
        for piece in self.answer.pieces:
            if piece.picture is not None and piece.picture not in self.pictures:
                raise ValueError(f"its answer names the picture {piece.picture}, which is none of its own")
        return self


class DerivedEntry(_Part):
    """A picture that was made here from a master."""

    file: Made
    source: Master
    kind: Literal["cutout", "composite"]
    report: Words


class KeptReference(_Part):
    """A picture that was sent, and where it is kept."""

    sha256: Words
    stored: Words
    """Below the folder of all runs."""
    original: Words | None
    """Where it was taken from."""


class Totals(_Part):
    """How the run ended as a whole."""

    status: Status
    reason: Words = ""
    message: Words = ""
    next_step: Words = ""
    requests: Count
    pictures: Count
    estimate: Dollars | None = None
    cost: Dollars | None = None


class SavedPicture(_Part):
    """The picture beside a sidecar."""

    file: Words
    sha256: Words
    media_type: Words
    width: Count
    height: Count
    bytes: Count
    draft: bool


class CommonRecord(_Part):
    """What run.json and sidecars both say: who asked whom for what."""

    version_of_record: Annotated[int, Field(strict=True, alias="schema")]
    """`SCHEMA` at the time."""
    tool: Words
    """Which program wrote it."""
    run: Words
    """The id of the run: its day and name."""
    parent: Words | None
    """The id of the run that it refines."""
    generator: Words
    prompt_fingerprint: Words
    recipe: Words
    version: Words
    strategies: tuple[Words, ...]
    values: dict[str, Any]
    task: Words
    turns: Annotated[tuple[Annotated[dict[str, Any], AfterValidator(_turn)], ...], Field(min_length=1)]
    """The turns as `Prompt.to_dict` has them; `Prompt.from_dict` looks at their parts."""
    settings: dict[str, Any]


COMMON_FIELDS: Final = tuple(CommonRecord.model_fields)
"""The names of the fields that run.json and sidecars have in common."""


class Sidecar(CommonRecord):
    """The record beside each picture, which is complete without that of its run."""

    picture: SavedPicture
    request: Asked
    answer: Answer


class RunRecord(CommonRecord):
    """The record of a whole run."""

    parent_picture: Words | None = None
    """The file name of the picture that it refines."""
    person: Words = ""
    """For whom it is made; empty when nobody is named."""
    job: Words = ""
    """The id of the job that makes it, or the rest of it."""
    draft: Words = ""
    """The id of the form it was ordered from; the runs of one form belong together."""
    count: Annotated[int, Field(strict=True, ge=1, le=1000)] = 1
    """How many times the prompt is made."""
    state: State
    started: Moment
    ended: Moment | None = None
    references: tuple[KeptReference, ...] = ()
    requests: tuple[Done, ...]
    """The requests and their answers, in the order in which the answers came."""
    derived: tuple[DerivedEntry, ...] = ()
    """The cut-outs and composites that were made here from the pictures."""
    totals: Totals | None = None
    """How it ended; ``None`` as long as it has not."""

    @model_validator(mode="after")
    def _turns_are_there(self) -> Self:
        for number, done in enumerate(self.requests):
            if done.request.turn >= len(self.turns):
                raise ValueError(f"requests[{number}].request.turn: there is no turn {done.request.turn}")
        return self

    @property
    def pictures(self) -> frozenset[str]:
        """The file names of all its pictures."""
        return frozenset(name for done in self.requests for name in done.pictures)

    @property
    def cost(self) -> Decimal | None:
        """What its requests have cost, in US dollars; one unknown amount makes it unknown."""
        return total(done.answer.cost for done in self.requests)

    def of_picture(self, name: str) -> Done | None:
        """Return the request that brought a picture."""
        return next((done for done in self.requests if name in done.pictures), None)


HEAD: Final = (
    "schema",
    "tool",
    "run",
    "parent",
    "parent_picture",
    "person",
    "job",
    "draft",
    "count",
    "state",
    "started",
    "ended",
)
"""The fields at the top of a record, where people and `lineage` look first."""

_NEXT: Final = ("generator", "prompt_fingerprint", "picture", "request", "answer")
"""Those that come before the prompt."""


def plain(part: BaseModel) -> dict[str, Any]:
    """Return a part of a record as plain data: fields that are not set are left out, those of `HEAD` come first."""
    # Written without validation: a picture that was paid must not be without its record because a generator
    # returned something unexpected.
    content = part.model_dump(by_alias=True, exclude_unset=True, warnings=False)
    return {name: content[name] for name in (*HEAD, *_NEXT) if name in content} | content
