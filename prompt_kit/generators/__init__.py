"""The protocol of generators, which turn a request into pictures, and the look-up of a generator by name."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias, cast, runtime_checkable

from prompt_kit.errors import GeneratorError, NotFoundError, did_you_mean
from prompt_kit.prompt import Earlier, Prompt, Reference, Settings, Turn, exchange_to_dict, part_to_dict, unnamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from prompt_kit.catalogue import Model
    from prompt_kit.images import Image
    from prompt_kit.outcome import Outcome
    from prompt_kit.prompt import Part

BUILT_IN: Final[Mapping[str, str]] = {
    "proof": "prompt_kit.generators.proof:Proof",
    "gemini": "prompt_kit.generators.gemini:Gemini",
    "openai": "prompt_kit.generators.openai:OpenAI",
}
"""The generators that come with the kit, as ``module:attribute``."""

SECRET: Final = re.compile(r"key|token|secret|password|credentials")
"""The names of options and variables that hold secrets."""

GROUP: Final = "prompt_kit.generators"
"""The entry-point group in which installed packages offer generators."""


@dataclass(frozen=True)
class Request:
    """One turn, ready to be sent: the model is chosen and earlier pictures are there."""

    turn: Turn
    model: Model
    settings: Settings
    earlier: tuple[Image, ...] = ()
    """The pictures of earlier turns, one for each `Earlier` part and in the same order."""
    prompt: Prompt | None = field(default=None, compare=False, repr=False)
    """The whole prompt the turn belongs to, for generators that show it."""

    @cached_property
    def parts(self) -> tuple[tuple[Part, Image | None], ...]:
        """The parts of the turn in their order, each with its picture if it has one; earlier ones are filled in.

        Raises:
            ValueError: When there are not as many earlier pictures as `Earlier` parts.
        """
        numbers = [at for at, part in enumerate(self.turn.parts) if isinstance(part, Earlier)]
        earlier = dict(zip(numbers, self.earlier, strict=True))
        return tuple((part, earlier.get(at, getattr(part, "image", None))) for at, part in enumerate(self.turn.parts))

    @property
    def pictures(self) -> tuple[tuple[Reference | Earlier, Image], ...]:
        """The pictures the turn is about, given or made by earlier turns, in the order in which they are sent."""
        return tuple((part, image) for part, image in self.parts if image and isinstance(part, Reference | Earlier))

    @cached_property
    def fingerprint(self) -> str:
        """Hash of everything that is sent, with the model and every picture by content."""
        parts = [
            {"picture": image.sha256, "role": part.role} if image and isinstance(part, Earlier) else part_to_dict(part)
            for part, image in self.parts
        ]
        settings = self.settings.to_dict() | {"model": self.model.id}
        settings.pop("tier", None)
        if quality := self.model.quality(self.settings.tier):
            settings["quality"] = quality
        if self.turn.output != "picture":
            settings["answer"] = self.turn.output
        sent: list[Any] = [unnamed(parts), settings]
        if self.turn.history:
            sent.append(unnamed([exchange_to_dict(exchange) for exchange in self.turn.history]))
        canonical = json.dumps(sent, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


@runtime_checkable
class Generator(Protocol):
    """Something that makes pictures.

    It may also say of itself, as attributes or properties, what `is_free`, `has_access` and `elsewhere` return.
    """

    @property
    def name(self) -> str:
        """The name people choose it by."""
        ...

    async def generate(self, request: Request) -> Outcome:
        """Make the pictures of one request.

        Every answer of the provider becomes an outcome; only mistakes in our own code raise. One call is one request
        to the ledger: a generator sends again by itself only what was certainly not charged. What may be charged and
        is worth a second try has `Outcome.repeatable`; the caller books it and calls once more.
        """
        ...


BatchState: TypeAlias = Literal["waiting", "done", "failed", "cancelled", "expired"]
"""How far a job is; ``done`` is also one that was done in part."""


@dataclass(frozen=True, slots=True)
class Collected:
    """How far a job is, and what has come of its requests."""

    state: BatchState
    said: str = ""
    """The provider's own word for the state."""
    message: str = ""
    """The problem of the job as a whole, in one or two plain sentences."""
    outcomes: Iterable[tuple[str, Outcome]] = ()
    """Once it is over: what came of each request, by its key and once each, however they were answered.

    It can be iterated once: the pictures are read one after the other. The key is empty where an answer does not say
    which request it is for.
    """


@runtime_checkable
class BatchGenerator(Generator, Protocol):
    """A generator that also takes many requests as one job, which is done later and costs less.

    Where it answers with an `Outcome` instead, that tells why there is no other answer.
    """

    async def submit(self, requests: Mapping[str, Request], label: str) -> str | Outcome:
        """Send requests as one job, and return the provider's name for it.

        With an outcome whose `billable` is ``no`` nothing was submitted; with any other it may have been. A refusal
        may come after the job was made, so the label is looked for before anything is sent again or given up.

        Args:
            requests: By keys that name the answers afterwards; all for the same model.
            label: Our own label, by which `find` finds the job again.
        """
        ...

    async def find(self, label: str) -> str | Outcome | None:
        """Return the name of a job by its label, for a job whose name was lost; ``None`` when there is none."""
        ...

    async def collect(self, job: str, requests: Mapping[str, Request]) -> Collected | Outcome:
        """Return how far a job is and, once it is over, what came of every request."""
        ...

    async def cancel(self, job: str) -> Outcome | None:
        """Ask to stop a job; ``None`` when it was understood. `collect` returns the result."""
        ...


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of one check."""

    about: str
    """What it is, in one or two words: ``key``, ``network``, ``model gemini-3-pro-image``."""
    state: Literal["good", "odd", "wrong"]
    """Whether it is as it should be, is worth knowing (also: not set up at all), or stops work."""
    fact: str
    """The result in whole sentences; of a secret, only where it was found."""
    next_step: str = ""
    """Whole sentences: what to do now."""


def elsewhere(maker: Generator) -> str:
    """Return the computer that a generator sends key, prompts and pictures to, when it is not the provider's own."""
    return str(getattr(maker, "elsewhere", ""))


def is_free(maker: Generator | str, options: Mapping[str, Any] | None = None) -> bool:
    """Return whether a generator makes pictures without charge; one that has no attribute ``free`` does not.

    Args:
        maker: The generator, or its name; no library of a built-in one is loaded for that.
        options: What the generator of that name is made with.
    """
    if isinstance(maker, str) and maker in BUILT_IN:
        return bool(_package(maker).FREE)
    return bool(getattr(generator(maker, options) if isinstance(maker, str) else maker, "free", False))


def has_access(maker: Generator | str, options: Mapping[str, Any] | None = None) -> bool:
    """Return whether a generator has what it is asked with: a key, an account that pays, or no need of either.

    One that has no attribute ``has_access`` has it.

    Args:
        maker: The generator, or its name; no library of a built-in one is loaded for that.
        options: What the generator of that name is made with.
    """
    if isinstance(maker, str) and maker in BUILT_IN:
        return bool(_package(maker).has_access(options or {}))
    return bool(getattr(generator(maker, options) if isinstance(maker, str) else maker, "has_access", True))


def _package(name: str) -> Any:
    """Return the package of a built-in generator, which is loaded without the library it needs."""
    return import_module(BUILT_IN[name].partition(":")[0])


@runtime_checkable
class Checkable(Protocol):
    """A generator that can check its set-up without spending money."""

    async def check(self, models: Sequence[str]) -> tuple[Checked, ...]:
        """Check what it needs: key, network, clock, and whether the key may use these models.

        Every problem is returned; only mistakes in our own code raise.
        """
        ...


def generator(name: str, options: Mapping[str, Any] | None = None) -> Generator:
    """Return the generator of that name.

    Args:
        name: The name of a built-in generator or of one that an installed package offers.
        options: What it is made with, such as ``{"base_url": "http://localhost:8000/v1"}``.

    Raises:
        NotFoundError: When neither the kit nor an installed package offers it.
        GeneratorError: When it is offered but cannot be loaded, or does not take an option.
    """
    target = BUILT_IN.get(name)
    if target is None:
        plugins = installed()
        if name not in plugins:
            raise NotFoundError("generator", name, [*BUILT_IN, *plugins])
        target = plugins[name]
    module, _, attribute = target.partition(":")
    try:
        make = cast("Callable[[], Any]", getattr(import_module(module), attribute))
        made = make(**_checked(name, make, options or {}))
    except (ImportError, AttributeError) as error:
        raise GeneratorError(f"The generator '{name}' could not be loaded from '{target}': {error}.") from error
    if not isinstance(made, Generator):
        raise GeneratorError(f"The generator '{name}' ('{target}') has no 'name' or no 'generate'.")
    return made


def _checked(name: str, make: Callable[[], Any], options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the options, once it is clear that the generator takes them."""
    if not options:
        return options
    from inspect import signature

    taken = signature(make).parameters
    # Callbacks such as ``on_wait`` are functions, which no file can hold.
    accepted = [option for option in taken if not SECRET.search(option) and not option.startswith("on_")]
    secret = next((option for option in options if SECRET.search(option)), None)
    if secret:
        raise GeneratorError(
            f"The generator '{name}' takes no '{secret}' from a file: keys are read from the environment."
        )
    unknown = next((option for option in options if option not in accepted), None)
    if unknown:
        advice = did_you_mean(unknown, accepted) or (
            f"It takes {', '.join(accepted)}." if accepted else "It takes none."
        )
        raise GeneratorError(f"The generator '{name}' has no option '{unknown}'. {advice}")
    return options


def installed() -> dict[str, str]:
    """Return the generators that installed packages offer, as ``module:attribute``."""
    from importlib.metadata import entry_points  # 25 ms, and most runs need none

    return {point.name: point.value for point in entry_points(group=GROUP)}
