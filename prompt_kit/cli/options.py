"""A recipe's parameters as command-line options."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

import click

from prompt_kit.cli.output import talk
from prompt_kit.errors import InputError, Problem
from prompt_kit.recipe.spec import RESERVED
from prompt_kit.recipe.values import PLACE_MARK
from prompt_kit.support.text import harmless
from prompt_kit.support.words import stopped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from click.shell_completion import CompletionItem

    from prompt_kit.recipe.fields import Field
    from prompt_kit.recipe.recipe import Recipe


class WordsOption(click.ParamType[str]):
    """Words, with choices for the shell to complete; the recipe itself judges them, all at once."""

    name = "text"

    def __init__(self, choices: dict[str, str] | None = None) -> None:
        self.choices = choices or {}

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer the choices that begin as what is typed."""
        from click.shell_completion import CompletionItem  # only shells ask for it

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
    """Yield one option for each parameter and each reference slot of a recipe, and a hidden one for each older name."""
    for field in recipe.form.fields:
        yield _option(field, field.name)
    for old, name in recipe.form.former.items():
        if old not in RESERVED:
            option = _option(recipe.form.field(name), old)
            option.hidden, option.callback = True, partial(_note_older_name, name)
            yield option


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
    """Return what was given on the command line, by today's name of the parameter or slot.

    Raises:
        InputError: When something was given under both its names, or twice where one value is taken.
    """
    names = [*(field.name for field in recipe.form.fields), *recipe.form.former]
    values = {name: options[name] for name in names if options.get(name) not in (None, ())}
    problems: list[Problem] = []
    for name, value in values.items():
        if isinstance(value, tuple) and not recipe.form.field(name).several:
            if len(value) > 1:
                fact = f"{name}: takes one value, and {len(value)} are given. Leave the others out."
                problems.append(Problem(fact, parameter=name, code="given_twice"))
            values[name] = value[-1]
    renamed = recipe.form.renamed(values, problems, [])
    if problems:
        raise with_options(InputError(problems), options)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in renamed.items()}


def with_options(error: InputError, options: Mapping[str, Any]) -> InputError:
    """Return the problems with the option that each is about, where that is one."""
    return InputError([with_option(problem, options) for problem in error.problems])


def with_option(problem: Problem, options: Mapping[str, Any]) -> Problem:
    """Return a problem whose message begins with the option it is about; others as they are."""
    name, message = problem.parameter, problem.message
    if name is None or problem.place is not None or flag(name) in message:
        return problem
    if message.startswith((f"{name}: ", f"{name}, ")):
        return problem._replace(message=flag(name) + message[len(name) :])
    if options.get(name) in (None, (), False):
        return problem
    return problem._replace(message=f"{flag(name)}: {message}")


def _note_older_name(name: str, ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    if value not in (None, ()) and not ctx.resilient_parsing:
        talk(f"{flag(str(param.name))} is now called {flag(name)}; its value counts as before.")
    return value


def _option(field: Field, called: str) -> click.Option:
    """Return the option ``called`` so that asks for a field."""
    option = flag(called)
    if field.is_slot:
        return click.Option(
            [option, called], type=click.Path(), multiple=True, help=_help_of_slot(field), metavar="FILE"
        )
    yes_or_no = field.kind == "boolean"
    return click.Option(
        [f"{option}/{_no(option)}" if yes_or_no else option, called],
        type=None if yes_or_no else WordsOption({choice.value: choice.label for choice in field.choices}),
        default=None,
        # One that takes a single value, too, so that none of two is lost in silence.
        multiple=not yes_or_no,
        help=_help(field),
        metavar=None if yes_or_no else _metavar(field),
    )


def advice(field: Field) -> str:
    """Return the help of a parameter, with how an entry says its place where it may."""
    text = stopped(field.help)
    if field.placed and PLACE_MARK not in text:
        text += (
            f" An entry may say where its words stand and how they look: 'OPEN {PLACE_MARK} above the door, in white'."
        )
    return text.strip()


def default_of(field: Field) -> str:
    """Return what applies where a parameter is left out, as it is written; empty when nothing does."""
    if field.default is None:
        return ""
    return ", ".join(map(str, field.default)) if isinstance(field.default, list) else str(field.default)


def _help_of_slot(field: Field) -> str:
    text = f"{stopped(field.label)} {field.help}".rstrip()
    return text + (f" Up to {field.max}." if field.several else "") + _required(field)


def _help(field: Field) -> str:
    text = f"{stopped(field.label)} {advice(field)}".rstrip()
    if field.several:
        text += " Repeat it for several."
    default = default_of(field)
    return text + (f" [default: {default}]" if default else "") + _required(field)


def _required(field: Field) -> str:
    when = f" when {field.asked_when}" if field.asked_when else ""
    return f" [required{when}]" if field.required else ""


def _metavar(field: Field) -> str:
    if not field.choices:
        return {"number": "NUMBER", "integer": "NUMBER", "color": "COLOUR"}.get(field.kind, "WORDS")
    values = [choice.value for choice in field.choices]
    return "[" + "|".join([*values, *(["own words"] if field.own_words else [])]) + "]"


def _no(option: str) -> str:
    return f"--no-{option[2:]}"
