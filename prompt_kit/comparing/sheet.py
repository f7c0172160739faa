"""Writes a comparison as one page with all its pictures, which needs nothing but a browser."""

from __future__ import annotations

import os
from html import escape
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from prompt_kit.comparing.axes import MOST_AXES
from prompt_kit.comparing.wording import wording
from prompt_kit.pixels.thumbnails import LONGEST, Thumbnail, thumbnail
from prompt_kit.support.money import dollars
from prompt_kit.support.pages import document, embedded
from prompt_kit.support.text import counted, harmless, shortened
from prompt_kit.support.words import capital, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.comparing.axes import Axis, Value
    from prompt_kit.comparing.results import CellPicture, CellResult, Comparison
    from prompt_kit.comparing.wording import Own, Wording

_MOST_SHOWN: Final = 12
"""Most pictures of a cell that are shown; the others are only in its folder."""

_COLUMNS: Final = 4
"""Most cells beside each other where there is but one axis."""

_WIDE: Final = 2.2
_TALL: Final = 0.45
"""From these shapes on (width by height), cells are laid out wider or narrower."""

_LONG: Final = 1_500
"""A prompt with more characters is folded up, so that the pictures come into view."""

_LONGEST_LABEL: Final = 160


def sheet(comparison: Comparison, place: Path) -> str:
    """Return the whole page; it asks no other file or server for anything.

    Args:
        comparison: What was made.
        place: The folder the page will stand in; its links to the pictures start from there.
    """
    return document(_title(comparison), Path(__file__).with_name("sheet.css"), _SheetBody(comparison, place).body())


def _title(comparison: Comparison) -> str:
    table = comparison.table
    return f"{table.given.recipe.title}: {' × '.join(axis.title for axis in table.axes)}"


class _SheetBody:
    """The page while it is put together."""

    def __init__(self, comparison: Comparison, place: Path) -> None:
        self.comparison, self.table, self.place = comparison, comparison.table, place
        planned = [result.cell for result in comparison.results if result.cell.plan is not None]
        self.wording: Wording = wording([cell.plan.prompt for cell in planned if cell.plan])
        self.own = {cell.number: own for cell, own in zip(planned, self.wording.own, strict=True)}
        self.small: dict[Path, Thumbnail | None] = {}
        warnings = [set(result.warnings) for result in comparison.results if result.status is not None]
        self.for_all = set.intersection(*warnings) if len(warnings) > 1 else set()

    def body(self) -> Iterator[str]:
        """Yield the page's lines."""
        yield from self._header()
        yield f'<main class="{self._shape()}">'
        yield from self._prompt()
        axes = sorted(self.table.axes, key=lambda axis: len(axis.values), reverse=True)
        if len(axes) == MOST_AXES:
            yield from self._crossed(*axes)
        else:
            yield from self._listed(axes[0])
        yield "</main>"

    def _header(self) -> Iterator[str]:
        comparison = self.comparison
        pictures = sum(len(result.pictures) for result in comparison.results if result.cell.same_as is None)
        left = sum(not result.ok for result in comparison.results)
        facts = [counted(len(comparison.results), "cell"), counted(pictures, "picture"), self._total()]
        facts += [f"{left} without a picture"] if left else []
        facts.append(f"{comparison.started.astimezone():%d %B %Y, %H:%M}".lstrip("0"))
        yield "<header>"
        yield f"<h1>{escape(_title(comparison))}</h1>"
        yield f'<p class="sum">{" · ".join(map(escape, facts))}</p>'
        yield from (
            f'<p class="note">{escape(harmless(note))}</p>' for note in (*comparison.notes, *sorted(self.for_all))
        )
        yield "</header>"

    def _total(self) -> str:
        cost, estimate = self.comparison.cost, self.table.estimate
        expected = f", about {dollars(estimate)} expected" if estimate else ""
        return f"{dollars(cost)}{expected}" if cost is not None else f"cost not fully known{expected}"

    def _shape(self) -> str:
        shapes = [picture.width / picture.height for picture in self._all_pictures() if picture.height]
        middle = median(shapes) if shapes else 1.0
        return "wide" if middle > _WIDE else "tall" if middle < _TALL else "plain"

    def _all_pictures(self) -> Iterator[CellPicture]:
        for result in self.comparison.results:
            yield from result.pictures

    def _crossed(self, down: Axis, along: Axis) -> Iterator[str]:
        """Yield a table: the longer axis goes down."""
        results = {self.table.coordinates(result.cell, (down, along)): result for result in self.comparison.results}
        yield '<div class="scroll" tabindex="0" role="region" aria-label="The pictures, side by side">'
        yield f'<table class="columns-{len(along.values)}">'
        yield f"<caption>{escape(down.title)} by {escape(along.title)}</caption>"
        yield f'<thead>\n<tr><th scope="col" class="axes">{escape(down.title)} ↓<br>{escape(along.title)} →</th>'
        yield from (f'<th scope="col">{_label(value)}</th>' for value in along.values)
        yield "</tr>\n</thead>\n<tbody>"
        for row, value in enumerate(down.values):
            yield f'<tr><th scope="row">{_label(value)}</th>'
            for column in range(len(along.values)):
                yield from ("<td>", *self._cell(results[row, column]), "</td>")
            yield "</tr>"
        yield "</tbody>\n</table>\n</div>"

    def _listed(self, axis: Axis) -> Iterator[str]:
        yield f'<h2 class="axis">{escape(axis.title)}</h2>'
        yield f'<ul class="cells columns-{min(len(axis.values), _COLUMNS)}">'
        for result in self.comparison.results:
            yield f"<li><h3>{_label(self.table.value(result.cell, axis))}</h3>"
            yield from self._cell(result)
            yield "</li>"
        yield "</ul>"

    def _cell(self, result: CellResult) -> Iterator[str]:
        if result.cell.plan is None:
            yield from _empty("Cannot be made", " ".join(result.cell.refusals), "refused")
            return
        if not result.ok:
            yield from _empty(_status(result), result.message, "failed")
        yield from self._pictures(result)
        yield from self._facts(result)
        if result.cell.same_as is not None:
            other = self.table.cells[result.cell.same_as].name
            yield f'<p class="quiet">The same request as {escape(harmless(other))}; it was made once.</p>'
        own_warnings = (warning for warning in result.warnings if warning not in self.for_all)
        yield from (f'<p class="warning">{escape(harmless(warning))}</p>' for warning in own_warnings)
        if result.text and not result.pictures:
            yield f'<blockquote dir="auto">{escape(harmless(shortened(result.text, 600)))}</blockquote>'
        yield from (_own(own) for own in self.own.get(result.cell.number, ()))

    def _pictures(self, result: CellResult) -> Iterator[str]:
        several = len(result.pictures) > 1
        if not result.pictures:
            return
        yield f'<div class="{"several" if several else "single"}">'
        for number, shown in enumerate(result.pictures[:_MOST_SHOWN], 1):
            which = f", picture {number} of {len(result.pictures)}" if several else ""
            yield self._picture(shown, f"{self._name(result)}{which}", LONGEST // (1 + several))
        yield "</div>"
        if len(result.pictures) > _MOST_SHOWN:
            yield f'<p class="quiet">And {len(result.pictures) - _MOST_SHOWN} more in its folder.</p>'

    def _name(self, result: CellResult) -> str:
        """Return the name of a cell's picture, for screen readers and as the text of a missing picture."""
        values = [(axis, self.table.value(result.cell, axis)) for axis in self.table.axes]
        differs = ", ".join(f"{axis.title.lower()} {shortened(value.label)}" for axis, value in values)
        return f"{self.table.given.recipe.title}, {differs}"

    def _picture(self, shown: CellPicture, name: str, longest: int) -> str:
        if shown.path not in self.small:
            self.small[shown.path] = thumbnail(shown.path, longest)
        small = self.small[shown.path]
        link = self._link(shown.path)
        if small is None:
            inner = f'<span class="unseen">{escape(name)}: {escape(shown.path.name)} cannot be shown here.</span>'
        else:
            size = f'width="{small.width}" height="{small.height}"'
            clear = ' class="clear"' if small.transparent else ""
            inner = f'<img src="{embedded("image/webp", small.data)}" {size}{clear} alt="{escape(harmless(name))}">'
        return f'<a href="{escape(link)}">{inner}</a>' if link else inner

    def _link(self, path: Path) -> str:
        """Return the way from the page to a picture; nothing where there is none, as from drive to drive."""
        try:
            way = os.path.relpath(path.resolve(), self.place.resolve())
        except (OSError, ValueError):
            return ""
        return quote(Path(way).as_posix())

    def _facts(self, result: CellResult) -> Iterator[str]:
        plan = result.cell.plan
        if plan is None:
            return
        facts = [plan.model.title or plan.model.id]
        facts += [plan.generator] if len(self.table.makers) > 1 or plan.generator != plan.model.generator else []
        if result.status is not None:
            facts.append("cost unknown" if result.cost is None else dollars(result.cost))
            if plan.free and plan.estimate is not None:
                facts[-1] += f" (the real one about {dollars(plan.estimate)})"
        sizes = dict.fromkeys(f"{picture.width} × {picture.height}" for picture in result.pictures if picture.width)
        facts += sizes
        facts += [f"{result.seconds:.1f} s"] if result.seconds is not None else []
        facts += self._settings(result)
        yield f'<p class="facts">{"".join(f"<span>{escape(fact)}</span>" for fact in facts)}</p>'

    def _settings(self, result: CellResult) -> Iterator[str]:
        """Yield the settings in which the cells differ though they are no axis: a value may bring some."""
        named = {axis.name for axis in self.table.axes} | {"model", "tier"}
        plans = [cell.plan for cell in self.table.cells if cell.plan]
        mine = result.cell.plan.prompt.settings.to_dict() if result.cell.plan else {}
        for name, value in mine.items():
            if name not in named and any(plan.prompt.settings.to_dict().get(name) != value for plan in plans):
                yield f"{spoken(name).lower()} {value}"

    def _prompt(self) -> Iterator[str]:
        common = self.wording.common
        if not any(piece.line for piece in common):
            yield '<p class="quiet prompt">The cells have no sentence in common.</p>'
            return
        length = sum(len(piece.line.text) for piece in common if piece.line)
        yield f'<details class="prompt"{" open" if length <= _LONG else ""}>\n<summary>The prompt</summary>'
        if any(piece.line is None for piece in common):
            yield '<p class="quiet">A number stands where the cells differ; what each says there is under it.</p>'
        paragraph = 0
        numbered = []
        for piece in common:
            paragraph += piece.begins
            numbered.append((paragraph, piece))
        for _, sentences in groupby(numbered, key=lambda pair: pair[0]):
            lines = [piece for _, piece in sentences]
            kind = next((piece.line.kind for piece in lines if piece.line), "text")
            words = " ".join(
                _place(piece.place) if piece.line is None else escape(harmless(piece.line.text)) for piece in lines
            )
            yield f'<p class="{kind}" dir="auto">{words}</p>'
        yield "</details>"


def _label(value: Value) -> str:
    label = escape(harmless(shortened(value.label, _LONGEST_LABEL)))
    written = escape(harmless(shortened(value.key, _LONGEST_LABEL)))
    differs = value.given is not None and value.key.casefold() != value.label.casefold()
    return f"{label} <code>{written}</code>" if differs else label


def _status(result: CellResult) -> str:
    if result.job:
        return "Waiting"
    if result.status is None:
        return "Not made"
    words = capital(str(result.status).replace("_", " "))
    return f"{words} ({result.reason})" if result.reason else words


def _empty(title: str, reason: str, kind: str) -> Iterator[str]:
    yield f'<div class="empty {kind}"><strong>{escape(harmless(title))}</strong>'
    yield f"<p>{escape(harmless(reason))}</p></div>"


def _own(own: Own) -> str:
    words = (
        f"<mark>{escape(harmless(span.text))}</mark>" if span.kind == "in" else escape(harmless(span.text))
        for span in own.spans
    )
    return f'<p class="own" dir="auto">{_place(own.place)} {"".join(words)}</p>'


def _place(number: int) -> str:
    return f'<b class="place">{number}</b>'
