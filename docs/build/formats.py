"""What files may say, as reference pages made from their JSON Schemas."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from docs.build.markup import anchor, code, page, table
from prompt_kit.catalogue import Model
from prompt_kit.project import Project
from prompt_kit.recipe.brand import Brand
from prompt_kit.recipe.preset_spec import PresetSpec
from prompt_kit.recipe.schema import described
from prompt_kit.recipe.spec import RecipeSpec
from prompt_kit.recipe.strategy_spec import StrategySpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import BaseModel

_WORDS: Final = {
    "string": "words",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true` or `false`",
}

SHARED: Final = "Keys of every parameter"
"""Heading of what all kinds of parameter have in common."""


@dataclass(frozen=True)
class Format:
    """A kind of file, and what its page says before the tables."""

    name: str
    model: type[BaseModel]
    title: str
    introduction: str
    example: str = ""


FORMATS: Final = (
    Format(
        "recipe",
        RecipeSpec,
        "Recipe files",
        "A recipe is a file `recipes/NAME.yaml`; its name is that of the recipe. "
        "[Write a recipe](../guides/recipes.md) tells how one grows.",
        "title: Mascot\nparameters:\n  animal: {type: text, required: true}\n"
        "examples:\n  otter: {values: {animal: a cheerful otter}}\n",
    ),
    Format(
        "strategy",
        StrategySpec,
        "Strategy files",
        "A strategy is a file `recipes/strategies/NAME.yaml`, with its words in `templates/strategies/NAME.j2`. "
        "[Strategies](../strategies.md) shows those that come with the kit.",
        "title: Season\nparameters:\n  season: {type: choice, choices: [spring, summer, autumn, winter]}\n",
    ),
    Format(
        "preset",
        PresetSpec,
        "Preset files",
        "A preset is a file `recipes/presets/NAME.yaml`. [Presets](../guides/presets.md) tells what they are good for.",
        "extends: sticker\nvalues: {style: flat, background: white}\nlocked: [style]\n",
    ),
    Format(
        "project",
        Project,
        "Project file",
        "`prompt-kit.yaml` makes a folder a project. Every key has a default, and so has the file: without one, the "
        "current folder is the project.",
        "generator: proof\nbudget: {run: 1.00, day: 20, month: 200}\npacks: [packs/house-style]\n",
    ),
    Format(
        "brand",
        Brand,
        "Brand file",
        "`brand.yaml` in the project's folder says what every picture of a brand has in common. "
        "[Your brand](../guides/brand.md) tells how it is used.",
        'name: Long Road Coffee\ncolors: {main: "#4a2c17", accent: "#e4572e"}\ntone: warm and dry-witted\n',
    ),
    Format(
        "models-file",
        Model,
        "Models file",
        "`models.yaml` in the project's folder adds models to the catalogue or changes some facts of those in it. "
        "These are the keys of one model, under `models:` and its id.",
        'models:\n  gemini-nano-banana-2.1: {image_price: "27"}\n',
    ),
)
"""The kinds of file, in the order of the menu."""


def format_page(kind: Format) -> str:
    """Return the reference page of a kind of file."""
    schema = described(kind.model)
    sheet = _Sheet(schema.get("$defs", {}))
    blocks = [
        f"# {kind.title}",
        kind.introduction,
        f"```yaml\n{kind.example}```" if kind.example else "",
        "## Keys",
        sheet.keys(schema),
    ]
    blocks += sheet.definitions()
    return page(*blocks)


@dataclass
class _Sheet:
    """Writes tables of keys, and remembers which definitions they lead to."""

    known: dict[str, Any]
    wanted: list[str] = field(default_factory=list)
    kinds: tuple[str, ...] = ()
    """The definitions of the kinds of parameter, when they were met."""

    def keys(self, schema: dict[str, Any], *, without: frozenset[str] = frozenset()) -> str:
        """Return the table of an object's keys."""
        required = set(schema.get("required", ()))
        rows = []
        for name, one in schema.get("properties", {}).items():
            if name in without:
                continue
            meaning = _line(one.get("description", ""))
            default = one.get("default")
            if name in required:
                meaning += " **Required.**"
            elif default not in (None, "", [], {}) and not isinstance(default, dict):
                meaning += f" Otherwise {code(json.dumps(default, ensure_ascii=False).strip(chr(34)))}."
            rows.append((code(name), self.takes(one), meaning))
        return table(("Key", "Takes", "Meaning"), rows)

    def takes(self, one: dict[str, Any]) -> str:
        """Return what a value may be, in a few words."""
        match one:
            case {"$ref": target}:
                return self._linked(target.rpartition("/")[2])
            case {"discriminator": _, "oneOf": members}:
                return self._kinds_of_parameter([member["$ref"] for member in members])
            case {"anyOf": members} | {"oneOf": members}:
                return _either(self.takes(member) for member in members if member.get("type") != "null")
            case {"enum": values}:
                return _either(map(code, values))
            case {"type": "array" | "object"}:
                return self._several(one)
        return code(one["const"]) if "const" in one else _WORDS.get(one.get("type", ""), "anything") + _range(one)

    def definitions(self) -> Iterator[str]:
        """Yield the sections of all definitions that the tables lead to, also those met on the way."""
        done = 0
        told = not self.kinds
        while done < len(self.wanted) or not told:
            if done == len(self.wanted):
                told = True
                yield from self._parameters()
                continue
            name = self.wanted[done]
            done += 1
            yield f"## {_heading(name)}"
            yield _line(self.known[name].get("description", ""))
            yield self.keys(self.known[name])

    def _linked(self, name: str) -> str:
        definition = self.known[name]
        if "properties" not in definition:
            return self.takes(definition)
        if name not in self.wanted and name not in self.kinds:
            self.wanted.append(name)
        return f"[{_spoken(name)}](#{anchor(_heading(name))})"

    def _several(self, one: dict[str, Any]) -> str:
        if one["type"] == "array":
            return f"list of {self.takes(one['items'])}" if one.get("items") else "list"
        values = one.get("additionalProperties") or next(iter(one.get("patternProperties", {}).values()), None)
        return f"names, each with {self.takes(values)}" if isinstance(values, dict) and values else "names with values"

    def _kinds_of_parameter(self, targets: list[str]) -> str:
        self.kinds = tuple(target.rpartition("/")[2] for target in targets)
        return f"[a parameter](#{anchor(SHARED)})"

    def _parameters(self) -> Iterator[str]:
        """Yield what all kinds of parameter have in common, then each kind."""
        members = [self.known[name]["properties"] for name in self.kinds]
        shared = {key: one for key, one in members[0].items() if all(m.get(key) == one for m in members)}
        yield f"## {SHARED}"
        kinds = ", ".join(f"[`{self._tag(name)}`](#{anchor(self._tag(name))})" for name in self.kinds)
        yield f"`type` says which kind it is: {kinds}."
        yield self.keys({"properties": shared})
        for name in self.kinds:
            yield f"### {self._tag(name)}"
            yield _line(self.known[name].get("description", ""))
            yield self.keys(self.known[name], without=frozenset({*shared, "type"}))

    def _tag(self, name: str) -> str:
        return str(self.known[name]["properties"]["type"]["const"])


def _heading(name: str) -> str:
    return {
        "ReferenceSlot": "A reference slot",
        "TurnSpec": "A turn",
        "ExampleSpec": "An example",
        "StrategyExampleSpec": "An example",
        "SettingsSpec": "Settings",
        "Choice": "A choice",
        "Budget": "Budget",
    }.get(name, name)


def _spoken(name: str) -> str:
    heading = _heading(name)
    return heading[0].lower() + heading[1:]


def _either(words: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(words))


def _line(description: str) -> str:
    return " ".join(description.replace("``", "`").split()).replace("|", "&#124;")


def _range(one: dict[str, Any]) -> str:
    said = []
    for key, words in (("minimum", "from {}"), ("exclusiveMinimum", "above {}"), ("maximum", "up to {}")):
        if key in one:
            said.append(words.format(one[key]))
    if "maxLength" in one:
        said.append(f"up to {one['maxLength']} characters")
    return f", {' '.join(said)}" if said else ""
