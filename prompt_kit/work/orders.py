"""What is wanted, judged and priced, and what came of it: the nouns of all work that makes pictures."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from prompt_kit.errors import InputError
from prompt_kit.outcome import Outcome, Status
from prompt_kit.support.money import total

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from prompt_kit.catalogue import Model
    from prompt_kit.errors import Problem, PromptKitError
    from prompt_kit.generators import Generator
    from prompt_kit.outcome import Picture
    from prompt_kit.project import Project
    from prompt_kit.prompt import Prompt

MAX_COUNT: Final = 100
"""Most repetitions of one prompt in one run."""

Delivery: TypeAlias = Literal["now", "job"]
"""``job`` is done later by the provider, for less."""


@dataclass(frozen=True, slots=True)
class Order:
    """One prompt that is wanted."""

    prompt: Prompt
    count: int = 1
    """How many times it is made."""
    parent: str = ""
    """The id of the run that it refines."""
    parent_picture: str = ""
    """The name of the picture that it refines."""
    generator: str | Generator = ""
    """By name, or the generator itself; empty is that of the plan."""
    key: str = ""
    """Which row, cell or parent picture it is for. Orders with keys that ask for the very same are made once."""
    label: str = ""
    """How people call it, such as ``style=flat``."""
    person: str = ""
    """For whom it is made; an unfinished run is continued for the same person only."""
    token: str = ""
    """Tells apart orders that ask for the very same, such as those of two forms that were sent."""
    draft: str = ""
    """The id of the form it was ordered from; the pictures of one form belong together."""

    @property
    def origin(self) -> dict[str, str]:
        """For whom it is made, from which form and of which picture, as the record of its run says it.

        What is empty is left out.
        """
        parent = {"parent": self.parent, "parent_picture": self.parent_picture} if self.parent else {}
        named = {"person": self.person, "draft": self.draft}
        return parent | {name: text for name, text in named.items() if text}


@dataclass(frozen=True, slots=True)
class Kept:
    """What an unfinished run of the same order has already."""

    folder: Path
    places: frozenset[tuple[int, int]]
    """Turn and repetition of each answer that is there, from 0."""


@dataclass(frozen=True, slots=True)
class Item:
    """One order, judged and priced."""

    number: int
    """Its place in the plan, from 0."""
    order: Order
    generator: str
    model: Model
    estimate: Decimal | None
    """About what the whole order costs with the real model, in US dollars; ``None`` is unknown."""
    free: bool
    """Whether the generator costs nothing."""
    priced: bool
    """Whether the prices of the catalogue are those of the generator."""
    warnings: tuple[str, ...] = ()
    """What to know before it is sent, in whole sentences; those of `notes` are among them."""
    notes: tuple[Problem, ...] = ()
    """What to know about a parameter before it is sent, for forms to show it beside the field."""
    refusals: tuple[Problem, ...] = ()
    """Why it cannot be made."""
    same_as: int | None = None
    """The number of an earlier item that asks for the very same."""
    kept: Kept | None = None
    """What is there already; looked up only where a price depends on it."""

    @property
    def prompt(self) -> Prompt:
        """The prompt of its order."""
        return self.order.prompt

    @property
    def count(self) -> int:
        """How many times it is made."""
        return self.order.count

    @property
    def requests(self) -> int:
        """How many requests the whole order is, with those that are answered already."""
        return len(self.prompt.turns) * self.count

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Turn and repetition of each request that is still to be sent, from 0."""
        there = self.kept.places if self.kept else frozenset()
        every = ((turn, take) for take in range(self.count) for turn in range(len(self.prompt.turns)))
        return tuple(place for place in every if place not in there)

    @property
    def key(self) -> str:
        """A hash of the order: equal for the same prompt, generator, model, count, person and token."""
        asked = [self.prompt.fingerprint, self.generator, self.model.id, self.count, self.order.person]
        asked += [self.order.token] if self.order.token else []
        return hashlib.sha256(json.dumps(asked).encode("utf-8", "surrogatepass")).hexdigest()

    def price(self, delivery: Delivery = "now") -> Decimal | None:
        """Return about what is left to pay, in US dollars; ``None`` is unknown."""
        if self.free:
            return Decimal(0)
        alone = {turn: self.price_of(turn, delivery) for turn, _ in self.places}
        return total(alone[turn] for turn, _ in self.places)

    def price_once(self, delivery: Delivery = "now") -> Decimal | None:
        """Return about what it costs to make all turns once, in US dollars; ``None`` is unknown."""
        return total(self.price_of(turn, delivery) for turn in range(len(self.prompt.turns)))

    @property
    def besides(self) -> str:
        """What may come on top of the price, because nobody can count it before, as a sentence; empty when nothing."""
        if self.free or not self.priced:
            return ""
        thinks = bool(self.prompt.settings.thinking or self.model.default_thinking)
        searches = bool(self.prompt.settings.grounding)
        if not (thinks or searches):
            return ""
        extras = "Thinking and searching" if thinks and searches else "Thinking" if thinks else "Searching the web"
        return f"{extras} may add a little; the result says what was charged."

    def price_of(self, turn: int, delivery: Delivery = "now") -> Decimal | None:
        """Return about what one turn costs once, in US dollars; ``None`` is unknown."""
        if self.free:
            return Decimal(0)
        model = self.model.in_batch if delivery == "job" else self.model
        return model.estimate(self.prompt.only(turn)) if self.priced else None


@dataclass(frozen=True)
class Plan:
    """Orders judged and priced, before anything is sent."""

    items: tuple[Item, ...]
    delivery: Delivery
    project: Project
    limit: Decimal | None = None
    """What may still be paid for all of it, in US dollars; ``None`` is no limit. The project's budget counts in any
    case."""
    makers: Mapping[str, Generator | None] = field(default_factory=dict, repr=False)
    """The generators by name; ``None`` where one is made when it is needed."""

    @cached_property
    def to_send(self) -> tuple[Item, ...]:
        """The items that are made: those that are not refused, the same only once."""
        return tuple(item for item in self.items if not item.refusals and item.same_as is None)

    @property
    def requests(self) -> int:
        """How many requests are left to send."""
        return sum(len(item.places) for item in self.to_send)

    @property
    def estimate(self) -> Decimal | None:
        """About what is left to pay, in US dollars; one unknown price makes it unknown."""
        return total(item.price(self.delivery) for item in self.to_send)

    @cached_property
    def key(self) -> str:
        """A hash of what is wanted; equal when the same is asked for again."""
        said = [[item.order.key, item.key] for item in self.items]
        return hashlib.sha256(json.dumps(said).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every refusal of every item, each once."""
        return tuple(dict.fromkeys(problem for item in self.items for problem in item.refusals))

    def rest(self, results: Iterable[Result]) -> Plan:
        """Return the plan without the items that came, are being made or wait in a job, as `Kit.results` says."""
        over = {result.item.number for result in results if result.ok or result.under_way}
        return replace(self, items=tuple(item for item in self.items if item.number not in over))

    def checked(self) -> Plan:
        """Return the plan, when nothing of it is refused.

        Raises:
            InputError: With every refusal.
        """
        if self.problems:
            raise InputError(self.problems)
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How something that was wanted ended, for whatever kind of work."""

    status: Status | None = None
    """How it ended; ``None`` when nothing was sent."""
    reason: str = ""
    """The provider's own word for what happened."""
    message: str = ""
    """What happened and what to do now, unless it went well."""
    text: str = ""
    """Words that came with the pictures, or instead of them."""
    cost: Decimal | None = Decimal(0)
    """In US dollars; ``None`` is unknown."""
    seconds: float | None = None
    """How long the answers took, for each repetition on average."""
    runs: tuple[str, ...] = ()
    """The ids of its runs, in the order in which they began."""
    folder: Path | None = None
    """The folder of the last of them."""
    job: str = ""
    """The id of the job in which it waits."""
    under_way: bool = False
    """Whether it is being made, or waits in a job."""
    outcome: Outcome | None = None
    """Everything that came back, as one outcome."""
    error: PromptKitError | None = None
    """What kept it from being made, when that is no answer of a generator."""

    @property
    def ok(self) -> bool:
        """Whether everything that was asked for came back."""
        return self.status is Status.OK

    @property
    def model(self) -> str:
        """The model that answered; empty when none did."""
        return self.outcome.model if self.outcome else ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about what came back, in whole sentences."""
        return self.outcome.warnings if self.outcome else ()


@dataclass(frozen=True, slots=True)
class Result(Ending):
    """What came of one item."""

    item: Item
    pictures: tuple[Picture, ...] = ()

    def came(self) -> Outcome:
        """Return everything that came back as one outcome.

        Raises:
            PromptKitError: What kept it from being made, when that is no answer of a generator.
        """
        if self.error is not None:
            raise self.error
        return self.outcome or Outcome(self.status or Status.CANCELLED, message=self.message, cost=self.cost)
