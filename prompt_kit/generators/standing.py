"""Which generators can be chosen here, and which of them only draw layouts."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import GeneratorError, NotFoundError
from prompt_kit.generators import BUILT_IN, generator, has_access, is_free

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.generators import Generator


def draws_layouts(chosen: str | Generator) -> bool:
    """Return whether a generator shows what another one's model will be asked, as it says in ``layouts``.

    It draws for the models of all generators, at no price, and nothing is cut out of its sheets.
    """
    if isinstance(chosen, str):
        if chosen in BUILT_IN:
            package: Any = import_module(BUILT_IN[chosen].partition(":")[0])
            return bool(getattr(package, "LAYOUTS", False))
        try:
            chosen = generator(chosen)
        except (NotFoundError, GeneratorError):  # a name in an old record; whoever opens it is told
            return False
    return bool(getattr(chosen, "layouts", False))


def with_access(options: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the built-in generators of real pictures that have access; ``options`` are those of each, by name."""
    return tuple(name for name in BUILT_IN if not is_free(name) and has_access(name, options.get(name, {})))


def without_access() -> str:
    """Return the generator that needs no access: the proof."""
    return next(name for name in BUILT_IN if is_free(name))
