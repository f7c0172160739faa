"""Checks a template before it runs: what it uses, and how much it can put out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jinja2 import nodes

from prompt_kit.errors import Problem, did_you_mean
from prompt_kit.recipe.parameters import MAX_ITEMS
from prompt_kit.recipe.templating.environment import ATTRIBUTES, FILTERS
from prompt_kit.recipe.templating.walking import children

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_kit.recipe.templating.program import TemplatePart

MAX_COST: Final = 400_000
"""Most pieces a template may put out, every loop at its longest."""

_ALLOWED: Final = (
    nodes.Add,
    nodes.And,
    nodes.Assign,
    nodes.Call,
    nodes.Compare,
    nodes.Concat,
    nodes.CondExpr,
    nodes.Const,
    nodes.Filter,
    nodes.For,
    nodes.Getattr,
    nodes.Getitem,
    nodes.If,
    nodes.Include,
    nodes.Keyword,
    nodes.List,
    nodes.Macro,
    nodes.Name,
    nodes.Not,
    nodes.Operand,
    nodes.Or,
    nodes.Output,
    nodes.Sub,
    nodes.Template,
    nodes.TemplateData,
    nodes.Tuple,
)

_COUNTED: Final = frozenset({nodes.Macro, nodes.Assign, nodes.For, nodes.Name, nodes.Call})
"""The kinds of node that cost more than what is below them, or less."""
_BINDING: Final = frozenset({nodes.Name, nodes.Assign, nodes.For, nodes.Macro, nodes.If})
"""The kinds of node that take names or set them."""

_LEAVES: Final = frozenset({nodes.Const, nodes.TemplateData})
"""The kinds of node with nothing below them."""

_ALL_FILTERS: Final = f"There are: {', '.join(FILTERS)}."

# The kinds of node to which `_objection` never objects.
_HARMLESS: Final = frozenset(_ALLOWED) - {nodes.Call, nodes.Filter, nodes.For, nodes.Getattr, nodes.Getitem}


def check(part: TemplatePart) -> list[Problem]:
    """Return what a template must not do; when that is nothing, note which names it takes, and what it costs."""
    problems: list[Problem] = []
    macros = {node.name for node in part.every(nodes.Macro)}
    for node in part.nodes:
        objection = None if type(node) in _HARMLESS else _objection(node, macros)
        if objection:
            problems.append(Problem(objection, part.place(node.lineno)))
    if problems:
        return problems
    try:
        part.cost = _Cost().of(part.tree.body)
    except RecursionError:
        part.cost = MAX_COST + 1
    if part.cost > MAX_COST:
        return [Problem("its loops and includes put out more than the kit allows.", part.place(0))]
    _Names(part).collect(part.tree.body, frozenset(macros))
    return []


def _objection(node: nodes.Node, macros: set[str]) -> str | None:  # noqa: PLR0911 - one verdict a kind of node
    match node:
        case nodes.Filter(name=name) if name not in FILTERS:
            return f"there is no filter '{name}'. {did_you_mean(name, list(FILTERS)) or _ALL_FILTERS}"
        case nodes.Getattr(attr=attribute) if attribute not in ATTRIBUTES:
            return f"'.{attribute}' is not allowed in templates."
        case nodes.Getitem(arg=nodes.Const(value=str())):
            return "names in brackets are not allowed in templates."
        case nodes.Call(node=called):
            if not isinstance(called, nodes.Name) or called.name not in macros:
                return "only the template's own macros can be called."
            if node.dyn_args or node.dyn_kwargs:
                return "macros are called with plain arguments."
        case nodes.For(recursive=True):
            return "loops cannot call themselves."
        case nodes.Test(name=name):
            return f"'is {name}' is not allowed in templates; compare values with == instead."
    if not isinstance(node, _ALLOWED):
        return f"'{type(node).__name__.lower()}' is not allowed in templates."
    return None


class _Cost:
    """Counts how many pieces nodes can put out at the most: every branch taken, every loop at its longest."""

    def __init__(self) -> None:
        self.named: dict[str, int] = {}

    def of(self, body: list[nodes.Node]) -> int:
        """Return the cost of these nodes, at most a little above `MAX_COST`."""
        total = 0
        for node in body:
            kind = type(node)
            total += 1 if kind in _LEAVES else self._node(node) if kind in _COUNTED else 1 + self.of(children(node))
            if total > MAX_COST:
                return total
        return total

    def _node(self, node: nodes.Node) -> int:
        match node:
            case nodes.Macro(name=name):
                # A macro that calls itself, or one that comes later, costs nothing here: it is not defined yet.
                self.named.pop(name, None)
                self.named[name] = 1 + self.of(node.body)
                return 1
            case nodes.Assign(target=nodes.Name(name=name)):
                cost = 1 + self.of([node.node])
                self.named[name] = max(cost, self.named.get(name, 0))
                return cost
            case nodes.For():
                return min(1 + MAX_ITEMS * self.of(children(node)), MAX_COST + 1)
            case nodes.Name(name=name):
                return self.named.get(name, 1)
            case nodes.Call(node=nodes.Name(name=name)):
                # An argument may be put out wherever the macro puts out anything.
                largest = max((self.of([child]) for child in children(node)[1:]), default=1)
                return min(self.named.get(name, MAX_COST + 1) * largest, MAX_COST + 1)
            case _:
                return 1 + self.of(children(node))


class _Names:
    """Collects the names a template takes from outside, with the place of their first use."""

    def __init__(self, part: TemplatePart) -> None:
        self.part = part

    def collect(self, body: Sequence[nodes.Node], bound: frozenset[str]) -> frozenset[str]:
        """Visit nodes in order; return the names that are bound after them."""
        for node in body:
            bound = self._node(node, bound)
        return bound

    def _node(self, node: nodes.Node, bound: frozenset[str]) -> frozenset[str]:
        kind = type(node)
        if kind not in _BINDING:
            if kind not in _LEAVES:
                self.collect(children(node), bound)
            return bound
        match node:
            case nodes.Name(name=name, ctx="load"):
                if name not in bound and name not in self.part.names:
                    self.part.names[name] = self.part.place(node.lineno)
            case nodes.Assign(target=target):
                self.collect([node.node], bound)
                return bound | {name.name for name in _targets(target)}
            case nodes.For(target=target):
                self.collect([node.iter], bound)
                inner = bound | {name.name for name in _targets(target)} | {"loop"}
                self.collect([*([node.test] if node.test else []), *node.body], inner)
                self.collect(node.else_, bound)
            case nodes.Macro():
                self.collect(node.defaults, bound)
                self.collect(node.body, bound | {argument.name for argument in node.args})
            case nodes.If():
                self.collect([node.test], bound)
                branches = [self.collect(branch, bound) for branch in (node.body, node.elif_, node.else_)]
                return branches[0] if all(b == branches[0] for b in branches) else bound
            case _:
                self.collect(children(node), bound)
        return bound


def _targets(target: nodes.Node) -> list[nodes.Name]:
    return [target] if isinstance(target, nodes.Name) else list(target.find_all(nodes.Name))
