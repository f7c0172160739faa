"""Combines templates and everything they include into one checked program."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from jinja2 import TemplateSyntaxError, nodes
from jinja2.parser import Parser

from prompt_kit.errors import InputError, Place, Problem, PromptKitError
from prompt_kit.recipe.templating.checks import MAX_COST, check
from prompt_kit.recipe.templating.environment import ENVIRONMENT
from prompt_kit.recipe.templating.program import BREAK, LINES_PER_FILE, PARAGRAPH, Program, TemplatePart
from prompt_kit.recipe.templating.walking import bodies, children, copied

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from prompt_kit.recipe.templating.program import Source

MAX_SOURCE: Final = 100_000
"""Largest template, in characters."""
MAX_DEPTH: Final = 8
"""How deeply templates may include each other."""
MAX_FILES: Final = 100
"""Most templates of one prompt."""
MAX_NESTED: Final = 60
"""How deeply blocks and expressions may be nested."""
KEPT: Final = 100
"""How many templates are kept ready."""

_LINE_ENDS: Final = re.compile("\r\n?")
# Invisible characters are removed, because some are marks of ours; line ends other than "\n" become spaces.
_UNPRINTABLE: Final[dict[int, str | None]] = dict.fromkeys(
    [*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xFEFF]
)
_SPACES: Final[dict[int, str | None]] = dict.fromkeys([0x0B, 0x0C, 0x85, 0x2028, 0x2029], " ")
_TAG: Final = re.compile(r"\{[{%#]")
# Atomic groups, for possessive quantifiers lose matches before Python 3.11.5 (gh-106052).
_QUOTES: Final = r""""(?>(?:[^"\\]|\\.)*)"|'(?>(?:[^'\\]|\\.)*)'"""
_END: Final = {
    "{#": re.compile(r"#\}"),
    "{{": re.compile(rf"(?>(?:[^\"'}}]|{_QUOTES}|\}}(?!\}}))*)\}}\}}", re.DOTALL),
    "{%": re.compile(rf"(?>(?:[^\"'%]|{_QUOTES}|%(?!\}}))*)%\}}", re.DOTALL),
}
"""What ends a tag, which may go over several lines."""


class Templates:
    """The templates of a library; those that were used last are kept, for many recipes share some."""

    def __init__(self, read: Callable[[str], Source]) -> None:
        """Begin with none.

        Args:
            read: Returns the source of a template by name; raises `NotFoundError` when there is none.
        """
        self.read = read
        self.included: dict[str, list[nodes.Node]] = {}
        """The nodes of templates that others include, as they were parsed."""
        self.part = lru_cache(KEPT)(lambda name: _together([name], self))


def compile_templates(names: Sequence[str], templates: Templates) -> Program:
    """Return the templates, one after the other, as one checked program.

    Args:
        names: The templates to put together, in order.
        templates: Where they are.

    Raises:
        NotFoundError: When there is none of a name.
        InputError: With every problem of every file.
    """
    if len(names) == 1:
        return Program((templates.part(names[0]),))
    try:
        parts = tuple(templates.part(name) for name in names)
    except InputError:
        parts = ()
    alone = parts and sum(part.cost for part in parts) <= MAX_COST and not _share_names(parts)
    if not alone or sum(len(part.sources) for part in parts) > MAX_FILES:
        parts = (_together(names, templates),)
    return Program(parts)


def _together(names: Collection[str], templates: Templates) -> TemplatePart:
    """Return templates as one part of a program; `compile_templates` says what it raises."""
    loader = _Loader(templates)
    body = [node for name in names for node in loader.body(name, ())]
    tree = nodes.Template(body, lineno=1)
    tree.environment = ENVIRONMENT
    part = TemplatePart(tuple(loader.sources), tree, tuple(loader.origins), {})
    problems = loader.problems + (check(part) if not loader.problems else [])
    if problems:
        raise InputError(problems)
    return part


def _share_names(parts: Sequence[TemplatePart]) -> bool:
    """Return whether a template takes a name that another one sets."""
    return any(not part.own_names.isdisjoint(other.names) for part in parts for other in parts if other is not part)


_TOO_DEEP: Final = "the template is nested too deeply."


class _Loader:
    """Reads templates, and replaces each include by the template it names."""

    def __init__(self, templates: Templates) -> None:
        self.templates = templates
        self.sources: list[Source] = []
        self.origins: list[str] = []
        self.problems: list[Problem] = []

    def body(self, name: str, above: tuple[str, ...]) -> list[nodes.Node]:
        """Return the nodes of a template, which ``above`` include."""
        source = self.templates.read(name)
        number = len(self.sources)
        self.sources.append(source)
        self.origins.append(above[0] if above else name)
        if len(source.text) > MAX_SOURCE or number > MAX_FILES:
            self.problems.append(Problem("there are too many templates, or they are too long.", Place(source.label)))
            return []
        try:
            body = self._parsed(source) if not above else self._parsed_before(source)
        except TemplateSyntaxError as error:
            self.problems.append(Problem(_syntax_message(error), Place(source.label, error.lineno)))
            return []
        except RecursionError:
            self.problems.append(Problem(_TOO_DEEP, Place(source.label)))
            return []
        includes = False
        level = body
        for _ in range(MAX_NESTED - 1):
            for node in level:
                node.lineno = number * LINES_PER_FILE + (node.lineno or 1)
                node.environment = ENVIRONMENT
                includes = includes or type(node) is nodes.Include
            level = [child for node in level for child in children(node)]
            if not level:
                break
        else:
            self.problems.append(Problem(_TOO_DEEP, Place(source.label, level[0].lineno)))
            return []
        return self._inlined(body, source, (*above, name)) if includes else body

    def _parsed(self, source: Source) -> list[nodes.Node]:
        return Parser(ENVIRONMENT, _marked(source.text), source.name, source.name).subparse()

    def _parsed_before(self, source: Source) -> list[nodes.Node]:
        """Return the nodes of a template that others include, too: it is parsed once, and each has its own copy."""
        included = self.templates.included
        if source.name not in included:
            included[source.name] = self._parsed(source)
        return [copied(node) for node in included[source.name]]

    def _inlined(self, body: list[nodes.Node], source: Source, above: tuple[str, ...]) -> list[nodes.Node]:
        """Return nodes of a template in which those of the included ones stand in place of every include."""
        made: list[nodes.Node] = []
        for node in body:
            if isinstance(node, nodes.Include):
                made += self._included(node, source, above)
                continue
            for name, below in bodies(node):
                setattr(node, name, self._inlined(below, source, above))
            made.append(node)
        return made

    def _included(self, node: nodes.Include, source: Source, above: tuple[str, ...]) -> list[nodes.Node]:
        """Return the nodes of the template that an include names."""
        place = Place(source.label, node.lineno % LINES_PER_FILE)
        if not isinstance(node.template, nodes.Const) or not isinstance(node.template.value, str):
            self.problems.append(Problem("include names a template in quotes, nothing else.", place))
            return []
        name = node.template.value
        if name in above or len(above) > MAX_DEPTH:
            self.problems.append(Problem(f"'{name}' includes itself, or the includes go too deep.", place))
            return []
        try:
            return self.body(name, above)
        except PromptKitError as error:
            self.problems.append(Problem(str(error), place))
            return []


def _marked(text: str) -> str:
    """Mark empty lines as ends of paragraphs, and backslashes at line ends; the number of lines stays the same."""
    text = _LINE_ENDS.sub("\n", text).translate(_UNPRINTABLE | _SPACES)
    lines = text.split("\n")
    in_tags = _line_ends_in_tags(text)
    for at, line in enumerate(lines):
        if at in in_tags:
            continue
        if line.endswith("\\"):
            lines[at] = line[:-1] + BREAK
        elif not line.strip() and at < len(lines) - 1 and at - 1 not in in_tags:
            lines[at] = PARAGRAPH
    return "\n".join(lines) + "\n"


def _line_ends_in_tags(text: str) -> set[int]:
    """Return the lines, counted from 0, that end in the middle of a tag."""
    lines: set[int] = set()
    at = line = 0
    while begin := _TAG.search(text, at):
        end = _END[begin[0]].search(text, begin.end()) if begin[0] == "{#" else _END[begin[0]].match(text, begin.end())
        if end is None:
            break
        first = line + text.count("\n", at, begin.start())
        line = first + text.count("\n", begin.start(), end.end())
        lines.update(range(first, line))
        at = end.end()
    return lines


def _syntax_message(error: TemplateSyntaxError) -> str:
    message = (error.message or "this is not a template").rstrip(".")
    return f"the template has a mistake: {message[:1].lower()}{message[1:]}."
