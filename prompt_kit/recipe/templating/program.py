"""A checked template that makes the words of a prompt, laid out as paragraphs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar, cast

from jinja2 import Template, TemplateError, nodes
from jinja2.exceptions import SecurityError

from prompt_kit.errors import InputError, Place, Problem
from prompt_kit.recipe.templating.branches import Branch, mark, noted
from prompt_kit.recipe.templating.environment import ENVIRONMENT, NameScope, Values, check_length
from prompt_kit.recipe.templating.walking import every_node
from prompt_kit.support import words
from prompt_kit.support.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator


PARAGRAPH: Final = "\0"
"""Stands for an empty line of a template, until the prompt is laid out."""

BREAK: Final = "\x04"
"""Stands for the backslash at the end of a template's line, which keeps the line break."""

_AT_ONCE: Final = 8
"""How many pieces of a prompt are put together before they are counted."""

LINES_PER_FILE: Final = 1_000_000
"""Line numbers of a program count through all its files; each file begins at a multiple of this."""


class Source(NamedTuple):
    """The text of one template, and how messages call its file."""

    name: str
    text: str
    label: str


N = TypeVar("N", bound=nodes.Node)


class Program:
    """Templates that make the words of a prompt, one after the other, each with all it includes."""

    def __init__(self, parts: tuple[TemplatePart, ...]) -> None:
        """Take the templates; those that share names of their own are one part."""
        self.parts = parts

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """The texts of all templates."""
        return tuple(source for part in self.parts for source in part.sources)

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """For each source, the name of the template that brought it in."""
        return tuple(origin for part in self.parts for origin in part.origins)

    @cached_property
    def names(self) -> dict[str, Place]:
        """The names they take from outside, and where each is used first."""
        names: dict[str, Place] = {}
        for part in self.parts:
            names |= {name: place for name, place in part.names.items() if name not in names}
        return names

    def render(self, context: dict[str, Any]) -> str:
        """Return the prompt's words, laid out as paragraphs.

        Raises:
            InputError: When a template does with a value what cannot be done with it.
        """
        values = context if type(context) is Values else Values(context)
        if len(self.parts) == 1:
            return lay_out(self.parts[0].put_out(values))
        raw = "".join([part.put_out(values) for part in self.parts])
        try:
            check_length(len(raw))
        except TemplateError as error:
            raise InputError(self.parts[0].failure(error)) from error
        return lay_out(raw)


@dataclass(eq=False)
class TemplatePart:
    """A template with all it includes, checked and compiled; it may be a part of many programs."""

    sources: tuple[Source, ...]
    tree: nodes.Template
    origins: tuple[str, ...]
    """For each source, the name of the template that brought it in."""
    names: dict[str, Place]
    """The names it takes from outside, and where each is used first."""
    cost: int = 0
    """How many pieces it puts out at the most."""
    template: Template | None = field(default=None, repr=False)
    """The compiled form, once it was needed."""
    branches: tuple[Branch, ...] = ()
    """Every branch of its conditions, once `watch` was called."""
    taken: set[Branch] = field(default_factory=set)
    """The branches that were taken since `watch` was called."""
    watched: bool = False
    """Whether `watch` was called."""

    def put_out(self, values: Values) -> str:
        """Return what the template makes of values, not yet laid out.

        Raises:
            InputError: When the template does with a value what cannot be done with it.
        """
        template = self.template
        if template is None:
            template = self.template = self._compiled()
        try:
            raw = _whole(template.root_render_func(NameScope(values)))
        except (TemplateError, TypeError, ValueError, IndexError, KeyError, RecursionError) as error:
            raise InputError(self.failure(error)) from error
        if self.branches:
            raw, taken = noted(raw, self.branches)
            self.taken.update(taken)
        return raw

    def watch(self) -> None:
        """Note from now on which branches are taken."""
        self.taken = set()
        if self.watched:
            return
        self.watched, self.template = True, None
        self.branches = mark(self.tree, lambda lineno: (self.origin(lineno), self.place(lineno)))

    def every(self, kind: type[N]) -> list[N]:
        """Return every node of a kind in the templates, in order; the tree is gone through once for all kinds."""
        return cast("list[N]", self._by_kind.get(kind, ()))

    @cached_property
    def _by_kind(self) -> dict[type[nodes.Node], list[nodes.Node]]:
        by_kind: dict[type[nodes.Node], list[nodes.Node]] = {}
        for node in self.nodes:
            by_kind.setdefault(type(node), []).append(node)
        return by_kind

    @cached_property
    def own_names(self) -> frozenset[str]:
        """The names that it sets, among them its macros and what they are called with."""
        stored = {node.name for node in self.every(nodes.Name) if node.ctx != "load"}
        return frozenset(stored | {macro.name for macro in self.every(nodes.Macro)})

    @cached_property
    def nodes(self) -> list[nodes.Node]:
        """Every node of the templates, in order, without the marks of `watch`."""
        return every_node(self.tree)

    def place(self, lineno: int) -> Place:
        """Return the file and line behind a line number of the tree, which counts through all files."""
        number, line = divmod(lineno, LINES_PER_FILE)
        return Place(self.sources[number].label, line or None)

    def origin(self, lineno: int) -> str:
        """Return the name of the template that brought in a line of the tree."""
        return self.origins[lineno // LINES_PER_FILE]

    def _compiled(self) -> Template:
        name = self.sources[0].name
        try:
            code = ENVIRONMENT.compile(cast("Any", self.tree), name, name)
        except (RecursionError, MemoryError, SyntaxError) as error:  # what Python says to long chains of "elif"
            raise InputError(Problem("the template has more branches than can be followed.", self.place(0))) from error
        return Template.from_code(ENVIRONMENT, code, {}, None)

    def failure(self, error: Exception) -> Problem:
        """Return what to say of an error while it was rendered."""
        line = 0
        trace = error.__traceback__
        while trace is not None:
            if self.template and trace.tb_frame.f_code.co_filename == self.template.filename:
                line = self.template.get_corresponding_lineno(trace.tb_lineno)
            trace = trace.tb_next
        cause = "this is not allowed in templates" if isinstance(error, SecurityError) else str(error)
        return Problem(f"the template cannot go on: {cause}.", self.place(line))


def _whole(pieces: Iterator[str]) -> str:
    """Return the pieces of a template's output as one text; `check_length` says what it raises."""
    raw = "".join(islice(pieces, _AT_ONCE))
    check_length(len(raw))
    # Most templates put out fewer pieces.
    for further in pieces:
        raw += further + "".join(islice(pieces, _AT_ONCE))
        check_length(len(raw))
    return raw


def lay_out(raw: str) -> str:
    """Return the output of a template as clean paragraphs: lines joined, gaps closed, no full stop twice."""
    text = _joined(raw)
    if not (BREAK in text or words.KEPT in text or words.LINE in text or _MEETING.search(text)):
        return text
    # There may be two full stops at the end of a template's line, so each line is looked at.
    text = PARAGRAPH.join(
        "\n".join([_tidy(line.strip()) for line in block.split("\n")]) for block in raw.split(PARAGRAPH)
    )
    text = _joined(text).replace(f"{BREAK} ", "\n").replace(BREAK, "")
    return text.replace(words.LINE, "\n").replace(words.KEPT, ".")


def _joined(raw: str) -> str:
    text = " ".join(filter(None, map(str.strip, raw.split("\n"))))
    if PARAGRAPH not in text:
        return text
    return "\n\n".join(filter(None, map(str.strip, text.split(PARAGRAPH))))


def _tidy(line: str) -> str:
    """Return a line without the second of two stops; nothing but a mark for its end is nothing."""
    if not line.endswith(BREAK):
        return _one_stop(line)
    words_alone = _one_stop(line.rstrip(f"{BREAK} "))
    return words_alone and words_alone + BREAK


def _one_stop(line: str) -> str:
    if line[-1:] != "." or line[-2:-1] not in _STOPS or (line.endswith("...") and not line.endswith("....")):
        return line
    return line[:-1]


_STOPS: Final = frozenset(f".!?…。！？؟।{words.KEPT}")

# A full stop after another stop; looking back from each full stop is fast.
_MEETING: Final = pattern(r"\.(?<=[.!?…。！？؟।]\.)")
