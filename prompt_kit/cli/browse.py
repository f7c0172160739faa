"""Commands that list recipes and models: ``list``, ``show`` and ``models``."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

from prompt_kit.cli.options import FILL_IN, advice, arguments, default_of
from prompt_kit.cli.output import give_json, say, talk
from prompt_kit.support.money import dollars
from prompt_kit.support.text import shortened, visible
from prompt_kit.support.words import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prompt_kit.recipe.fields import Field
    from prompt_kit.recipe.form import Form
    from prompt_kit.recipe.library import Library, LibraryFile
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.recipe.strategy_spec import StrategySpec


@click.command("list")
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_recipes(words: tuple[str, ...], *, as_json: bool) -> None:
    """Say which recipes, presets and strategies there are, or which of them fit some WORDs, such as "web shop"."""
    from prompt_kit.recipe.library import Library

    library = Library()
    rows = [
        {"kind": kind, "name": name, **head.to_dict(), "category": head.category or "other"}
        for kind in ("recipe", "preset", "strategy")
        for name, head in library.heads(kind).items()
    ]
    if words:
        rows = _fitting(" ".join(words), library, rows)
    if as_json:
        give_json(rows)
        return
    if words:
        width = max((len(row["name"]) for row in rows), default=0) + 2
        for row in rows:
            say(f"{row['name']:<{width}}{row['summary'] or row['title']}")
        return
    width = max((len(row["name"]) for row in rows), default=0) + 2
    heading = ""
    for row in sorted(rows, key=lambda row: (_ORDER.index(row["kind"]), row["category"], row["name"])):
        this = row["category"].capitalize() if row["kind"] == "recipe" else _HEADINGS[row["kind"]]
        if this != heading:
            say(f"{'' if not heading else chr(10)}{this}")
            heading = this
        say(f"  {row['name']:<{width}}{row['summary'] or row['title']}")


def _fitting(search: str, library: Library, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of the recipes, presets and strategies that fit a search, or come nearest, the best first."""
    from prompt_kit.recipe.searching import fitting, nearest

    heads = {name: head for kind in ("strategy", "preset", "recipe") for name, head in library.heads(kind).items()}
    names = fitting(search, heads, library.texts)
    if not names:
        talk(f"Nothing fits '{shortened(visible(search))}'. These come nearest:")
        names = nearest(search, heads)
    by_name = {row["name"]: row for row in reversed(rows)}
    return [by_name[name] for name in names]


_ORDER = ["recipe", "preset", "strategy"]
_HEADINGS = {"preset": "Presets", "strategy": "Strategies (mix in with --use)"}


@click.command()
@click.argument("name", metavar="RECIPE|STRATEGY")
@click.option("--json", "as_json", is_flag=True, help="Print the JSON Schema of its values, and its examples.")
def show(name: str, *, as_json: bool) -> None:
    """Show what a recipe asks, which pictures it takes, and its examples; or what a strategy adds."""
    from prompt_kit.recipe.assembly import load
    from prompt_kit.recipe.library import Library

    library = Library()
    if name in library.names("strategy") and name not in {*library.names("recipe"), *library.names("preset")}:
        _show_strategy(library.strategy(name), as_json=as_json)
        return
    recipe = load(name, library=library)
    if as_json:
        give_json(_plain(recipe))
        return
    _ = recipe.turn_templates  # a template that is broken is said before half of the form is
    say(f"{recipe.title}\n{recipe.spec.summary}\n")
    _show_form(recipe.form)
    settings = ", ".join(f"{key} {value}" for key, value in recipe.settings.to_dict().items())
    say(f"\nSettings: {settings or 'left to the model'}")
    say("\nExamples")
    for example in recipe.examples.values():
        say(f"  prompt-kit render {recipe.name} --example {example.name}")
    if recipe.examples:
        name = max(recipe.examples, key=lambda example: len(recipe.examples[example].values))
        say(f"\nThe example '{name}' becomes\n\n{recipe.render_example(name)}")


def _show_form(form: Form) -> None:
    if any(field.name == "notes" for field in form.fields):
        say(f"{FILL_IN}\n")
    _show_fields(field for field in form.fields if not (field.is_slot or field.advanced))
    _show_slots(form)
    if advanced := [field for field in form.fields if field.advanced]:
        say("\nMore, where your words leave it open")
        _show_fields(advanced)


def _show_strategy(strategy: LibraryFile[StrategySpec], *, as_json: bool) -> None:
    from prompt_kit.recipe.form import Form

    spec = strategy.spec
    if as_json:
        give_json(spec.model_dump(mode="json", exclude_defaults=True))
        return
    say(f"{spec.title or spoken(strategy.name)}\n{spec.summary}\n")
    form = Form(strategy.name, spec.parameters, spec.references)
    _show_fields(field for field in form.fields if not field.is_slot)
    _show_slots(form)
    say(f"\nFor recipes that {' or '.join(spec.tasks)}\n\nExamples")
    for name, example in spec.examples.items():
        given = [
            option
            for key, value in example.values.items()
            if key in spec.parameters
            for option in arguments(key, value)
        ]
        options = " ".join(map(shlex.join, given))
        say(f"  {name}: prompt-kit render {example.recipe} … --use {strategy.name} {options}".rstrip())


def _show_slots(form: Form) -> None:
    slots = [field for field in form.fields if field.is_slot]
    if slots:
        say("\nPictures, numbered in this order")
    for slot in slots:
        marks = ", ".join([slot.role, *_asked(slot)])
        say(f"  {slot.name:<20}{slot.label}: {slot.takes} [{marks}]. {slot.help}".rstrip())


def _show_fields(fields: Iterable[Field]) -> None:
    for field in fields:
        kind = field.kind.replace("_", " ")
        marks = [f"{kind}, or own words" if field.own_words else kind, *_asked(field)]
        marks += [f"default {default_of(field)}"] if field.default is not None else []
        marks += ["locked"] if field.locked else []
        say(f"  {field.name:<20}{field.label} ({', '.join(marks)}). {advice(field)}".rstrip())
        for choice in field.choices:
            say(f"  {'':<20}  {choice.value}: {choice.label}{'. ' + choice.help if choice.help else ''}")


def _asked(field: Field) -> Iterator[str]:
    """Yield whether a field is required, and under which condition it is asked."""
    if field.asked_when:
        yield f"{'required' if field.required else 'asked'} when {field.asked_when}"
    elif field.required and not field.is_slot:
        yield "required"


def _plain(recipe: Recipe) -> dict[str, Any]:
    return {
        "name": recipe.name,
        "title": recipe.title,
        "summary": recipe.spec.summary,
        "version": recipe.spec.version,
        "task": recipe.task,
        "settings": recipe.settings.to_dict(),
        "fields": [field.to_dict() for field in recipe.form.fields],
        "schema": recipe.json_schema(),
        "examples": {name: dict(example.values) for name, example in recipe.examples.items()},
    }


@click.command()
@click.argument("model_id", metavar="[MODEL]", required=False)
@click.option("--all", "show_all", is_flag=True, help="Also show the models that are gone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def models(model_id: str | None, *, show_all: bool, as_json: bool) -> None:
    """Say which image models there are, what they can do and what a picture costs."""
    from prompt_kit.catalogue import Catalogue
    from prompt_kit.project import find_project

    catalogue = Catalogue.load(find_project().models_file)
    chosen = (
        [catalogue.model(model_id)] if model_id else [m for m in catalogue.models if show_all or m.status != "retired"]
    )
    if as_json:
        give_json([model.to_dict() for model in chosen])
        return
    if model_id:
        for key, value in chosen[0].to_dict().items():
            say(f"{key:<20}{value}")
        return
    say(f"{'model':<32}{'generator':<11}{'tier':<15}{'status':<9}{'sizes':<14}{'references':<12}{'a picture from'}")
    for model in chosen:
        if model.status == "retired":
            say(f"{model.id:<42}{model.generator:<11}{'':<5}{'gone':<9}use {model.replaced_by}")
            continue
        prices = [model.picture_price(tier=tier) for tier in model.tiers or (None,)]
        price = min((amount for amount in prices if amount is not None), default=None)
        most = "?" if model.max_references is None else model.max_references
        say(
            f"{model.id:<32}{model.generator:<11}{', '.join(model.tiers) or '-':<15}{model.status:<9}"
            f"{' '.join(model.sizes):<14}{most:<12}{dollars(price, least=4)}",
        )
