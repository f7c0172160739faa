"""Records which branches of its conditions a template has taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from jinja2 import nodes

from prompt_kit.recipe.templating.walking import bodies, every_node
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
    marker.visit(tree.body)
    return tuple(marker.branches)


def noted(raw: str, branches: Sequence[Branch]) -> tuple[str, Iterable[Branch]]:
    """Return the output of a marked template without the marks, and the branches that were taken."""
    numbers = [int(number) for number in _BRANCH.findall(raw) if len(number) < _LONGEST_NUMBER]
    return _BRANCH.sub("", raw), [branches[number] for number in numbers if number < len(branches)]


def without_marks(text: str) -> str:
    """Return the words of a piece of a marked template; nothing of one that is only a mark."""
    return _BRANCH.sub("", text) if _MARK in text else text


class _Marker:
    """Puts marks into statements, and counts the branches."""

    def __init__(self, origin: Callable[[int], tuple[str, Place]]) -> None:
        self.origin = origin
        self.branches: list[Branch] = []

    def visit(self, body: list[nodes.Node]) -> None:
        """Mark the branches in these statements, and in those below them."""
        for node in body:
            if isinstance(node, nodes.If):
                self._mark_arms(node)
            elif isinstance(node, nodes.Output):
                node.nodes = [self._either(part) if isinstance(part, nodes.CondExpr) else part for part in node.nodes]
            else:
                for _, below in bodies(node):
                    self.visit(below)

    def _mark_arms(self, node: nodes.If) -> None:
        about = self._about(node)
        for arm in (node, *node.elif_):
            self.visit(arm.body)
            self._begin(arm.body, arm.lineno, f"{self._about(arm)} is true")
        self.visit(node.else_)
        # In a chain with "elif", the case that no condition is true counts once, for the first condition.
        self._begin(node.else_, node.lineno, f"{about} is false" + ", like those after it" * bool(node.elif_))

    def _either(self, node: nodes.CondExpr) -> nodes.CondExpr:
        about = self._about(node)
        arms = (("true", node.expr1), ("false", node.expr2 or nodes.Const("")))
        marked = [nodes.Concat([nodes.Const(self._text(node.lineno, f"{about} is {w}")), arm]) for w, arm in arms]
        return nodes.CondExpr(node.test, *marked, lineno=node.lineno)

    def _begin(self, body: list[nodes.Node], lineno: int, case: str) -> None:
        """Put a mark at the beginning of a branch, into the words with which it begins: those cost least."""
        text, further = self._text(lineno, case), list[nodes.Expr]()
        if body and isinstance(first := body[0], nodes.Output):
            further = first.nodes
            del body[0]
            lineno = first.lineno
        if further and isinstance(data := further[0], nodes.TemplateData):
            text, further = text + data.data, further[1:]
            lineno = data.lineno
        body.insert(0, nodes.Output([nodes.TemplateData(text, lineno=lineno), *further], lineno=lineno))

    def _text(self, lineno: int, case: str) -> str:
        self.branches.append(Branch(*self.origin(lineno), case))
        return f"{_MARK}{len(self.branches) - 1}{_MARK}"

    def _about(self, node: nodes.If | nodes.CondExpr) -> str:
        test = node.test
        names = {name.name for name in (test, *every_node(test)) if isinstance(name, nodes.Name)}
        return f"the condition on {', '.join(sorted(names)) or 'nothing'}"
