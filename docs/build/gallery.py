"""The gallery of recipes, and a page for each of them."""

from __future__ import annotations

import html
import shlex
from typing import TYPE_CHECKING, Final

from docs.build.fields import parameter_tables, reference_table
from docs.build.markup import code, fenced, folded, page, plain, table
from docs.build.proofs import Proof
from prompt_kit.cli.options import arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.examples import Example
    from prompt_kit.recipe.recipe import Recipe

SHOWN: Final = 2
"""How many examples of a recipe have their proof on its page."""

INTRODUCTION: Final = """\
# Gallery

Every recipe that comes with the kit, with the *proof* of an example: the layout sheet that the kit draws offline and
for free, to discuss before money is spent. A click shows what the recipe asks, and the
prompts of its examples."""


def shown(recipe: Recipe) -> tuple[Proof, ...]:
    """Return the examples whose proofs are drawn: the first ones that say more than is required."""
    required = {name for name, parameter in recipe.parameters.items() if parameter.required}
    required |= {name for name, slot in recipe.references.items() if slot.min}
    names = sorted(recipe.examples, key=lambda name: recipe.examples[name].values.keys() <= required)
    return tuple(Proof(recipe.name, name) for name in names[:SHOWN])


def gallery_page(
    recipes: Mapping[str, Recipe], proofs: Mapping[str, tuple[Proof, ...]], sizes: Mapping[Proof, tuple[int, int]]
) -> str:
    """Return the page that shows all recipes, by category."""
    categories: dict[str, list[Recipe]] = {}
    for recipe in recipes.values():
        categories.setdefault(recipe.spec.category or "other", []).append(recipe)
    blocks = [INTRODUCTION]
    for category, members in sorted(categories.items()):
        blocks.append(f"## {plain(category.capitalize())}")
        cards = [_card(one, proofs[one.name][:1], sizes) for one in sorted(members, key=lambda one: one.title)]
        blocks.append('<div class="gallery">\n' + "\n".join(cards) + "\n</div>")
    return page(*blocks)


def _card(recipe: Recipe, proofs: tuple[Proof, ...], sizes: Mapping[Proof, tuple[int, int]]) -> str:
    picture = "".join(_picture(proof, sizes, "proofs/") for proof in proofs)
    title, summary = (html.escape(text, quote=False) for text in (recipe.title, recipe.spec.summary))
    return (
        f'<a class="card" href="recipes/{recipe.name}.html">{picture}<strong>{title}</strong><span>{summary}</span></a>'
    )


def _picture(proof: Proof, sizes: Mapping[Proof, tuple[int, int]], folder: str) -> str:
    width, height = sizes[proof]
    words = f"Proof of the recipe {proof.recipe}, example {proof.example}"
    return f'<img src="{folder}{proof.file}" alt="{words}" width="{width}" height="{height}" loading="lazy">'


def recipe_page(recipe: Recipe, proofs: tuple[Proof, ...], sizes: Mapping[Proof, tuple[int, int]]) -> str:
    """Return the page of one recipe."""
    return page(
        f"# {plain(recipe.title)}",
        plain(recipe.spec.summary),
        _try_it(recipe, proofs, sizes),
        "## What it asks",
        parameter_tables({name: p for name, p in recipe.parameters.items() if not p.locked}),
        "## Pictures that go along" if recipe.references else "",
        reference_table(recipe.references),
        "## Settings and strategies",
        _settings(recipe),
        _strategies(recipe),
        "## Examples",
        *_examples(recipe, {proof.example for proof in proofs}, sizes),
    )


def _try_it(recipe: Recipe, proofs: tuple[Proof, ...], sizes: Mapping[Proof, tuple[int, int]]) -> str:
    example = proofs[0].example if proofs else ""
    command = f"prompt-kit generate {recipe.name} --example {example}"
    blocks = [f'<p class="proof">{_picture(proof, sizes, "../proofs/")}</p>' for proof in proofs[:1]]
    return page(*blocks, fenced(command, "sh") if example else "")


def _settings(recipe: Recipe) -> str:
    settings = recipe.settings.to_dict()
    rows = [(code(name), code(value)) for name, value in settings.items()]
    return table(("Setting", "Value"), rows) or "All settings are left to the model."


def _strategies(recipe: Recipe) -> str:
    mixed = [strategy.name for strategy in recipe.strategies]
    fitting, excluded = [], []
    for name in recipe.library.names("strategy"):
        reason = recipe.objection(recipe.library.strategy(name))
        if reason and name not in mixed:
            excluded.append(f"- `{name}`: {plain(reason[0].upper() + reason[1:])}")
        elif name not in mixed:
            fitting.append(f"[`{name}`](../strategies.md#{name})")
    return page(
        f"Mixed in: {', '.join(f'`{name}`' for name in mixed)}." if mixed else "",
        f"Goes with {', '.join(fitting)} (`--use NAME`)." if fitting else "",
        "Does without:" if excluded else "",
        "\n".join(excluded),
    )


def _examples(recipe: Recipe, drawn: set[str], sizes: Mapping[Proof, tuple[int, int]]) -> Iterator[str]:
    for name in sorted(recipe.examples, key=lambda one: one not in drawn):
        example = recipe.examples[name]
        prompt = recipe.render_example(name)
        picture = ""
        if name in drawn:
            picture = f'<p class="proof">{_picture(Proof(recipe.name, name), sizes, "../proofs/")}</p>'
        yield folded(
            example.title, page(picture, prompt_block(prompt), "From the command line:", _command(recipe, example))
        )


def prompt_block(prompt: Prompt) -> str:
    """Return what would be sent, turn by turn."""
    several = len(prompt.turns) > 1
    blocks = []
    for number, turn in enumerate(prompt.turns, 1):
        if several:
            blocks.append(f"**Turn {number}{': ' + plain(turn.name) if turn.name else ''}**")
        pictures = [f"{html.escape(r.image.name)} ({r.role})" for r in turn.references]
        pictures += [f"the picture of turn {one.turn + 1} ({one.role})" for one in turn.earlier]
        blocks.append(f"With {', '.join(pictures)}:" if pictures else "")
        blocks.append(fenced(turn.text))
    return page(*blocks)


def command_line(recipe: Recipe, example: Example) -> list[list[str]]:
    """Return the options that make an example's prompt on the command line; pictures stand there by file name."""
    if [] in example.values.values():
        return [[recipe.name], ["--example", example.name]]  # no option says "none of them"
    options = [["--use", name] for name in example.uses]
    for name, value in [*example.values.items(), *example.settings.to_dict().items()]:
        options += arguments(name, value)
    return [[recipe.name], *options]


def _command(recipe: Recipe, example: Example) -> str:
    """Return the command that makes the same prompt, one option a line."""
    first, *options = command_line(recipe, example)
    return fenced(" \\\n  ".join([f"prompt-kit generate {shlex.join(first)}", *map(shlex.join, options)]), "sh")
