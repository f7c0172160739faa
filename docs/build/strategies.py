"""The page of strategies: what each one adds to any recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docs.build.fields import parameter_tables, reference_table
from docs.build.gallery import prompt_block
from docs.build.markup import folded, page, plain
from prompt_kit.recipe.assembly import example_recipes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.recipe.library import Library

INTRODUCTION: Final = """\
# Strategies

A strategy is a prompting technique that recipes mix in: parameters of its own, and words of its own. Some recipes bring
theirs along; any other that makes sense is mixed in with `--use`, also several:

```sh
prompt-kit render sticker --subject "a happy red panda" \\
  --use purpose --purpose "a bakery's cargo bikes"
```"""


def strategies_page(library: Library) -> str:
    """Return the page of all strategies."""
    return page(INTRODUCTION, *(block for name in library.names("strategy") for block in _strategy(name, library)))


def _strategy(name: str, library: Library) -> Iterator[str]:
    spec = library.strategy(name).spec
    yield f"## {plain(spec.title or name)} {{#{name}}}"
    yield f"{plain(spec.summary)} (`--use {name}`)"
    if len(spec.tasks) < len(("create", "edit", "compose")):
        yield f"For recipes that {' or '.join(spec.tasks)}."
    if spec.values_from:
        yield "The project's [`brand.yaml`](guides/brand.md) fills these in."
    yield parameter_tables(spec.parameters)
    yield reference_table(spec.references)
    for example, recipe in list(example_recipes("strategy", name, library).items())[:1]:
        prompt = recipe.render_example(example)
        yield folded(f"With the recipe {recipe.name}: {recipe.examples[example].title}", prompt_block(prompt))
