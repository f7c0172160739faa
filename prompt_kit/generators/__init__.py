"""Generators turn a request into pictures; this is their protocol and how one is found by name."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, cast, runtime_checkable

from prompt_kit.errors import GeneratorError, NotFoundError
from prompt_kit.prompt import Earlier, Prompt, Settings, Turn, exchange_to_dict, part_to_dict, unnamed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prompt_kit.catalogue import Model
    from prompt_kit.images import Image
    from prompt_kit.outcome import Outcome

BUILT_IN: Final[Mapping[str, str]] = {
    "proof": "prompt_kit.generators.proof:Proof",
    "gemini": "prompt_kit.generators.gemini:Gemini",
}
"""The generators that come with the kit, as ``module:attribute``."""

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
    def fingerprint(self) -> str:
        """Hash of everything that is sent, with the model and every picture by content."""
        earlier = iter(self.earlier)
        parts = [
            {"picture": next(earlier).sha256, "role": part.role} if isinstance(part, Earlier) else part_to_dict(part)
            for part in self.turn.parts
        ]
        settings = self.settings.to_dict() | {"model": self.model.id}
        settings.pop("tier", None)
        if self.turn.output != "picture":
            settings["answer"] = self.turn.output
        sent: list[Any] = [unnamed(parts), settings]
        if self.turn.history:
            sent.append(unnamed([exchange_to_dict(exchange) for exchange in self.turn.history]))
        canonical = json.dumps(sent, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


@runtime_checkable
class Generator(Protocol):
    """Something that makes pictures."""

    @property
    def name(self) -> str:
        """The name people choose it by."""
        ...

    async def generate(self, request: Request) -> Outcome:
        """Make the pictures of one request.

        Whatever the provider says becomes an outcome; only mistakes in our own code raise.
        """
        ...


def generator(name: str) -> Generator:
    """Return the generator of that name.

    Raises:
        NotFoundError: When neither the kit nor an installed package offers it.
        GeneratorError: When it is offered but cannot be loaded.
    """
    target = BUILT_IN.get(name)
    if target is None:
        plugins = _plugins()
        if name not in plugins:
            raise NotFoundError("generator", name, [*BUILT_IN, *plugins])
        target = plugins[name]
    module, _, attribute = target.partition(":")
    try:
        make = cast("Callable[[], Any]", getattr(import_module(module), attribute))
        made = make()
    except (ImportError, AttributeError) as error:
        raise GeneratorError(f"The generator '{name}' could not be loaded from '{target}': {error}.") from error
    if not isinstance(made, Generator):
        raise GeneratorError(f"The generator '{name}' ('{target}') has no 'name' or no 'generate'.")
    return made


def _plugins() -> dict[str, str]:
    from importlib.metadata import entry_points  # 25 ms, and most runs need none

    return {point.name: point.value for point in entry_points(group=GROUP)}
