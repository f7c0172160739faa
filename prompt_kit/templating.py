"""The sandboxed Jinja2 environment: templates are data from strangers, checked before they ever run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from prompt_kit import words
from prompt_kit.errors import InputError, Place, Problem, PromptKitError, did_you_mean
from prompt_kit.parameters import MAX_ITEMS, Chosen, Copy

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

MAX_SOURCE: Final = 100_000
"""Largest template, in characters."""
MAX_DEPTH: Final = 8
"""How deeply templates may include each other."""
MAX_FILES: Final = 100
"""Most templates of one prompt."""
MAX_COST: Final = 400_000
"""Most pieces a template may put out, every loop at its longest."""
MAX_OUTPUT: Final = 400_000
"""Longest prompt, in characters."""

PARAGRAPH: Final = "\0"
"""Stands for an empty line of a template, until the prompt is laid out."""

_LOOP: Final = frozenset({"first", "index", "index0", "last", "length", "nextitem", "previtem", "revindex"})
_ATTRIBUTES: Final = frozenset({"count", "each", "language", "name", "number", "text", "total", "value"}) | _LOOP
_LINES_PER_FILE: Final = 1_000_000

FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "article": words.article,
    "capital": words.capital,
    "either": lambda items: words.series(items, "or"),
    "first": lambda items: items[0] if items else "",
    "last": lambda items: items[-1] if items else "",
    "length": len,
    "number": words.number,
    "ordinal": words.ordinal,
    "quoted": words.quoted,
    "sentence": words.sentence,
    "series": words.series,
}
"""Everything a template can do with a value."""

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

# The classes whose attributes are read without asking the sandbox: they are ours, or as harmless as ours.
_OURS: set[type] = {Chosen, Copy, LoopContext}


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox with short ways for what is known to be safe; every verdict stays the same."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) in _OURS and attribute in _ATTRIBUTES:
            return getattr(obj, attribute, None) if type(obj) is not LoopContext else getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        if type(obj) is Macro:
            return obj(*args, **kwargs)
        return super().call(context, obj, *args, **kwargs)


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one template, and how messages call its file."""

    name: str
    text: str
    label: str


@dataclass
class Program:
    """A template with all it includes, checked and compiled."""

    sources: tuple[Source, ...]
    tree: nodes.Template
    names: dict[str, Place]
    """The names it takes from outside, and where each is used first."""
    template: Template | None = field(default=None, repr=False)
    """The compiled form, once it was needed."""

    def render(self, context: dict[str, Any]) -> str:
        """Return the prompt's words, laid out as paragraphs.

        Raises:
            InputError: When the template does with a value what cannot be done with it.
        """
        template = self.template
        if template is None:
            template = self.template = self._compiled()
        try:
            raw = "".join(template.root_render_func(template.new_context(context, shared=True)))
        except (TemplateError, TypeError, ValueError, IndexError, KeyError, RecursionError) as error:
            raise InputError(self._failure(template, error)) from error
        if len(raw) > MAX_OUTPUT:
            raise InputError(Problem(f"the prompt has more than {MAX_OUTPUT:,} characters.", self.place(0)))
        return lay_out(raw)

    def place(self, lineno: int) -> Place:
        """Return the file and line behind a line number of the tree, which counts through all files."""
        number, line = divmod(lineno, _LINES_PER_FILE)
        return Place(self.sources[number].label, line or None)

    def _compiled(self) -> Template:
        name = self.sources[0].name
        code = ENVIRONMENT.compile(cast("Any", self.tree), name, name)
        return Template.from_code(ENVIRONMENT, code, {}, None)

    def _failure(self, template: Template, error: Exception) -> Problem:
        line = 0
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == template.filename:
                line = template.get_corresponding_lineno(trace.tb_lineno)
            trace = trace.tb_next
        what = "this is not allowed in templates" if isinstance(error, SecurityError) else str(error)
        return Problem(f"the template cannot go on: {what}.", self.place(line))


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


def compile_templates(names: Collection[str], read: Callable[[str], Source]) -> Program:
    """Return the templates, one after the other, as one checked program.

    Args:
        names: The templates to put together, in order.
        read: Returns the source of a template by name; raises `NotFoundError` when there is none.

    Raises:
        InputError: With every problem of every file.
    """
    loader = _Loader(read)
    body = [node for name in names for node in loader.body(name, ())]
    tree = nodes.Template(body, lineno=1)
    tree.set_environment(ENVIRONMENT)
    program = Program(tuple(loader.sources), tree, {})
    problems = loader.problems + (_check(program) if not loader.problems else [])
    if problems:
        raise InputError(problems)
    return program


def lay_out(raw: str) -> str:
    """Return what a template put out as clean paragraphs: lines joined, gaps closed, no stop twice."""
    text = _joined(raw)
    if ".." in text or "!." in text or "?." in text or not text.isascii():
        # Two stops may meet; whether they stand at the end of a template's line is seen line by line.
        text = PARAGRAPH.join(
            "\n".join([_one_stop(line.strip()) for line in block.split("\n")]) for block in raw.split(PARAGRAPH)
        )
        text = _joined(text)
    return text.replace(words.LINE, "\n") if words.LINE in text else text


def _joined(raw: str) -> str:
    text = " ".join(filter(None, map(str.strip, raw.split("\n"))))
    if PARAGRAPH not in text:
        return text
    return "\n\n".join(filter(None, [paragraph.strip() for paragraph in text.split(PARAGRAPH)]))


def _one_stop(line: str) -> str:
    if line[-1:] != "." or line[-2:-1] not in _STOPS or (line.endswith("...") and not line.endswith("....")):
        return line
    return line[:-1]


_STOPS: Final = frozenset(".!?…。！？؟।")


class _Loader:
    """Reads templates and puts those they include in their place."""

    def __init__(self, read: Callable[[str], Source]) -> None:
        self.read = read
        self.sources: list[Source] = []
        self.problems: list[Problem] = []

    def body(self, name: str, above: tuple[str, ...]) -> list[nodes.Node]:
        """Return the nodes of a template, which ``above`` include."""
        source = self.read(name)
        number = len(self.sources)
        self.sources.append(source)
        if len(source.text) > MAX_SOURCE or number > MAX_FILES:
            self.problems.append(Problem("there is more template than the kit reads.", Place(source.label)))
            return []
        try:
            tree = ENVIRONMENT.parse(_marked(source.text), name, name)
        except TemplateSyntaxError as error:
            self.problems.append(Problem(_syntax_message(error), Place(source.label, error.lineno)))
            return []
        except RecursionError:
            self.problems.append(Problem("the template is nested too deeply.", Place(source.label)))
            return []
        for node in tree.find_all(nodes.Node):
            node.lineno = number * _LINES_PER_FILE + (node.lineno or 1)
        return cast("list[nodes.Node]", _Inliner(self, source, (*above, name)).visit(tree).body)


class _Inliner(NodeTransformer):
    """Replaces every include by the nodes of the included template."""

    def __init__(self, loader: _Loader, source: Source, above: tuple[str, ...]) -> None:
        self.loader, self.source, self.above = loader, source, above

    def visit_Include(self, node: nodes.Include) -> list[nodes.Node]:  # noqa: N802 - Jinja2 asks for this name
        place = Place(self.source.label, node.lineno % _LINES_PER_FILE)
        if not isinstance(node.template, nodes.Const) or not isinstance(node.template.value, str):
            self.loader.problems.append(Problem("include names a template in quotes, nothing else.", place))
            return []
        name = node.template.value
        if name in self.above or len(self.above) > MAX_DEPTH:
            self.loader.problems.append(Problem(f"'{name}' includes itself, or the includes go too deep.", place))
            return []
        try:
            return self.loader.body(name, self.above)
        except PromptKitError as error:
            self.loader.problems.append(Problem(str(error), place))
            return []


def _marked(text: str) -> str:
    """Mark empty lines as ends of paragraphs; the number of lines stays the same."""
    lines = text.replace("\r\n", "\n").replace(PARAGRAPH, " ").split("\n")
    last = len(lines) - 1
    return "\n".join(line if line.strip() or at == last else PARAGRAPH for at, line in enumerate(lines)) + "\n"


def _syntax_message(error: TemplateSyntaxError) -> str:
    message = (error.message or "this is not a template").rstrip(".")
    return f"the template has a mistake: {message[:1].lower()}{message[1:]}."


def _check(program: Program) -> list[Problem]:
    """Find what a template must not do, and note the names it takes from outside."""
    problems: list[Problem] = []
    macros = {node.name for node in program.tree.find_all(nodes.Macro)}
    for node in program.tree.find_all(nodes.Node):
        what = _objection(node, macros)
        if what:
            problems.append(Problem(what, program.place(node.lineno)))
    if problems:
        return problems
    try:
        cost = _Cost().of(program.tree.body)
    except RecursionError:
        cost = MAX_COST + 1
    if cost > MAX_COST:
        return [Problem("its loops and includes put out more than the kit allows.", program.place(0))]
    _Names(program).collect(program.tree.body, frozenset(macros))
    return []


def _objection(node: nodes.Node, macros: set[str]) -> str | None:  # noqa: PLR0911 - one verdict a kind of node
    match node:
        case nodes.Filter(name=name) if name not in FILTERS:
            return f"there is no filter '{name}'. {did_you_mean(name, list(FILTERS))}".strip()
        case nodes.Getattr(attr=attribute) if attribute not in _ATTRIBUTES:
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
    if not isinstance(node, (*_ALLOWED, nodes.Getattr)) and not isinstance(node, nodes.EvalContext):
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
            total += self._node(node)
            if total > MAX_COST:
                return total
        return total

    def _node(self, node: nodes.Node) -> int:
        children = list(node.iter_child_nodes())
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
                return 1 + MAX_ITEMS * self.of(children)
            case nodes.Name(name=name):
                return self.named.get(name, 1)
            case nodes.Call(node=nodes.Name(name=name)):
                return self.named.get(name, MAX_COST + 1) + self.of(children)
            case _:
                return 1 + self.of(children)


class _Names:
    """Collects the names a template takes from outside, with the place of their first use."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def collect(self, body: Sequence[nodes.Node], bound: frozenset[str]) -> frozenset[str]:
        """Walk nodes in order; return the names that are bound after them."""
        for node in body:
            bound = self._node(node, bound)
        return bound

    def _node(self, node: nodes.Node, bound: frozenset[str]) -> frozenset[str]:
        match node:
            case nodes.Name(name=name, ctx="load"):
                if name not in bound:
                    self.program.names.setdefault(name, self.program.place(node.lineno))
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
                self.collect(list(node.iter_child_nodes()), bound)
        return bound


def _targets(target: nodes.Node) -> list[nodes.Name]:
    return [target] if isinstance(target, nodes.Name) else list(target.find_all(nodes.Name))
