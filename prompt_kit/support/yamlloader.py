"""Loads YAML as people read it: 16:9 is a ratio, no is a word, a date is text. Hostile texts are refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import yaml

from prompt_kit.errors import InputError, Place, Problem
from prompt_kit.support.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

MAX_DEPTH: Final = 100
"""How deeply lists and mappings may be nested; from some depth on, the parser in C ends the whole process."""
MAX_NODES: Final = 100_000
"""How many nodes a file may have once its aliases are followed."""

_BARE_COLOR = pattern(r"(?<=[:,\[] )#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?=[,}\] ])|(?<=\[)#[0-9a-fA-F]{3,6}\b")
_COLOR = pattern(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
# A comment has a space after its mark, or a line of its own; what looks like this is more often meant as a value.
_CUT_OFF = pattern(r"(?m)^[^\n#]*?\S[ \t]+(#\w[^\n]*)")
_MAY_CUT_OFF = pattern(r"[ \t]#\w")
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """PyYAML's loader, with the words and numbers of our files."""

    repeated: list[yaml.Node]

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - as PyYAML has it
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            self._note_repeated_keys(node)
        return mapping

    def _note_repeated_keys(self, node: yaml.MappingNode) -> None:
        keys: set[str] = set()
        for key, _ in node.value:
            if key.value in keys and key.tag != "tag:yaml.org,2002:merge":
                self.repeated.append(key)
            keys.add(str(key.value))


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] in {"null", "merge"}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int",
    re.compile("^[-+]?(?:0|[1-9][0-9]{0,17})$"),
    list("-+0123456789"),
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$", re.IGNORECASE),
    list("-+.0123456789"),
)


_UNUSUAL: Final = object()
_PLAIN: Final[dict[str, Callable[[str], Any]]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:null": lambda _: None,
    "tag:yaml.org,2002:bool": lambda text: text == "true",
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
}
"""What PyYAML makes of a text, by the tag that it finds for it."""


def compose(text: str) -> yaml.Node | None:
    """Return the nodes of a text that was loaded before, each with its line and column."""
    return yaml.compose(text, _Loader)


def load(text: str, label: str) -> Any:
    """Return the data of a text.

    Raises:
        InputError: When it is no YAML that means data, says something twice or hides something in a comment, or is
            made to exhaust whoever reads it.
    """
    data, mistakes = load_with_mistakes(text, label)
    if mistakes:
        raise InputError(mistakes)
    return data


def load_with_mistakes(text: str, label: str) -> tuple[Any, list[Problem]]:
    """Return the data of a text, and what is wrong with it although it can be read.

    Raises:
        InputError: When it is no YAML that means data, or is made to exhaust whoever reads it.
    """
    loader = None
    try:
        if _most_nested(text) > MAX_DEPTH and (line := _too_deep(text)):
            raise InputError(Problem("it is nested too deeply.", Place(label, line)))
        loader = _Loader(text)
        loader.repeated = []
        root = loader.get_single_node()
        if root is None:
            return {}, []
        if "*" in text and "&" in text and _expanded(root, {}) > MAX_NODES:
            raise InputError(Problem("its aliases repeat more content than is allowed.", Place(label, 1, 1)))
        data = _plain_data(root) if _is_plain(text) else _UNUSUAL
        if data is _UNUSUAL:
            data = loader.construct_document(root)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InputError(_syntax_problems(error, text, label)) from error
    finally:
        if loader is not None:
            loader.dispose()
    mistakes = [Problem(f"'{key.value}' is here for the second time.", _place(key, label)) for key in loader.repeated]
    return data, [*mistakes, *_hidden(text, root, label)]


def _is_plain(text: str) -> bool:
    """Return whether a text surely has no aliases, merges and tags."""
    return not ("*" in text and "&" in text) and "<<" not in text and "!" not in text


def _plain_data(node: yaml.Node) -> Any:
    """Return the data of a node without aliases, merges and tags, or `_UNUSUAL` when PyYAML has more to say of it."""
    if isinstance(node, yaml.ScalarNode):
        return _PLAIN[node.tag](node.value)
    if isinstance(node, yaml.SequenceNode):
        entries = [_plain_data(entry) for entry in node.value]
        return _UNUSUAL if any(entry is _UNUSUAL for entry in entries) else entries
    mapping = {}
    for key, value in node.value:
        data = _plain_data(value) if isinstance(key, yaml.ScalarNode) else _UNUSUAL
        if data is _UNUSUAL:
            return _UNUSUAL
        mapping[_PLAIN[key.tag](key.value)] = data
    return mapping if len(mapping) == len(node.value) else _UNUSUAL


def _hidden(text: str, root: yaml.Node, label: str) -> Iterator[Problem]:
    """Find values that a comment cuts off, because nothing is around their '#'."""
    if not (_MAY_CUT_OFF.search(text) and (matches := list(_CUT_OFF.finditer(text)))):
        return
    scalars = list(_scalars(root))
    for match in matches:
        at = match.start(1)
        line, column = text.count("\n", 0, at), at - text.rfind("\n", 0, at) - 1
        if any(start <= (line, column) < end for start, end in scalars):
            continue
        word = match[1].split()[0]
        noun = "colour" if _COLOR.fullmatch(word) else "value"
        yield Problem(
            f"{word} begins a comment, which hides the end of the line. Put the {noun} in quotes;"
            " a comment has a space after '#'.",
            Place(label, line + 1, column + 1),
        )


def _bare_color(color: re.Match[str], source: str, label: str) -> Problem:
    start = color.start()
    place = Place(label, source.count("\n", 0, start) + 1, start - source.rfind("\n", 0, start))
    return Problem(f"{color[0]} begins a comment, which hides the end of the line. Put the colour in quotes.", place)


def _syntax_problems(error: Exception, source: str, label: str) -> list[Problem]:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Place(label, mark.line + 1, mark.column + 1) if mark else Place(label)
    if isinstance(error, RecursionError):
        return [Problem("it is nested too deeply.", place)]
    text = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    if "could not determine a constructor" in text:
        tag = text.rpartition("'")[0].rpartition("'")[2]
        return [Problem(f"the tag '{tag}' is not plain data. Leave it out.", place)]
    if "cannot start any token" in text:
        text += " (put the value in quotes)"
    elif colors := list(_BARE_COLOR.finditer(source)):
        return [_bare_color(color, source, label) for color in colors]
    elif "mapping values are not allowed" in text:
        text = "there is a second ': ' in this line. Put the value in quotes"
    return [Problem(f"this is not YAML: {text}.", place)]


def _place(node: yaml.Node, label: str) -> Place:
    return Place(label, node.start_mark.line + 1, node.start_mark.column + 1)


def _most_nested(text: str) -> int:
    """Return a number that the depth of nesting never exceeds; it is small for all that people write."""
    # Lists and mappings over several lines begin after these signs; beside each other, two may begin in one column.
    blocks = 2 * max((len(line) - len(line.lstrip(" \t?:-")) for line in text.splitlines()), default=0)
    brackets = 0
    for line in text.split("\n"):
        opened = line.count("[") + line.count("{")
        if opened:
            # Brackets in a comment or in quotes close nothing.
            sure = not ('"' in line or "'" in line or "#" in line)
            brackets += max(0, opened - (line.count("]") + line.count("}") if sure else 0))
    return blocks + brackets


def _too_deep(text: str) -> int:
    """Return the line in which the nesting exceeds what is allowed, or 0; the events come without recursion."""
    depth = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return 1 + (event.start_mark.line if event.start_mark else 0)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return 0


def _expanded(node: yaml.Node, sizes: dict[int, int]) -> int:
    """Return how many nodes there are once aliases are followed; a loop counts as endless."""
    if id(node) in sizes:
        return sizes[id(node)]
    sizes[id(node)] = MAX_NODES + 1
    children: Iterator[yaml.Node] = iter(())
    if isinstance(node, yaml.MappingNode):
        children = (child for pair in node.value for child in pair)
    elif isinstance(node, yaml.SequenceNode):
        children = iter(node.value)
    sizes[id(node)] = 1 + sum(_expanded(child, sizes) for child in children)
    return sizes[id(node)]


def _scalars(root: yaml.Node) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield where each text of a document begins and ends, as line and column from 0."""
    nodes, visited = [root], set[int]()
    while nodes:
        node = nodes.pop()
        if id(node) in visited:
            continue
        visited.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            yield (node.start_mark.line, node.start_mark.column), (node.end_mark.line, node.end_mark.column)
        elif isinstance(node, yaml.MappingNode):
            nodes += [part for pair in node.value for part in pair]
        else:
            nodes += node.value
