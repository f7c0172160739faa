"""A recipe's parameters as command-line options."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem

from prompt_kit.recipe.values import PLACE_MARK
from prompt_kit.support.text import harmless
from prompt_kit.support.words import spoken, stopped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.recipe.recipe import Recipe


_SEVERAL: Final = frozenset({"list", "choices", "copies"})
"""The kinds of parameter whose option may be repeated."""


class WordsOption(click.ParamType[str]):
    """Words, with choices for the shell to complete; the recipe itself judges them, all at once."""

    name = "text"

    def __init__(self, choices: dict[str, str] | None = None) -> None:
        self.choices = choices or {}

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer the choices that begin as what is typed."""
        return [
            CompletionItem(harmless(value), help=harmless(label))
            for value, label in self.choices.items()
            if value.startswith(incomplete)
        ]


FILL_IN: Final = (
    "Write the first field as an art director would say it: the whole wish in one go, in the order in which one would"
    " tell it, and everyday words put into those of the craft (little in focus is a shallow depth of field, a bright"
    " outline is a rim light, fine cracks in old paint are craquelure). Whole sentences are welcome; words for the"
    " picture stand there in quotes, where they belong. What has no place there goes into 'notes'. Say each thing once."
    " Every other field is for pictures, and for picking from a list what your words do not say; left empty, it is left"
    " to the model."
)
"""How a form is best filled in, for recipes with a field for one's own words."""


def options_of(recipe: Recipe) -> Iterator[click.Option]:
    """Yield one option for each parameter and each reference slot of a recipe."""
    for name, parameter in recipe.parameters.items():
        yield _option(name, parameter)
    for name, slot in recipe.references.items():
        help_text = stopped(slot.title or spoken(name)) + f" {slot.help}" * bool(slot.help)
        yield click.Option(
            [flag(name), name],
            type=click.Path(),
            multiple=slot.max > 1,
            help=help_text + (f" Up to {slot.max}." if slot.max > 1 else "") + (" [required]" if slot.min else ""),
            metavar="FILE",
        )


def flag(name: str) -> str:
    """Return a parameter's or slot's name as the command line has it."""
    return "--" + name.replace("_", "-")


def arguments(name: str, value: Any) -> list[list[str]]:
    """Return the arguments that give a value on the command line, an option for each entry; pictures by file name."""
    if isinstance(value, bool):
        return [[flag(name) if value else _no(flag(name))]]
    entries = value if isinstance(value, list) else [value]
    return [[flag(name), entry.name if isinstance(entry, PurePath) else str(entry)] for entry in entries]


def given(recipe: Recipe, options: dict[str, Any]) -> dict[str, Any]:
    """Return what was given on the command line, by parameter or slot."""
    names = [*recipe.parameters, *recipe.references]
    values = {name: options[name] for name in names if options.get(name) not in (None, ())}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _option(name: str, parameter: Any) -> click.Option:
    option = flag(name)
    choices = {value: choice.label for value, choice in getattr(parameter, "choices", {}).items()}
    names = [f"{option}/{_no(option)}" if parameter.type == "boolean" else option, name]
    return click.Option(
        names,
        type=None if parameter.type == "boolean" else WordsOption(choices),
        default=None,
        multiple=parameter.type in _SEVERAL,
        help=_help(parameter, name),
        metavar=None if parameter.type == "boolean" else _metavar(parameter, choices),
    )


def advice(parameter: Any) -> str:
    """Return the help of a parameter, with how an entry says its place where it may."""
    text = stopped(parameter.help)
    if getattr(parameter, "placed", False):
        text += (
            f" An entry may say where its words stand and how they look: 'OPEN {PLACE_MARK} above the door, in white'."
        )
    return text.strip()


def _help(parameter: Any, name: str) -> str:
    text = f"{stopped(parameter.title or spoken(name))} {advice(parameter)}".rstrip()
    if parameter.type in _SEVERAL:
        text += " Repeat it for several."
    if parameter.default is not None:
        default = parameter.default
        text += f" [default: {', '.join(map(str, default)) if isinstance(default, list) else default}]"
    return text + (" [required]" if parameter.required else "")


def _metavar(parameter: Any, choices: dict[str, str]) -> str:
    if not choices:
        return {"number": "NUMBER", "integer": "NUMBER", "color": "COLOUR"}.get(parameter.type, "WORDS")
    return "[" + "|".join([*choices, *(["own words"] if parameter.other else [])]) + "]"


def _no(option: str) -> str:
    return f"--no-{option[2:]}"
