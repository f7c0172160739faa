"""Writes web pages as single files, without scripts, that load nothing from anywhere."""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# Pages hold words of models and of other people's recipes, so no script in them may run.
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"
"""The content security policy of a page; forms and base addresses have no fallback to ``default-src``."""


def document(title: str, style: Path, body: Iterable[str]) -> str:
    """Return a whole page.

    Args:
        title: What the browser's tab says, as plain text.
        style: The file of the page's own style, which comes after the one that all pages share.
        body: The lines of the page, as HTML.
    """
    shared = Path(__file__).with_name("pages.css")
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{shared.read_text('utf-8')}\n{style.read_text('utf-8')}</style>",
            *body,
            "",
        ]
    )


def embedded(media_type: str, data: bytes) -> str:
    """Return a picture as an address that holds its bytes."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"
