"""Finds the author's own words in templates, each passage with the conditions under which it is printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from jinja2 import nodes

from prompt_kit.recipe.parameters import Boolean, ChoiceOf, ChoicesOf
from prompt_kit.recipe.templating.branches import without_marks
from prompt_kit.recipe.templating.program import PARAGRAPH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from prompt_kit.errors import Place
    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.templating import TemplatePart

Condition: TypeAlias = "tuple[nodes.Node, bool]"
"""A test, and what must come of it."""

_START: Final = re.compile(r"(?:^|(?<=[\n.!?…\"”’»)]))\s*(?=\S)")
_SHORTEST: Final = 12
"""Fewest characters by which the beginning of a sentence is found in a template."""
_SHORTEST_WHOLE: Final = 5
"""Fewest of them when a value or a condition follows at once."""


@dataclass(frozen=True, slots=True)
class _Under:
    """A condition, and the one that stands around it: thousands of alternatives share what they have in common."""

    condition: Condition
    around: _Under | None


@dataclass(frozen=True)
class TemplateWords:
    """Words of an author's own, as they stand in a template."""

    text: str
    lineno: int
    """The line of the part's tree on which they begin."""
    under: _Under | None
    """The innermost condition they stand under."""
    part: TemplatePart

    @property
    def conditions(self) -> Iterator[Condition]:
        """Yield the conditions they stand under, from the innermost outwards."""
        under = self.under
        while under is not None:
            yield under.condition
            under = under.around

    @property
    def template(self) -> str:
        """The name of the template that brought it in."""
        return self.part.origin(self.lineno)

    def place(self, at: int = 0) -> Place:
        """Return the place of a character of the passage."""
        return self.part.place(self.lineno + self.text.count("\n", 0, at))


def passages(part: TemplatePart) -> list[TemplateWords]:
    """Return all passages of a part, in order; those of a macro wherever it is called."""
    walk = _Walk(part)
    return list(walk.body(part.tree.body, None))


class Beginnings:
    """Where in templates sentences begin, to find those of a prompt."""

    def __init__(self, passages: Iterable[TemplateWords]) -> None:
        """Note every place in these passages at which a sentence may begin."""
        self.by_start: dict[str, list[tuple[str, TemplateWords, int]]] = {}
        for passage in passages:
            for start in _START.finditer(passage.text):
                tail = " ".join(passage.text[start.end() :].split())
                self.by_start.setdefault(tail[:_SHORTEST_WHOLE], []).append((tail, passage, start.end()))

    def of(self, sentence: str) -> tuple[TemplateWords, int] | None:
        """Return the passage in which a sentence begins, and where in it; nothing when none can be told."""
        best: tuple[int, TemplateWords, int] | None = None
        for tail, passage, at in self.by_start.get(sentence[:_SHORTEST_WHOLE], ()):
            same = _shared(tail, sentence)
            least = _SHORTEST_WHOLE if same == len(tail) else _SHORTEST
            if same >= min(len(sentence), least) and (best is None or same > best[0]):
                best = same, passage, at
        return best and (best[1], best[2])


def compared(conditions: Iterable[Condition], parameters: Mapping[str, Parameter]) -> set[str]:
    """Return the parameters whose values the conditions compare, and ``item``; a boolean's name compares it alone."""
    return {name for test, _ in conditions for name in _compared(test, parameters)}


def on_request(conditions: Iterable[Condition], parameters: Mapping[str, Parameter]) -> bool:
    """Return whether a choice or a boolean must have been set for all these conditions to be met.

    A condition that the defaults meet, or the mere presence of a value, is no request.
    """
    return any(_on_request(test, parameters, wanted=wanted) for test, wanted in conditions)


class _Walk:
    """Visits the nodes of a part in order, and keeps the conditions above each of them."""

    def __init__(self, part: TemplatePart) -> None:
        self.part = part
        self.macros: dict[str, nodes.Macro] = {}
        self.set: dict[str, list[nodes.Node]] = {}
        self.open: tuple[str, ...] = ()
        for node in part.every(nodes.Assign):
            if isinstance(node.target, nodes.Name):
                self.set.setdefault(node.target.name, []).append(node.node)

    def body(self, body: Sequence[nodes.Node], above: _Under | None) -> Iterator[TemplateWords]:
        for node in body:
            match node:
                case nodes.If():
                    yield from self._if(node, above)
                case nodes.For():
                    yield from self.body([*node.body, *node.else_], above)
                case nodes.Macro(name=name):
                    self.macros[name] = node
                case nodes.Assign(node=value):
                    yield from self._expression(value, above)
                case nodes.Output():
                    for piece in node.nodes:
                        yield from self._expression(piece, above)

    def _if(self, node: nodes.If, above: _Under | None) -> Iterator[TemplateWords]:
        for arm in (node, *node.elif_):
            test = self._resolved(arm.test)
            yield from self.body(arm.body, _Under((test, True), above))
            above = _Under((test, False), above)
        yield from self.body(node.else_, above)

    def _expression(self, node: nodes.Node, above: _Under | None) -> Iterator[TemplateWords]:
        match node:
            case nodes.TemplateData(data=text) | nodes.Const(value=str() as text):
                if (own := without_marks(text)) or not text:
                    yield TemplateWords(own.replace(PARAGRAPH, " "), node.lineno, above, self.part)
            case nodes.CondExpr():
                test = self._resolved(node.test)
                yield from self._expression(node.expr1, _Under((test, True), above))
                if node.expr2 is not None:
                    yield from self._expression(node.expr2, _Under((test, False), above))
            case nodes.And() | nodes.Or():
                yield from self._expression(node.left, above)
                condition = (self._resolved(node.left), isinstance(node, nodes.And))
                yield from self._expression(node.right, _Under(condition, above))
            case nodes.Call(node=nodes.Name(name=name)) if name in self.macros and name not in self.open:
                self.open = (*self.open, name)
                yield from self.body(self.macros[name].body, above)
                self.open = self.open[:-1]
            case nodes.Compare() | nodes.Not():
                return
            case _:
                for child in node.iter_child_nodes():
                    yield from self._expression(child, above)

    def _resolved(self, test: nodes.Node) -> nodes.Node:
        """Return what a name stands for, when the template sets it once."""
        if isinstance(test, nodes.Name) and len(self.set.get(test.name, ())) == 1:
            return self.set[test.name][0]
        return test


def _shared(first: str, second: str) -> int:
    """Return how many characters two texts have in common at their beginnings."""
    return next(
        (at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )


def _compared(test: nodes.Node, parameters: Mapping[str, Parameter]) -> Iterator[str]:
    match test:
        case nodes.Compare():
            yield from (name.name for name in test.find_all(nodes.Name) if name.name in {*parameters, "item"})
        case nodes.Name(name=name) if isinstance(parameters.get(name), Boolean):
            yield name
        case nodes.Name():
            return
        case _:
            for child in test.iter_child_nodes():
                yield from _compared(child, parameters)


def _on_request(test: nodes.Node, parameters: Mapping[str, Parameter], *, wanted: bool) -> bool:
    match test:
        case nodes.Not(node=inner):
            return _on_request(inner, parameters, wanted=not wanted)
        case nodes.And(left=left, right=right) | nodes.Or(left=left, right=right):
            sides = [_on_request(side, parameters, wanted=wanted) for side in (left, right)]
            # One side decides when both must hold: "and" that is true, "or" that is false.
            return any(sides) if isinstance(test, nodes.And) is wanted else all(sides)
        case nodes.Name(name=name):
            parameter = parameters.get(name)
            return isinstance(parameter, Boolean) and bool(parameter.default) is not wanted
        case nodes.Compare():
            return _compares_choice(test, parameters, wanted=wanted)
    return False


def _compares_choice(test: nodes.Compare, parameters: Mapping[str, Parameter], *, wanted: bool) -> bool:
    names = [name.name for name in test.find_all(nodes.Name)]
    parameter = parameters.get(names[0]) if len(names) == 1 else None
    if not isinstance(parameter, ChoiceOf | ChoicesOf | Boolean):
        return False
    ready = parameter.ready
    default = (
        [getattr(item, "value", item) for item in ready] if isinstance(ready, tuple) else getattr(ready, "value", ready)
    )
    try:
        left, right = (_constant(side, default) for side in (test.expr, test.ops[0].expr))
        met = _OPERATIONS[test.ops[0].op](left, right)
    except (KeyError, TypeError, nodes.Impossible):
        return True
    return met is not wanted


def _constant(node: nodes.Expr, default: Any) -> Any:
    """Return the side of a comparison as it is when nobody chose anything."""
    return default if isinstance(node, nodes.Name) or node.find(nodes.Name) else node.as_const()


_OPERATIONS: Final[Mapping[str, Any]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "in": lambda left, right: left in right,
    "notin": lambda left, right: left not in right,
}
