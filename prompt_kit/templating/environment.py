"""The sandboxed Jinja2 environment, with our own filters only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jinja2 import StrictUndefined
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from prompt_kit import words
from prompt_kit.values import Chosen, Copy, Phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LOOP: Final = frozenset({"first", "index", "index0", "last", "length", "nextitem", "previtem", "revindex"})
ATTRIBUTES: Final = (
    frozenset({"count", "each", "language", "name", "number", "own", "place", "plural", "text", "total", "value"})
    | _LOOP
)
"""What a template may read of a value with a dot."""

FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "article": words.article,
    "capital": words.capital,
    "commas": words.commas,
    "either": lambda items: words.series(items, "or"),
    "first": lambda items: items[0] if items else "",
    "last": lambda items: items[-1] if items else "",
    "length": len,
    "mentions": words.mentions,
    "number": words.number,
    "naming": words.naming,
    "opening": words.opening,
    "orders": words.orders,
    "ordinal": words.ordinal,
    "quoted": words.quoted,
    "sentence": words.sentence,
    "series": words.series,
}
"""Everything a template can do with a value."""

# The classes whose attributes are read without asking the sandbox: they are ours, or as harmless as ours.
_OURS: set[type] = {Chosen, Copy, LoopContext, Phrase}


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox with short ways for what is known to be safe; every verdict stays the same."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) in _OURS and attribute in ATTRIBUTES:
            return getattr(obj, attribute, None) if type(obj) is not LoopContext else getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        if type(obj) is Macro:
            return obj(*args, **kwargs)
        return super().call(context, obj, *args, **kwargs)


def _environment() -> _Environment:
    environment = _Environment(
        undefined=StrictUndefined,
        autoescape=False,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        optimized=False,
    )
    for table, ours in ((environment.filters, FILTERS), (environment.tests, {}), (environment.globals, {})):
        table.clear()
        table.update(ours)
    return environment


ENVIRONMENT: Final = _environment()


def trusted(cls: type) -> type:
    """Let templates read the public attributes of this class of ours without asking the sandbox."""
    _OURS.add(cls)
    return cls
