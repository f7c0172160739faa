"""Reads YAML the way people mean it, with the line and column of every value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from prompt_kit.errors import InputError, Place, Problem, did_you_mean
from prompt_kit.support import yamlcache
from prompt_kit.support.files import read_text
from prompt_kit.support.messages import explain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import yaml
    from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)

MAX_BYTES: Final = 1_000_000
"""Largest YAML file, in bytes."""


class YamlFile:
    """The content of one YAML file, and the place of each part of it."""

    def __init__(
        self, path: Path, label: str | None = None, text: str | None = None, *, with_mistakes: bool = False
    ) -> None:
        """Read the file.

        Args:
            path: The file.
            label: How messages call it; the path when left out.
            text: Its content, when it has been read already.
            with_mistakes: Whether to go on where data can be read all the same; what is wrong is in `mistakes`.

        Raises:
            InputError: When it cannot be read, is too large, or is not YAML that means data.
        """
        self.path = path
        self.label = label or str(path)
        self.text = read_text(path, MAX_BYTES, self.label) if text is None else text
        # Nodes are many times as large as the text; `place` makes them when they are needed.
        self._root: yaml.Node | None = None
        self.mistakes: list[Problem] = []
        self.data: Any = yamlcache.load(self.text)
        if self.data is yamlcache.MISS:
            from prompt_kit.support.yamlloader import load_with_mistakes  # PyYAML is slow to import

            self.data, self.mistakes = load_with_mistakes(self.text, self.label)
            if self.mistakes and not with_mistakes:
                raise InputError(self.mistakes)
            if not self.mistakes:
                yamlcache.keep(self.text, self.data)

    def parse(self, model: type[M]) -> M:
        """Return the content as ``model``.

        Raises:
            InputError: With every problem of the file, in the order of its lines.
        """
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            problems = [self.problem_of(model, e) for e in error.errors(include_url=False)]
            raise InputError(sorted(problems, key=in_line_order)) from error

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
            case [*_, str(parent), str(key)] if getattr(self._find(tuple(keys)), "id", "") != "mapping":
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

    def problem_of(self, model: type[BaseModel], error: ErrorDetails) -> Problem:
        """Return what pydantic says of the content, as a message with its place."""
        keys = error["loc"]
        if error["type"] == "union_tag_invalid":
            keys = (*keys, error["ctx"]["discriminator"].strip("'"))
        is_key = keys[-1:] == ("[key]",)
        in_file = self.keys(keys)
        node = self._find(tuple(in_file), key_itself=is_key or error["type"] == "extra_forbidden")
        if getattr(node, "flow_style", None) is False and in_file and isinstance(in_file[-1], str):
            node = self._find(tuple(in_file), key_itself=True)  # what begins below its name is looked for at the name
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
        import yaml

        from prompt_kit.support.yamlloader import compose  # slow to import, and only problems need it

        if self._root is None:
            self._root = compose(self.text)
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


def in_line_order(problem: Problem) -> tuple[int, int]:
    """Return by what the problems of one file are sorted."""
    place = problem.place
    return (place.line or 0, place.column or 0) if place else (0, 0)


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
