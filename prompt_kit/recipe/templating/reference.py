"""What each filter does, in a line with an example: both are those of its function."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from prompt_kit.recipe.templating.environment import FILTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class FilterWords:
    """What a filter does."""

    name: str
    says: str
    """One sentence."""
    example: str = ""
    """How a template uses it, such as ``{{ "a fox" | article }}``; empty when its function shows none."""
    prints: str = ""
    """What comes of the example."""


@cache
def filter_words() -> tuple[FilterWords, ...]:
    """Return what every filter does, in the order in which they are listed."""
    return tuple(_of(name, function) for name, function in FILTERS.items())


def _of(name: str, function: Callable[..., Any]) -> FilterWords:
    text = inspect.getdoc(function) or ""
    says = " ".join(text.partition("\n\n")[0].split()).removeprefix("Return ").replace("``", "`")
    says = says[:1].upper() + says[1:]
    for call in _calls(text, function.__name__):
        value, *more = call.args
        used = f"{name}({', '.join(map(_source, more))})" if more else name
        result = function(*(ast.literal_eval(argument) for argument in call.args))
        shown = {True: "true", False: "false"}.get(result, str(result)) if isinstance(result, bool) else str(result)
        return FilterWords(name, says, f"{{{{ {_source(value)} | {used} }}}}", shown)
    return FilterWords(name, says)


def _calls(text: str, function: str) -> Iterator[ast.Call]:
    """Yield the calls of a function in the examples of its description."""
    for line in text.splitlines():
        if line.startswith(">>> "):
            for node in ast.walk(ast.parse(line.removeprefix(">>> "))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == function:
                    yield node


def _source(node: ast.expr) -> str:
    """Return a value as people write it in a template."""
    return ast.unparse(node).replace("'", '"')
