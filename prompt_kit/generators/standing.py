"""What a generator says of itself before it is opened: whether it is free, has access, and draws layouts only."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import GeneratorError, NotFoundError
from prompt_kit.generators import BUILT_IN, generator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.generators import Generator


def is_free(chosen: str | Generator) -> bool:
    """Return whether a generator costs nothing: what it says in ``free``."""
    return _says(chosen, "free")


def draws_layouts(chosen: str | Generator) -> bool:
    """Return whether a generator shows what another one's model will be asked, as it says in ``layouts``.

    It draws for the models of all generators, at no price, and nothing is cut out of its sheets.
    """
    return _says(chosen, "layouts")


def has_access(name: str, options: Mapping[str, Any]) -> bool:
    """Return whether a built-in generator has what it needs: a key, or a project that pays.

    Args:
        name: Its name.
        options: What it is made with.
    """
    return bool(_about(name).has_access(options))


def with_access(options: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the built-in generators of real pictures that have access; ``options`` are those of each, by name."""
    return tuple(name for name in BUILT_IN if not is_free(name) and has_access(name, options.get(name, {})))


def without_access() -> str:
    """Return the generator that needs no access: the proof."""
    return next(name for name in BUILT_IN if is_free(name))


def _says(chosen: str | Generator, attribute: str) -> bool:
    """Return what a generator says of itself; a built-in one says it without being loaded."""
    if isinstance(chosen, str):
        if chosen in BUILT_IN:
            return bool(getattr(_about(chosen), attribute.upper(), False))
        try:
            chosen = generator(chosen)
        except (NotFoundError, GeneratorError):  # a name in an old record; whoever opens it is told
            return False
    return bool(getattr(chosen, attribute, False))


def _about(name: str) -> Any:
    return import_module(f"{BUILT_IN[name].partition(':')[0]}.access")
