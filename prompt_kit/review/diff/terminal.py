"""Changes of prompts as text for a terminal or a log."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

import click

from prompt_kit.review.diff import phrasing
from prompt_kit.review.diff.passages import Gap
from prompt_kit.support.text import counted, harmless, shortened, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prompt_kit.review.diff.changes import Changes, ExampleChange, RecipeChange
    from prompt_kit.review.diff.passages import ComparedPassage
    from prompt_kit.support.worddiff import Span

_STYLES: Final = {"out": {"fg": "red", "strikethrough": True}, "in": {"fg": "green", "bold": True}}
_MARKS: Final = {"out": ("[-", "-]"), "in": ("{+", "+}")}
_WHOLE: Final = {"out": "- ", "in": "+ "}
_MOST_AGAIN: Final = 5


class Terminal:
    """Writes changes of prompts as text."""

    def __init__(self, *, color: bool, width: int) -> None:
        """Prepare to write lines of a width in characters; without colour, changes are put in brackets."""
        self.color, self.width = color, width

    def text(self, changes: Changes) -> str:
        """Return the whole report."""
        lines = [f"{self._bold(changes.old)} → {self._bold(changes.new)}", phrasing.summary(changes)]
        if len(changes.counts) > 1:
            lines.append(" · ".join(phrasing.details(changes)))
        lines += [f"Note: {visible(note)}" for note in changes.notes]
        lines += self._again(changes)
        for recipe in changes.recipes:
            lines += ["", *self._recipe(recipe)]
        return "\n".join(lines) + "\n"

    def _again(self, changes: Changes) -> Iterator[str]:
        again = changes.again[:_MOST_AGAIN]
        if again:
            yield ""
            yield "Repeated changes"
        for gone, came, prompts, recipes in again:
            words = [self._words("out", gone)] if gone else []
            words += [self._words("in", came)] if came else []
            yield f"  {counted(prompts, 'prompt')} in {counted(recipes, 'recipe')}: {' '.join(words)}"

    def _words(self, kind: str, phrase: str) -> str:
        return self._marked(kind, visible(shortened(phrase, max(20, self.width // 2 - 18))))

    def _recipe(self, recipe: RecipeChange) -> Iterator[str]:
        name = self._bold(phrasing.heading(recipe))
        yield f"{name} · {phrasing.extent(recipe)}"
        yield from self._problems(recipe.problems, recipe.former_problems, "  ")
        if recipe.status in phrasing.LISTED:
            names = ", ".join(example.name for example in recipe.examples)
            yield from self._wrapped(names, "  ")
            return
        for group in recipe.groups:
            yield ""
            yield from self._example(group[0])
            if len(group) > 1:
                yield from self._wrapped(f"The same in {phrasing.others(group)}.", "    ")

    def _example(self, example: ExampleChange) -> Iterator[str]:
        yield f"  {self._bold(phrasing.title(example))}"
        for name, was, is_now in example.facts:
            before, after = (self._words(kind, text) if text else "" for kind, text in (("out", was), ("in", is_now)))
            yield f"    {name}: {' '.join(filter(None, [before, after]))}"
        yield from self._problems(example.problems, example.former_problems, "    ")
        for row in example.rows:
            if isinstance(row, Gap):
                yield self._dim(f"    {phrasing.skipped(row)}")
            else:
                yield from self._passage(row)

    def _problems(self, now: tuple[str, ...], before: tuple[str, ...], indent: str) -> Iterator[str]:
        if now == before:
            return
        yield from (f"{indent}{self._marked('out', visible(problem))}" for problem in before)
        for problem in now:
            text = visible(problem)
            yield f"{indent}{click.style(text, fg='red') if self.color else '! ' + text}"

    def _passage(self, passage: ComparedPassage) -> Iterator[str]:
        whole = passage.spans[0].kind if len(passage.spans) == 1 else "same"
        if whole != "same":
            sign = _WHOLE[whole]
            for line in self._folded([(whole, visible(passage.spans[0].text))], 6):
                yield f"    {self._styled(whole, sign)}{line}"
                sign = "  "
            return
        words = [(span.kind, self._with_marks(span)) for span in passage.spans]
        if self.color:  # colours alone do not keep what went and what came apart
            pairs = zip(words, [*words[1:], ("same", "")], strict=True)
            words = [(kind, f"{text} " if (kind, then) == ("out", "in") else text) for (kind, text), (then, _) in pairs]
        yield from (f"      {line}" for line in self._folded(words, 6))

    def _with_marks(self, span: Span) -> str:
        text = visible(span.text) if span.kind != "same" else harmless(span.text)
        if self.color or span.kind == "same":
            return text
        before, after = _MARKS[span.kind]
        return f"{before}{text}{after}"

    def _folded(self, spans: Sequence[tuple[str, str]], indent: int) -> Iterator[str]:
        """Yield spans as lines that fit, styled; colours begin and end on each line."""
        kinds = "".join(kind[0] * len(text) for kind, text in spans)
        names = {"s": "same", "o": "out", "i": "in"}
        at = 0
        text = "".join(text for _, text in spans)
        for paragraph in text.split("\n"):
            wrapped = textwrap.wrap(paragraph, max(self.width - indent, 20), drop_whitespace=False) or [""]
            for line in wrapped:
                skipped = len(line) - len(line.lstrip())
                pieces = _runs(line[skipped:], kinds[at + skipped : at + len(line)])
                at += len(line)
                yield "".join(self._styled(names[kind], piece) for kind, piece in pieces).rstrip()
            at += 1

    def _wrapped(self, text: str, indent: str) -> list[str]:
        return textwrap.wrap(text, self.width, initial_indent=indent, subsequent_indent=indent)

    def _styled(self, kind: str, text: str) -> str:
        if not self.color or kind == "same" or not text.strip():
            return text
        style = _STYLES[kind]
        return click.style(
            text, fg=str(style["fg"]), bold="bold" in style or None, strikethrough="strikethrough" in style or None
        )

    def _marked(self, kind: str, text: str) -> str:
        if self.color:
            return self._styled(kind, text)
        before, after = _MARKS[kind]
        return f"{before}{text}{after}"

    def _bold(self, text: str) -> str:
        return click.style(text, bold=True) if self.color else text

    def _dim(self, text: str) -> str:
        return click.style(text, dim=True) if self.color else text


def _runs(text: str, kinds: str) -> Iterator[tuple[str, str]]:
    """Yield stretches of text of one kind."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or kinds[at] != kinds[start]:
            yield kinds[start], text[start:at]
            start = at
