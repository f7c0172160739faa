"""What came back from a generator: status, pictures, words, usage and cost."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from prompt_kit.errors import InputError

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

Billable: TypeAlias = Literal["yes", "no", "unknown"]


class Status(StrEnum):
    """How a request ended."""

    OK = "ok"
    BLOCKED = "blocked"
    """The provider's safety rules refused the words, the pictures or the result."""
    NO_IMAGE = "no_image"
    """The answer holds no picture (or no words, where words were asked for)."""
    INVALID = "invalid"
    """The request is not one this model takes."""
    QUOTA = "quota"
    """The provider accepts no more requests for now."""
    UNAVAILABLE = "unavailable"
    """The provider could not be reached, or is overloaded."""
    TIMEOUT = "timeout"
    """No answer came in time; the work may have been done and paid."""
    AUTH = "auth"
    """The key is missing, wrong or not allowed to do this."""
    BUDGET = "budget"
    """The project's own budget stopped it before it was sent."""
    CANCELLED = "cancelled"
    """A person stopped it."""


@dataclass(frozen=True)
class Picture:
    """One picture that came back, exactly as the provider made it."""

    data: bytes = field(repr=False, compare=False)
    """The provider's bytes, untouched; once the picture was saved they are read from its file when asked for."""
    media_type: str
    """The type that the bytes show, whatever the provider declared."""
    width: int
    """In pixels."""
    height: int
    """In pixels."""
    sha256: str
    draft: bool = False
    """A thought of the model, not its result; kept only when nothing else came."""
    path: Path | None = None
    """Where it was saved, once it was."""

    def saved_as(self, path: Path, sha256: str) -> Picture:
        """Return the picture as it is in a file of this hash, without its bytes in memory."""
        return Picture.saved(path, self.media_type, self.width, self.height, sha256, draft=self.draft)

    @classmethod
    def saved(  # noqa: PLR0913 - it has as many fields
        cls, path: Path, media_type: str, width: int, height: int, sha256: str, *, draft: bool = False
    ) -> Picture:
        """Return a picture that is in a file; its bytes are read when they are asked for."""
        picture = object.__new__(cls)
        fields = {"media_type": media_type, "width": width, "height": height, "sha256": sha256, "draft": draft}
        picture.__setstate__(fields | {"path": path})
        return picture

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> bytes:
            # Only called for attributes that are not set: the bytes of a saved picture.
            if name != "data":
                raise AttributeError(f"{type(self).__name__!a} object has no attribute {name!a}")
            return _bytes_of(self)

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy in another process needs: the bytes, or where they are."""
        return {name: value for name, value in self.__dict__.items() if name != "data" or self.path is None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


def _bytes_of(picture: Picture) -> bytes:
    """Return the bytes of a picture from its file.

    Raises:
        InputError: When it is gone or has changed.
    """
    if picture.path is None:
        raise AttributeError("data")
    try:
        data = picture.path.read_bytes()
    except OSError as error:
        raise InputError(f"{picture.path}: the picture cannot be read ({error.strerror}).") from error
    if hashlib.sha256(data).hexdigest() != picture.sha256:
        raise InputError(f"{picture.path}: the picture has changed since it was made.")
    return data


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of an answer, in the order in which the model gave it: words, or one of the pictures."""

    text: str = ""
    picture: int | None = None
    """The number of the picture among those of the outcome, from 0."""
    signature: str = field(default="", repr=False)
    """The model's own mark on it, in Base64; a conversation cannot be continued without it."""


@dataclass(frozen=True, slots=True)
class WebPage:
    """A page that the model looked at before it drew."""

    title: str
    uri: str


@dataclass(frozen=True, slots=True)
class Derived:
    """A picture that was made here from a master (a picture as the provider made it)."""

    path: Path
    source: Path
    """The master."""
    kind: Literal["cutout", "composite"]
    report: str
    """What was done and measured, in whole sentences."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens by kind, as the provider counted them; ``None`` where it did not say."""

    input_text: int | None = None
    input_image: int | None = None
    output_text: int | None = None
    output_image: int | None = None
    thinking: int | None = None
    searches: int | None = None
    """Search queries made for grounding; a count, not tokens."""

    def to_dict(self) -> dict[str, int]:
        """Return the counts that the provider gave, by name."""
        counts = {name: getattr(self, name) for name in self.__slots__}
        return {name: count for name, count in counts.items() if count is not None}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one request ended (or, merged, a whole run), and everything that came back."""

    status: Status
    pictures: tuple[Picture, ...] = ()
    text: str = ""
    """Words that came with the pictures, or instead of them."""
    pieces: tuple[Piece, ...] = ()
    """Words and pictures in the order in which they came."""
    drafts: tuple[Picture, ...] = ()
    """Pictures from the model's thinking, when they were asked for; none of them is a result."""
    thoughts: str = ""
    """The words of the model's thinking, when they were asked for."""
    sources: tuple[WebPage, ...] = ()
    """The pages the model looked at."""
    queries: tuple[str, ...] = ()
    """What the model searched for."""
    suggestions: str = field(default="", repr=False)
    """The provider's search suggestions as HTML; they must be shown wherever the picture is shown."""
    derived: tuple[Derived, ...] = ()
    """What was made here from the pictures: cut-outs and composites."""
    reason: str = ""
    """The provider's own code for what happened, such as ``IMAGE_SAFETY``."""
    message: str = ""
    """One plain sentence: what happened."""
    next_step: str = ""
    """One plain sentence: what to do now."""
    billable: Billable = "unknown"
    """Whether the provider charges for this."""
    usage: Usage | None = None
    cost: Decimal | None = None
    """In US dollars, booked from usage; ``None`` is unknown, never free."""
    model: str = ""
    """The model that answered."""
    response_id: str = ""
    warnings: tuple[str, ...] = ()
    """Warnings about an answer that is usable, in whole sentences, such as a wrong picture size."""
    retry_after_s: float | None = None
    """Seconds the provider asks to wait before the next try."""
    repeatable: bool = False
    """Whether the same request may be sent once more without asking anybody: the answer was empty and gave no reason.

    Both answers may be charged, so each is a request of its own to the budget and to the ledger.
    """
    details: tuple[tuple[str, Any], ...] = field(default=(), compare=False)
    """Whatever else the provider said and a record should keep, as pairs of name and plain data."""
    folder: Path | None = None
    """The run's folder, once it was saved."""
    page: Path | None = None
    """The page that holds words and pictures in their order, once it was saved."""

    @property
    def ok(self) -> bool:
        """Whether what was asked for came back."""
        return self.status is Status.OK

    @property
    def explanation(self) -> str:
        """What happened and what to do now, in one paragraph."""
        return " ".join(filter(None, (self.message, self.next_step)))
