"""Plain data as Markdown: escaped text, tables, code, prompts."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]{}#|])")
_FENCE = re.compile(r"`{3,}")
_NO_ANCHOR = re.compile(r"[^\w\- ]")


def plain(text: object) -> str:
    """Return text that Markdown shows as it is."""
    escaped = html.escape(str(text), quote=False)
    return _SPECIAL.sub(r"\\\1", escaped).replace("\n", "<br>")


def code(text: object) -> str:
    """Return a short piece of code that may also stand in a table."""
    return f"<code>{html.escape(str(text), quote=False).replace('|', '&#124;')}</code>"


def fenced(text: str, language: str = "text") -> str:
    """Return a block of code, behind a fence that the text itself does not have."""
    longest = max((len(found) for found in _FENCE.findall(text)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


def folded(title: str, content: str, kind: str = "example") -> str:
    """Return a block of a kind that opens when its title is clicked."""
    body = "".join(f"    {line}".rstrip() + "\n" for line in content.splitlines())
    return f'??? {kind} "{title.replace(chr(34), chr(39))}"\n\n{body}\n'


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of ready cells; nothing when there are no rows."""
    lines = [f"| {' | '.join(cells)} |" for cells in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}", *lines]) + "\n"


def anchor(heading: str) -> str:
    """Return the anchor that the site gives a heading."""
    return re.sub(r"[-\s]+", "-", _NO_ANCHOR.sub("", heading.lower()).strip())


def page(*blocks: str) -> str:
    """Return blocks as one page, each after an empty line; empty ones leave no trace."""
    return "\n\n".join(block.strip("\n") for block in blocks if block.strip()) + "\n"
