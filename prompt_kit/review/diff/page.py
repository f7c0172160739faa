"""Changes of prompts as one page that needs nothing but a browser."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError
from prompt_kit.review.diff import phrasing
from prompt_kit.review.diff.passages import Gap
from prompt_kit.support.pages import document, embedded
from prompt_kit.support.text import counted, harmless, shortened, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prompt_kit.images import Image
    from prompt_kit.review.diff.changes import Changes, ExampleChange, RecipeChange
    from prompt_kit.review.diff.passages import ComparedPassage, Row
    from prompt_kit.support.worddiff import Span

_SHOWN: Final = frozenset({"image/png", "image/jpeg", "image/webp"})
"""The types of picture that browsers show."""
_LARGEST: Final = 1_000_000
"""Largest picture that is put into the page, in bytes."""
_MOST_AGAIN: Final = 8
_TAGS: Final = {"out": "del", "in": "ins"}


def page(changes: Changes) -> str:
    """Return the whole page; it asks no other file or server for anything."""
    body = [
        *_header(changes),
        '<div class="layout">',
        *_contents(changes),
        "<main>",
        *_again(changes),
        *(line for recipe in changes.recipes for line in _recipe(recipe)),
        "</main>",
        "</div>",
    ]
    return document(f"Prompts: {changes.old} → {changes.new}", Path(__file__).with_name("page.css"), body)


def _header(changes: Changes) -> Iterator[str]:
    yield "<header>"
    yield f'<p class="states"><code>{escape(changes.old)}</code> → <code>{escape(changes.new)}</code></p>'
    yield f"<h1>{escape(phrasing.summary(changes))}</h1>"
    if len(changes.counts) > 1:
        counts = (f"<span><b>{n}</b> {phrasing.SAYS[status]}</span>" for status, n in changes.counts.items())
        yield f'<p class="counts">{"".join(counts)}</p>'
    yield from (f'<p class="note">{escape(visible(note))}</p>' for note in changes.notes)
    yield "</header>"


def _contents(changes: Changes) -> Iterator[str]:
    yield "<nav>"
    for kind, title in (("recipe", "Recipes"), ("strategy", "Strategies")):
        of_kind = [recipe for recipe in changes.recipes if recipe.kind == kind]
        if of_kind:
            yield f"<h2>{title}</h2>\n<ul>"
            yield from (_entry(recipe) for recipe in of_kind)
            yield "</ul>"
    yield "</nav>"


def _entry(recipe: RecipeChange) -> str:
    touched, total = len(recipe.examples), recipe.total
    if recipe.status in phrasing.LISTED:
        extent = f'<span class="status {recipe.status}">{recipe.status}</span>'
    else:
        percent = round(100 * touched / max(total, 1))
        extent = f'<span class="share">{touched} / {total}</span>'
        extent += f'<span class="bar"><i style="width:{percent}%"></i></span>'
    return f'<li><a href="#{_id(recipe)}">{escape(recipe.name)}{extent}</a></li>'


def _again(changes: Changes) -> Iterator[str]:
    again = changes.again[:_MOST_AGAIN]
    if not again:
        return
    yield '<div class="again">\n<h2>Repeated changes</h2>\n<ul>'
    for gone, came, prompts, recipes in again:
        words = [f"<del>{_shown(shortened(gone))}</del>"] if gone else []
        words += [f"<ins>{_shown(shortened(came))}</ins>"] if came else []
        where = f"{counted(prompts, 'prompt')} in {counted(recipes, 'recipe')}"
        phrase = f'<span class="phrase" dir="auto">{" ".join(words)}</span>'
        yield f'<li>{phrase}<span class="where">{where}</span></li>'
    yield "</ul>\n</div>"


def _recipe(recipe: RecipeChange) -> Iterator[str]:
    kind = f"<small>{recipe.kind}</small> " if recipe.kind != "recipe" else ""
    was = f" <small>was {escape(recipe.was)}</small>" if recipe.was else ""
    yield f'<section id="{_id(recipe)}">'
    yield f"<h2>{kind}{escape(recipe.name)}{was}</h2>"
    yield f'<p class="extent">{escape(phrasing.extent(recipe))}</p>'
    yield from _problems(recipe.problems, recipe.former_problems)
    if recipe.status in phrasing.LISTED:
        yield from _listed(recipe.examples)
    else:
        for group in recipe.groups:
            yield from _group(group)
    yield "</section>"


def _listed(examples: Iterable[ExampleChange]) -> Iterator[str]:
    """Yield examples of a recipe that came or went as a whole; each opens to show its prompt."""
    shown = [example for example in examples if example.rows]
    names = [example.name for example in examples if not example.rows]
    if shown:
        yield '<article class="list">'
        for example in shown:
            yield from (f"<details><summary>{escape(example.name)}</summary>", *_rows(example), "</details>")
        yield "</article>"
    if names:
        yield f'<article><p class="names">{escape(", ".join(names))}</p></article>'


def _group(group: list[ExampleChange]) -> Iterator[str]:
    yield f"<article>\n<h3>{_title(group[0])}</h3>"
    yield from _rows(group[0], pictures=True)
    if len(group) > 1:
        yield f"<details><summary>The same in {escape(phrasing.others(group))}</summary>"
        for example in group[1:]:
            yield from (f"<details><summary>{_title(example)}</summary>", *_rows(example), "</details>")
        yield "</details>"
    yield "</article>"


def _title(example: ExampleChange) -> str:
    name = escape(f"{example.was} → {example.name}" if example.was else example.name)
    if example.status == "changed":
        return name
    return f'{name}<span class="status {example.status}">{phrasing.SAYS[example.status]}</span>'


def _rows(example: ExampleChange, *, pictures: bool = False) -> Iterator[str]:
    yield '<div class="rows">'
    if example.facts:
        facts = (f"<dt>{escape(name)}</dt><dd>{_fact(was, is_now)}</dd>" for name, was, is_now in example.facts)
        yield f'<dl class="facts">{"".join(facts)}</dl>'
    yield from _problems(example.problems, example.former_problems)
    for row in example.rows:
        yield _row(row, pictures=pictures)
    yield "</div>"


def _fact(was: str, is_now: str) -> str:
    spans = [f"<del>{_shown(was)}</del>"] if was else []
    return " ".join([*spans, *([f"<ins>{_shown(is_now)}</ins>"] if is_now else [])])


def _row(row: Row, *, pictures: bool) -> str:
    if isinstance(row, Gap):
        return f'<p class="gap">{phrasing.skipped(row)}</p>'
    words = "".join(map(_span, row.spans))
    if row.kind == "picture" and pictures and (source := _data(row.image)):
        return f'<figure><img src="{source}" alt=""><figcaption>{words}</figcaption></figure>'
    return f'<p class="{_class(row)}" dir="auto">{words}</p>'


def _class(row: ComparedPassage) -> str:
    return row.kind if row.kind != "text" or row.changed else "quiet"


def _span(span: Span) -> str:
    if span.kind == "same":
        return escape(harmless(span.text))
    tag = _TAGS[span.kind]
    return f"<{tag}>{_shown(span.text)}</{tag}>"


def _problems(now: tuple[str, ...], before: tuple[str, ...]) -> Iterator[str]:
    if now != before:
        yield from (f'<p class="problem"><del>{_shown(problem)}</del></p>' for problem in before)
        yield from (f'<p class="problem">{_shown(problem)}</p>' for problem in now)


def _data(image: Image | None) -> str:
    """Return a picture as the address of its own bytes; empty when it is too large, gone, or nothing browsers show."""
    if image is None or image.media_type not in _SHOWN or image.size > _LARGEST:
        return ""
    try:
        return embedded(image.media_type, image.read())
    except InputError:
        return ""


def _shown(text: str) -> str:
    return escape(visible(text))


def _id(recipe: RecipeChange) -> str:
    return escape(f"{recipe.kind}-{recipe.name}")
