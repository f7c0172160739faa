"""Changes of prompts as Markdown, for the comment below a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from prompt_kit.review.diff import phrasing
from prompt_kit.review.diff.passages import Gap
from prompt_kit.support.text import counted, harmless, shortened, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.review.diff.changes import Changes, ExampleChange, RecipeChange
    from prompt_kit.review.diff.passages import ComparedPassage
    from prompt_kit.support.worddiff import SpanKind

_SPECIAL: Final = re.compile(r"[&<>*_~`\[\]()!|\\$]|(?m:^\s*[#+=-])|(?m:^\s*\d+(?=[.)]))")
_CALLS: Final = re.compile(r"(@|#|GH-|www\.|://)(?=\w)", re.IGNORECASE)
_TAGS: Final[dict[SpanKind, tuple[str, str]]] = {
    "same": ("", ""),
    "out": ("<del>", "</del>"),
    "in": ("<ins><b>", "</b></ins>"),
}
_MOST_AGAIN: Final = 5


def markdown(changes: Changes) -> str:
    """Return a report in which nothing of a prompt becomes a link, a mention of a person or a picture."""
    lines = [f"### Prompts: {_code(changes.old)} → {_code(changes.new)}", ""]
    counts = phrasing.details(changes)
    lines += [f"**{phrasing.summary(changes)}**" + (f" {', '.join(counts)}." if len(counts) > 1 else "")]
    lines += [f"\n> {_escaped(note)}" for note in changes.notes]
    lines += [*_table(changes), *_again(changes)]
    for recipe in changes.recipes:
        lines += ["", *_recipe(recipe)]
    return "\n".join(lines) + "\n"


def _table(changes: Changes) -> Iterator[str]:
    if len(changes.recipes) > 1:
        yield "\
| recipe | change |\n| --- | --- |"
        for recipe in changes.recipes:
            yield f"| {_escaped(phrasing.heading(recipe))} | {phrasing.extent(recipe)} |"


def _again(changes: Changes) -> Iterator[str]:
    again = changes.again[:_MOST_AGAIN]
    if again:
        yield "\nRepeated changes:\n"
    for gone, came, prompts, recipes in again:
        words = [_tagged("out", shortened(gone))] if gone else []
        words += [_tagged("in", shortened(came))] if came else []
        where = f"{counted(prompts, 'prompt')} in {counted(recipes, 'recipe')}"
        yield f"- {' '.join(words)} ({where})"


def _recipe(recipe: RecipeChange) -> Iterator[str]:
    yield f"#### {_escaped(phrasing.heading(recipe))}\n\n{phrasing.extent(recipe).capitalize()}."
    yield from _problems(recipe.problems, recipe.former_problems)
    if recipe.status in phrasing.LISTED:
        yield "\n" + ", ".join(_code(example.name) for example in recipe.examples)
        return
    for group in recipe.groups:
        yield from _example(group[0])
        if len(group) > 1:
            yield f"\nThe same in {', '.join(_code(example.name) for example in group[1:])}."


def _example(example: ExampleChange) -> Iterator[str]:
    yield f"\n**{_escaped(phrasing.title(example))}**"
    if example.facts:
        yield ""
    for name, was, is_now in example.facts:
        words = [_tagged("out", was)] if was else []
        yield f"- {name}: " + " ".join([*words, *([_tagged("in", is_now)] if is_now else [])])
    yield from _problems(example.problems, example.former_problems)
    for row in example.rows:
        text = f"*{phrasing.skipped(row)}*" if isinstance(row, Gap) else _passage(row)
        yield f">\n> {text}" if row is not example.rows[0] else f"\n> {text}"


def _passage(passage: ComparedPassage) -> str:
    text = "".join(_tagged(span.kind, span.text) for span in passage.spans)
    return text.replace("</del><ins>", "</del> <ins>")


def _problems(now: tuple[str, ...], before: tuple[str, ...]) -> Iterator[str]:
    if now != before:
        yield from (f"\n- {_tagged('out', problem)}" for problem in before)
        yield from (f"\n- ⚠ {_escaped(problem)}" for problem in now)


def _tagged(kind: SpanKind, text: str) -> str:
    before, after = _TAGS[kind]
    # Renderers drop or keep white space inside the tags as they like; outside it is safe.
    space, words = re.match(r"\s*", text), text.strip()
    lead = space[0] if space else ""
    rest = text[len(lead) + len(words) :]
    shown = harmless(words) if kind == "same" else visible(words)
    return f"{_broken(lead)}{before}{_escaped(shown)}{after}{_broken(rest)}" if words else _broken(text)


def _escaped(text: str) -> str:
    """Return words with every character that Markdown or its hosts would read otherwise as an entity."""
    quiet = _CALLS.sub(lambda match: f"{match[1]}\0", text)
    entities = _SPECIAL.sub(lambda match: match[0][:-1] + f"&#{ord(match[0][-1])};", quiet)
    # An empty comment keeps hosts from calling the people and issues that are named.
    return _broken(entities.replace("\0", "<!-- -->"))


def _broken(text: str) -> str:
    return text.replace("\n\n", "<br><br>").replace("\n", "<br>")


def _code(text: str) -> str:
    return f"`{text.replace('`', '’')}`"
