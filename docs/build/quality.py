"""What makes a good prompt of each kind, read from ``docs/quality``, beside what the recipes render."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from docs.build.markup import anchor, page, paragraphs, plain
from prompt_kit.errors import InputError, NotFoundError, Problem, PromptKitError, did_you_mean
from prompt_kit.recipe.assembly import load
from prompt_kit.support.yamlfile import YamlFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

_QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”')
_SPACES = re.compile(r"\s+")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Point(_Entry):
    """One thing that makes a prompt of this kind good."""

    point: Words
    """The advice, as one short sentence."""
    why: Words
    """What it does to the picture."""
    source: str = ""
    """Where a fact about the outside world was read, and when."""


class Brief(_Entry):
    """What somebody wants, as the guide's pattern and as an example of the recipe say it."""

    example: Words
    """An example of the recipe."""
    brief: Words
    """What the person wants, in their own words."""
    guide: Words
    """The prompt that the pattern of the official guide gives."""
    better: Annotated[list[Words], Field(min_length=2, max_length=4)]
    """Why ours is the better instruction; each names words that stand in ours, in quotes."""


class Quality(_Entry):
    """What makes a good prompt of one kind, and briefs that show it."""

    recipe: Words
    """The recipe it is about."""
    good: Annotated[list[Point], Field(min_length=3, max_length=6)]
    """What makes a good prompt of this kind, and why."""
    briefs: Annotated[list[Brief], Field(min_length=3)]
    """Briefs of different trades."""


@dataclass(frozen=True)
class Compared:
    """The quality notes of one recipe, and the prompts that its examples make."""

    notes: Quality
    recipe: Recipe
    prompts: dict[str, Prompt]
    """The prompt of each brief's example."""


def compared(folder: Path, library: Library) -> dict[str, Compared]:
    """Return the quality notes of all recipes, by recipe.

    Raises:
        InputError: With every problem of every file, also a recipe without notes and quotes that stand nowhere.
    """
    found: dict[str, Compared] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            found[path.stem] = _read(path, f"{folder.parent.name}/{folder.name}/{path.name}", library)
        except PromptKitError as error:
            problems += error.problems if isinstance(error, InputError) else [Problem(str(error))]
    seen = {path.stem for path in folder.glob("*.yaml")}
    problems += [
        Problem(f"The recipe '{name}' has no notes. Write {folder.name}/{name}.yaml.")
        for name in library.names()
        if name not in seen
    ]
    if problems:
        raise InputError(problems)
    return found


def _read(path: Path, label: str, library: Library) -> Compared:
    file = YamlFile(path, label)
    notes = file.parse(Quality)
    if notes.recipe != path.stem:
        raise InputError(file.problem(f"recipe is '{notes.recipe}', but the file is called '{path.stem}'.", "recipe"))
    try:
        recipe = load(notes.recipe, library=library)
    except NotFoundError as error:
        raise InputError(file.problem(str(error), "recipe")) from error
    prompts = {b.example: recipe.render_example(b.example) for b in notes.briefs if b.example in recipe.examples}
    problems = list(_problems(file, notes, recipe, prompts))
    if problems:
        raise InputError(problems)
    return Compared(notes, recipe, prompts)


def _problems(file: YamlFile, notes: Quality, recipe: Recipe, prompts: dict[str, Prompt]) -> Iterator[Problem]:
    for number, brief in enumerate(notes.briefs):
        keys = ("briefs", number)
        if brief.example not in prompts:
            hint = did_you_mean(brief.example, list(recipe.examples))
            message = f"'{recipe.name}' has no example '{brief.example}'. {hint}".strip()
            yield file.problem(message, *keys, "example")
            continue
        ours, guide = _folded(str(prompts[brief.example])), _folded(brief.guide)
        for place, reason in enumerate(brief.better):
            quotes = [_folded(one or other).rstrip(".,;:") for one, other in _QUOTED.findall(reason)]
            if not any(quote in ours for quote in quotes):
                message = f"no words in quotes of this reason stand in the prompt of '{brief.example}'."
                yield file.problem(message, *keys, "better", place)
            for quote in quotes:
                if quote not in ours and quote not in guide:
                    message = f"'{quote}' stands in neither prompt of '{brief.example}'."
                    yield file.problem(message, *keys, "better", place)


def _folded(text: str) -> str:
    """Return text for comparing: one kind of quotes and spaces, no capitals."""
    for fancy, simple in (("“", '"'), ("”", '"'), ("’", "'"), ("‘", "'")):
        text = text.replace(fancy, simple)
    return _SPACES.sub(" ", text).casefold()


INTRODUCTION: Final = """\
# Prompt quality

For each recipe: what makes a good prompt of this kind and why, then what somebody wants, as the pattern of the
official guides says it and as the recipe does. The guides' patterns (ai.google.dev and cloud.google.com, 2026) are
filled in as a careful reader would; the other prompt is what `prompt-kit render RECIPE --example NAME` prints.

This page is made from `docs/quality` and the recipes: `make quality` writes it anew."""


def quality_page(all_notes: dict[str, Compared]) -> str:
    """Return the page that sets the guides' prompts and ours side by side."""
    ordered = sorted(all_notes.values(), key=lambda one: one.recipe.title)
    contents = "\n".join(f"- [{plain(one.recipe.title)}](#{anchor(one.recipe.title)})" for one in ordered)
    return page(INTRODUCTION, contents, *(block for one in ordered for block in _section(one)))


def points(notes: Quality) -> str:
    """Return what makes a good prompt of this kind, as a list."""
    lines = []
    for one in notes.good:
        source = f" *({plain(one.source)})*" if one.source else ""
        lines.append(f"- **{plain(one.point)}** {plain(one.why)}{source}")
    return "\n".join(lines)


def _section(one: Compared) -> Iterator[str]:
    yield f"## {plain(one.recipe.title)}"
    yield f"{plain(one.recipe.spec.summary)} (`{one.recipe.name}`)"
    yield points(one.notes)
    for brief in one.notes.briefs:
        yield f"> **{plain(one.recipe.examples[brief.example].title)}.** {plain(' '.join(brief.brief.split()))}"
        yield _side_by_side(brief, one.prompts[brief.example])
        yield "What the recipe's prompt does better:"
        yield "\n".join(f"- {plain(' '.join(reason.split()))}" for reason in brief.better)


def _side_by_side(brief: Brief, prompt: Prompt) -> str:
    first, *others = prompt.turns
    ours = paragraphs(first.text)
    if others:
        count = "One more turn" if len(others) == 1 else f"{len(others)} more turns"
        ours += f"<details><summary>{count}</summary>{'<hr>'.join(paragraphs(t.text) for t in others)}</details>"
    settings = ", ".join(f"{key} {value}" for key, value in prompt.settings.to_dict().items())
    ours += f"<p><em>Settings: {settings}</em></p>" if settings else ""
    return (
        '<table class="compared">\n<thead><tr><th>The guide’s pattern</th>'
        f"<th>The recipe, example <code>{brief.example}</code></th></tr></thead>\n"
        f"<tbody><tr>\n<td>{paragraphs(brief.guide)}</td>\n<td>{ours}</td>\n</tr></tbody>\n</table>"
    )
