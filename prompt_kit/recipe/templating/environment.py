"""The sandboxed Jinja2 environment, with our own filters only."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from jinja2 import StrictUndefined, TemplateRuntimeError
from jinja2.compiler import CodeGenerator, Frame
from jinja2.idtracking import VAR_LOAD_RESOLVE
from jinja2.nodes import EvalContext, Filter, If, Output, TemplateData
from jinja2.runtime import Context, LoopContext, Macro, exported
from jinja2.sandbox import ImmutableSandboxedEnvironment

from prompt_kit.recipe.templating.walking import every_node
from prompt_kit.recipe.values import Chosen, Copy, Phrase
from prompt_kit.support import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jinja2 import nodes
    from jinja2.nodes import Node

MAX_OUTPUT: Final = 400_000
"""Longest prompt, and longest text that any part of a template puts together, in characters."""

TOGETHER: Final = 16
"""How many texts of a template are put together before their length is looked at."""

_LOOP: Final = frozenset({"first", "index", "index0", "last", "length", "nextitem", "previtem", "revindex"})
ATTRIBUTES: Final = (
    frozenset({"count", "each", "language", "name", "number", "own", "place", "plural", "text", "total", "value"})
    | _LOOP
)
"""What a template may read of a value with a dot."""


def either(items: Iterable[str]) -> str:
    """Return the items as a series of which any will do.

    >>> either(["red", "white", "blue"])
    'red, white or blue'
    """
    return words.series(items, "or")


def first(items: Sequence[Any]) -> Any:
    """Return the first of a list; nothing when it is empty.

    >>> first(["red", "white"])
    'red'
    """
    return items[0] if items else ""


def last(items: Sequence[Any]) -> Any:
    """Return the last of a list; nothing when it is empty.

    >>> last(["red", "white"])
    'white'
    """
    return items[-1] if items else ""


def length(items: Sequence[Any]) -> int:
    """Return how many entries a list has, or characters a text.

    >>> length(["red", "white"])
    2
    """
    return len(items)


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "article": words.article,
    "capital": words.capital,
    "commas": words.commas,
    "either": either,
    "first": first,
    "last": last,
    "length": length,
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

_IMPORT: Final = f"from jinja2.runtime import {', '.join(sorted(exported))}"

# The classes whose attributes are read without asking the sandbox.
_TRUSTED: set[type] = {Chosen, Copy, LoopContext, Phrase}


class Values(dict[str, Any]):
    """The values that a template sees, by name; any other name is undefined, which only its use makes a mistake."""

    def __missing__(self, name: str) -> Any:
        return StrictUndefined(name=name)


class NameScope(Context):
    """Jinja2's context without what our templates cannot have: blocks, globals and variables that others see."""

    environment: Any
    eval_ctx: Any
    name = None
    blocks: Any = MappingProxyType({})
    globals_keys: Any = frozenset()

    def __init__(self, values: Values) -> None:
        """Make the context of one rendering."""
        self.parent = values
        self.vars = {}
        self.exported_vars = set()
        # Compiled templates ask it for every name: a dictionary's own method answers in a third of the time.
        self.resolve_or_missing = values.__getitem__  # type: ignore[method-assign, assignment]


class _Buffer(list[str]):
    """The output of a macro; its length is checked at every addition."""

    size = 0

    def append(self, text: str) -> None:
        self.size += len(text)
        check_length(self.size)
        super().append(text)

    def extend(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.append(text)


class _Code(CodeGenerator):
    """Jinja2's compiler for what our checks allow, except that our own code joins texts and checks their length."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja2's name
        # There are no blocks, imports and parents, so the tree is not searched for them.
        self.writeline(_IMPORT)
        self.writeline(f"name = {self.name!r}")
        self.writeline("def root(context, missing=missing, environment=environment):", extra=1)
        self.indent()
        self.write_commons()
        frame = Frame(EvalContext(self.environment, self.name))
        frame.symbols.analyze_node(node)
        frame.toplevel = frame.rootlevel = True
        self.enter_frame(frame)
        self.pull_dependencies(node.body)
        self.blockvisit(node.body, frame)
        self.leave_frame(frame, with_python_scope=True)
        self.outdent()
        self.writeline("blocks = {}", extra=1)
        self.writeline(f"debug_info = {'&'.join(f'{line}={at}' for line, at in self.debug_info)!r}")

    def pull_dependencies(self, nodes: Iterable[Node]) -> None:
        # Every filter is there, so nothing stands in for those that are not.
        used = {node.name for tree in nodes for node in every_node(tree) if isinstance(node, Filter)}
        for name in sorted(used):
            self.filters[name] = self.temporary_identifier()
            self.writeline(f"{self.filters[name]} = environment.filters[{name!r}]")

    def pop_assign_tracking(self, frame: Frame) -> None:
        # No other template sees the variables of this one, and no block of it reads them from the context.
        if frame.toplevel and not (frame.loop_frame or frame.block_frame):
            self._assign_stack.pop()
        else:
            super().pop_assign_tracking(frame)

    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:  # noqa: N802 - Jinja2 asks for this name
        ref = frame.symbols.find_ref(node.name)
        load = frame.symbols.find_load(ref) if ref and node.ctx == "load" else None
        if ref and load and load[0] == VAR_LOAD_RESOLVE:
            self.write(ref)  # `Values` has something for every name
        else:
            super().visit_Name(node, frame)

    def blockvisit(self, nodes: Iterable[Node], frame: Frame) -> None:
        if frame.buffer is not None:  # it counts what is added
            super().blockvisit(nodes, frame)
            return
        self.writeline("pass")
        together: list[Node] = []
        for node in nodes:
            if _texts([*together, node]) > TOGETHER:
                self._put_out(together, frame)
                together = []
            if _texts([node]) > TOGETHER:
                self.visit(node, frame)
            else:
                together.append(node)
        self._put_out(together, frame)

    def _put_out(self, texts: list[Node], frame: Frame) -> None:
        if texts:
            self.writeline("yield ", texts[0])
            self._write_text(texts, frame)

    def _write_text(self, texts: Iterable[Any], frame: Frame) -> None:
        """Write an expression for what texts and branches come to, which takes less time than a statement for each."""
        parts = [part for node in texts for part in ([node] if isinstance(node, If) else node.nodes)]
        data = [part.data.replace("%", "%%") if isinstance(part, TemplateData) else "%s" for part in parts]
        # Python makes of this what it makes of an f-string.
        self.write(f"{''.join(data)!r} % (")
        for part in parts:
            if isinstance(part, If):
                for branch in (part, *part.elif_):
                    self._write_text(branch.body, frame)
                    self.newline(branch)
                    self.write(" if ")
                    self.visit(branch.test, frame)
                    self.write(" else ")
                self._write_text(part.else_, frame)
                self.write(", ")
            elif not isinstance(part, TemplateData):
                self.newline(part)
                self.visit(part, frame)
                self.write(", ")
        self.write(")")

    def buffer(self, frame: Frame) -> None:
        frame.buffer = self.temporary_identifier()
        self.writeline(f"{frame.buffer} = environment.buffer()")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja2 asks for this name
        self.write("environment.joined((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


def _texts(tree: Iterable[Node]) -> int:
    """Return how many texts and branches nodes consist of; more than `TOGETHER` when there is anything else."""
    count = 0
    for node in tree:
        if isinstance(node, Output):
            count += len(node.nodes)
        elif isinstance(node, If):
            count += 1 + sum(_texts(branch.body) for branch in (node, *node.elif_)) + _texts(node.else_)
        else:
            return TOGETHER + 1
    return count


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox without checks for types that are safe; what it allows stays the same."""

    code_generator_class = _Code
    intercepted_binops = frozenset("+")
    buffer = _Buffer

    def joined(self, parts: tuple[Any, ...]) -> str:
        text = "".join(map(str, parts))
        check_length(len(text))
        return text

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if isinstance(left, str) and isinstance(right, str):
            return self.joined((left, right))
        return super().call_binop(context, operator, left, right)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) in _TRUSTED and attribute in ATTRIBUTES:
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
NameScope.environment, NameScope.eval_ctx = ENVIRONMENT, EvalContext(ENVIRONMENT)


def check_length(length: int) -> None:
    """Check the length of what a template puts together, in characters.

    Raises:
        TemplateRuntimeError: When it is above `MAX_OUTPUT`.
    """
    if length > MAX_OUTPUT:
        raise TemplateRuntimeError(f"it puts out more than {MAX_OUTPUT:,} characters")


def trusted(cls: type) -> type:
    """Let templates read the public attributes of this class of ours without asking the sandbox."""
    _TRUSTED.add(cls)
    return cls
