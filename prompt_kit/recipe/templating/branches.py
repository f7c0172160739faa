"""Records which branches of its conditions a template has taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from prompt_kit.support.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from prompt_kit.errors import Place

_MARK: Final = "\x01"
_LONGEST_NUMBER: Final = 10
_BRANCH: Final = pattern(f"{_MARK}(\\d+){_MARK}")


class Branch(NamedTuple):
    """One branch of a condition of a template."""

    template: str
    """The name of the outermost template: the one that has the branch, or that includes a template with it."""
    place: Place
    case: str
    """When it is taken, such as ``the condition on mood is false``."""


def mark(tree: nodes.Template, origin: Callable[[int], tuple[str, Place]]) -> tuple[Branch, ...]:
    """Put a mark at the beginning of every branch; the output has it when the branch is taken.

    Args:
        tree: The template; it is changed.
        origin: Returns the name of the template that brought a line number of the tree in, and its place.
    """
    marker = _Marker(origin)
    marker.visit(tree)
    return tuple(marker.branches)


def noted(raw: str, branches: Sequence[Branch]) -> tuple[str, Iterable[Branch]]:
    """Return the output of a marked template without the marks, and the branches that were taken."""
    numbers = [int(number) for number in _BRANCH.findall(raw) if len(number) < _LONGEST_NUMBER]
    return _BRANCH.sub("", raw), [branches[number] for number in numbers if number < len(branches)]


def is_mark(text: str) -> bool:
    """Return whether a piece of a marked template is a mark, and not its words."""
    return _BRANCH.fullmatch(text) is not None


class _Marker(NodeTransformer):
    def __init__(self, origin: Callable[[int], tuple[str, Place]]) -> None:
        self.origin = origin
        self.branches: list[Branch] = []

    def visit_If(self, node: nodes.If) -> nodes.If:  # noqa: N802 - Jinja2 asks for this name
        about = self._about(node)
        for arm in (node, *node.elif_):
            arm.body = [self.visit(child) for child in arm.body]
            arm.body.insert(0, self._mark(arm.lineno, f"{self._about(arm)} is true"))
        node.else_ = [self.visit(child) for child in node.else_]
        # In a chain with "elif", the case that no condition is true counts once, for the first condition.
        node.else_.insert(0, self._mark(node.lineno, f"{about} is false" + ", like those after it" * bool(node.elif_)))
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Output:  # noqa: N802 - Jinja2 asks for this name
        node.nodes = [self._either(part) if isinstance(part, nodes.CondExpr) else part for part in node.nodes]
        return node

    def _either(self, node: nodes.CondExpr) -> nodes.CondExpr:
        about = self._about(node)
        arms = (("true", node.expr1), ("false", node.expr2 or nodes.Const("")))
        marked = [nodes.Concat([nodes.Const(self._text(node.lineno, f"{about} is {w}")), arm]) for w, arm in arms]
        return nodes.CondExpr(node.test, *marked, lineno=node.lineno)

    def _mark(self, lineno: int, case: str) -> nodes.Output:
        return nodes.Output([nodes.TemplateData(self._text(lineno, case), lineno=lineno)], lineno=lineno)

    def _text(self, lineno: int, case: str) -> str:
        self.branches.append(Branch(*self.origin(lineno), case))
        return f"{_MARK}{len(self.branches) - 1}{_MARK}"

    def _about(self, node: nodes.If | nodes.CondExpr) -> str:
        test = node.test
        names = {name.name for name in test.find_all(nodes.Name)}
        names |= {test.name} if isinstance(test, nodes.Name) else set()
        return f"the condition on {', '.join(sorted(names)) or 'nothing'}"
