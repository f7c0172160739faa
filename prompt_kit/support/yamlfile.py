"""Reads YAML the way people mean it, with the line and column of every value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from prompt_kit.errors import InputError, Place, Problem, did_you_mean
from prompt_kit.support.files import read_text
from prompt_kit.support.messages import explain

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)

MAX_BYTES: Final = 1_000_000
"""Largest YAML file, in bytes."""
MAX_DEPTH: Final = 100
"""How deeply lists and mappings may be nested; from some depth on, the parser in C ends the whole process."""
MAX_NODES: Final = 100_000
"""How many nodes a file may have once its aliases are followed."""

_BARE_COLOR = re.compile(r"(?<=[:,\[] )#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?=[,}\] ])|(?<=\[)#[0-9a-fA-F]{3,6}\b")
_COLOR = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
# A comment has a space after its mark, or a line of its own; what looks like this is more often meant as a value.
_CUT_OFF = re.compile(r"(?m)^[^\n#]*?\S[ \t]+(#\w[^\n]*)")
# Lists and mappings over several lines begin here; libyaml has more line ends than Python's "^".
_LEAD = re.compile(r"(?:^|[\r\x85\u2028\u2029])([ \t?:-]+)", re.MULTILINE)
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """YAML as people read it: 16:9 is a ratio, no is a word, a date is text."""

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


class YamlFile:
    """The content of one YAML file, and the place of each part of it."""

    def __init__(self, path: Path, label: str | None = None, text: str | None = None) -> None:
        """Read the file.

        Args:
            path: The file.
            label: How messages call it; the path when left out.
            text: Its content, when it has been read already.

        Raises:
            InputError: When it cannot be read, is too large, or is not YAML that means data.
        """
        self.path = path
        self.label = label or str(path)
        self.text = read_text(path, MAX_BYTES, self.label) if text is None else text
        self._root: yaml.Node | None = None
        self.data: Any = self._load()
        # Nodes are many times as large as the text; `place` makes them again when they are needed.
        self._root = None

    def parse(self, model: type[M]) -> M:
        """Return the content as ``model``.

        Raises:
            InputError: With every problem of the file, in the order of its lines.
        """
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            problems = [self._problem(model, e) for e in error.errors(include_url=False)]
            raise InputError(sorted(problems, key=_order)) from error

    def place(self, *keys: str | int, of_key: bool = False) -> Place:
        """Return the place of the value under these keys, or of the last key itself, or of its nearest parent."""
        return self._place(self._find(keys, key_itself=of_key))

    def problem(self, message: str, *keys: str | int, of_key: bool = False) -> Problem:
        """Return a problem with the value under these keys, or with the last key itself."""
        return Problem(message, self.place(*keys, of_key=of_key))

    def name(self, keys: Sequence[str | int]) -> str:
        """Return how a message calls the value under keys of the file: ``budget.run``, or ``uses, entry 2``."""
        match keys:
            case [*_, str(parent), int(at)]:
                return f"{parent}, entry {at + 1}"
            case [*_, str(parent), str(key)] if not isinstance(self._find(tuple(keys)), yaml.MappingNode):
                return f"{parent}.{key}"
            case [*_, last]:
                return str(last)
            case _:
                return "the file"

    def keys(self, keys: tuple[str | int, ...]) -> list[str | int]:
        """Return the keys that are in the file; pydantic puts the names of union members between them."""
        in_file: list[str | int] = []
        node: Any = self.data
        named = False
        for key in keys:
            # A member is named after the value of 'type', which may be the name of a key beside it.
            if isinstance(node, dict) and key == node.get("type") and not named:
                named = True
                continue
            try:
                node, named = node[key], False
            except (KeyError, IndexError, TypeError):
                continue
            in_file.append(key)
        return in_file

    def _load(self) -> Any:
        loader = None
        try:
            if _most_nested(self.text) > MAX_DEPTH and (line := _too_deep(self.text)):
                raise InputError(Problem("it is nested too deeply.", Place(self.label, line)))
            loader = _Loader(self.text)
            loader.repeated = []
            self._root = loader.get_single_node()
            if self._root is None:
                return {}
            if "*" in self.text and "&" in self.text and _expanded(self._root, {}) > MAX_NODES:
                raise InputError(Problem("its aliases repeat more content than is allowed.", Place(self.label, 1, 1)))
            data = loader.construct_document(self._root)
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            raise InputError(self._syntax_problem(error)) from error
        finally:
            if loader is not None:
                loader.dispose()
        if loader.repeated:
            raise InputError(
                [Problem(f"'{key.value}' is here for the second time.", self._place(key)) for key in loader.repeated],
            )
        if hidden := list(self._hidden()):
            raise InputError(hidden)
        return data

    def _hidden(self) -> Iterator[Problem]:
        """Find values that a comment cuts off, because nothing is around their '#'."""
        if not (matches := list(_CUT_OFF.finditer(self.text))):
            return
        scalars = list(_scalars(self._root))
        for match in matches:
            at = match.start(1)
            line, column = self.text.count("\n", 0, at), at - self.text.rfind("\n", 0, at) - 1
            if any(start <= (line, column) < end for start, end in scalars):
                continue
            word = match[1].split()[0]
            noun = "colour" if _COLOR.fullmatch(word) else "value"
            yield Problem(
                f"{word} begins a comment, which hides the end of the line. Put the {noun} in quotes;"
                " a comment has a space after '#'.",
                Place(self.label, line + 1, column + 1),
            )

    def _syntax_problem(self, error: Exception) -> Problem:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        place = Place(self.label, mark.line + 1, mark.column + 1) if mark else Place(self.label)
        if isinstance(error, RecursionError):
            return Problem("it is nested too deeply.", place)
        text = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
        if "could not determine a constructor" in text:
            tag = text.rpartition("'")[0].rpartition("'")[2]
            return Problem(f"the tag '{tag}' is not plain data. Leave it out.", place)
        if "cannot start any token" in text:
            text += " (put the value in quotes)"
        elif color := _BARE_COLOR.search(self.text):
            line = self.text.count("\n", 0, color.start()) + 1
            place = Place(self.label, line, color.start() - self.text.rfind("\n", 0, color.start()))
            return Problem(
                f"{color[0]} begins a comment, which hides the end of the line. Put the colour in quotes.", place
            )
        elif "mapping values are not allowed" in text:
            text = "there is a second ': ' in this line. Put the value in quotes"
        return Problem(f"this is not YAML: {text}.", place)

    def _problem(self, model: type[BaseModel], error: ErrorDetails) -> Problem:
        keys = error["loc"]
        if error["type"] == "union_tag_invalid":
            keys = (*keys, error["ctx"]["discriminator"].strip("'"))
        is_key = keys[-1:] == ("[key]",)
        in_file = self.keys(keys)
        node = self._find(tuple(in_file), key_itself=is_key or error["type"] == "extra_forbidden")
        if error["type"] == "extra_forbidden":
            hint = did_you_mean(str(keys[-1]), _known_keys(model, keys[:-1]))
            if " " in str(keys[-1]) and not hint:
                hint = "A comma ends a value between { and }. Put the value before it in quotes."
            return Problem(f"unknown key '{keys[-1]}'. {hint}".strip(), self._place(node))
        if error["type"] == "missing":
            return Problem(f"the key '{keys[-1]}' is missing.", self._place(node))
        fact = explain(error)
        fact += "" if fact.endswith((".", "?")) else "."
        if is_key:
            return Problem(f"{keys[-3]}: the name '{keys[-2]}' {fact}", self._place(node))
        return Problem(f"{self.name(in_file)}: {fact}", self._place(node))

    def _find(self, keys: tuple[str | int, ...], *, key_itself: bool = False) -> yaml.Node | None:
        if self._root is None:
            self._root = yaml.compose(self.text, _Loader)
        node = self._root
        for number, key in enumerate(keys):
            last = number == len(keys) - 1
            if isinstance(node, yaml.MappingNode):
                for key_node, value_node in node.value:
                    if key_node.value == str(key):
                        node = key_node if last and key_itself else value_node
                        break
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
                node = node.value[key]
        return node

    def _place(self, node: yaml.Node | None) -> Place:
        if node is None:
            return Place(self.label, 1, 1)
        return Place(self.label, node.start_mark.line + 1, node.start_mark.column + 1)


def _scalars(root: yaml.Node | None) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield where each text of a document begins and ends, as line and column from 0."""
    nodes, done = [root], set[int]()
    while nodes:
        node = nodes.pop()
        if node is None or id(node) in done:
            continue
        done.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            yield (node.start_mark.line, node.start_mark.column), (node.end_mark.line, node.end_mark.column)
        elif isinstance(node, yaml.MappingNode):
            nodes += [part for pair in node.value for part in pair]
        else:
            nodes += node.value


def _most_nested(text: str) -> int:
    """Return a number that the depth of nesting never exceeds; it is small for all that people write."""
    # Beside each other, a mapping and its list may begin in the same column.
    blocks = 2 * max(map(len, _LEAD.findall(text)), default=0)
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


def _order(problem: Problem) -> tuple[int, int]:
    place = problem.place
    return (place.line or 0, place.column or 0) if place else (0, 0)


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


def _known_keys(model: Any, keys: tuple[str | int, ...]) -> list[str]:
    """Return the keys that the model knows at this path, following mappings, lists and tagged unions."""
    for key in keys:
        model = _below(model, key)
    model = _unwrapped(model)
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [field.alias or name for name, field in model.model_fields.items()]
    return []


def _below(model: Any, key: str | int) -> Any:
    model = _unwrapped(model)
    if isinstance(model, type) and issubclass(model, BaseModel):
        by_key = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        # A key that is no field is the name of the union member that pydantic chose: the type stays the same.
        return by_key.get(str(key), model)
    if get_origin(model) in {dict, list, tuple}:
        return get_args(model)[-1] if get_origin(model) is dict else get_args(model)[0]
    return _member(model, str(key))


def _unwrapped(model: Any) -> Any:
    while get_origin(model) is Annotated:
        model = get_args(model)[0]
    if get_origin(model) in {Union, type(int | str)}:
        members = [member for member in get_args(model) if member is not type(None)]
        return _unwrapped(members[0]) if len(members) == 1 else model
    return model


def _member(union: Any, tag: str) -> Any:
    """Return the member of a tagged union whose ``type`` is the tag."""
    for member in get_args(union):
        field = getattr(_unwrapped(member), "model_fields", {}).get("type")
        if field is not None and tag in get_args(field.annotation):
            return _unwrapped(member)
        if getattr(member, "__name__", None) == tag:
            return member
    return union
