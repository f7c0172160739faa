"""Makes pages of their templates, with what every page shows at its head."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from prompt_kit.prompt.settings import ROLES
from prompt_kit.studio.access import form_token_for, is_sure, person_of
from prompt_kit.studio.fieldviews import in_words, with_labels
from prompt_kit.studio.naming import lower_first, name_of
from prompt_kit.studio.roles import to_decide
from prompt_kit.support.money import on_pages, several_on_pages
from prompt_kit.support.text import harmless, visible
from prompt_kit.support.words import spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from fastapi import Request

FOLDER: Final = Path(__file__).parent
STATIC: Final = FOLDER / "static"

_MEGABYTE: Final = 1_000_000

PAGES: Final = Environment(
    loader=FileSystemLoader(FOLDER / "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(request: Request, template: str, status: int = 200, *, block: str = "", **shown: Any) -> HTMLResponse:
    """Return a page, or one block of it.

    Args:
        request: For whom it is.
        template: The name of its file.
        status: The status of the answer.
        block: The only block that is wanted, for a part of a page.
        **shown: What the template shows.
    """
    return HTMLResponse(drawn(request, template, block=block, **shown), status)


def drawn(request: Request, template: str, *, block: str = "", **shown: Any) -> str:
    """Return the text of a page, or of one block of it."""
    state = request.app.state
    common = {
        "form_token": form_token_for(request),
        "is_sure": is_sure(request),
        "may_approve": state.studio.kit.project.may("approve", person_of(request)),
        "may_write": state.studio.kit.project.may("write", person_of(request)),
        "studio": state.studio,
        "person": person_of(request),
        "path": request.url.path,
        "to_decide": partial(to_decide, request),
    }
    made = PAGES.get_template(template)
    if not block:
        return made.render(common | shown)
    return "".join(made.blocks[block](made.new_context(common | shown)))


def is_part(request: Request) -> bool:
    """Return whether htmx asks, which puts the answer into a part of the page."""
    return "hx-request" in request.headers


@cache
def asset(name: str) -> str:
    """Return the address of one of our own files; it changes with the content, so that browsers may keep it."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?{digest}"


def _price(amount: Decimal | None, count: int = 1) -> str:
    """Return as people read it what one picture costs, or several of them."""
    return "price unknown" if amount is None else several_on_pages(amount, count) if amount else "free"


def _when(at: datetime | None) -> str:
    """Return a moment as people read it, in the time of this computer."""
    return f"{at.astimezone():%d %b %Y, %H:%M}" if at else ""


def _also(names: Sequence[str], chosen: str) -> list[str]:
    """Return names to choose from, with the chosen one even where there is nothing of it."""
    return sorted({*names, chosen} - {""}, key=str.casefold)


def _size(count: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{count / 1_000_000:.1f} MB" if count >= _MEGABYTE else f"{max(1, round(count / 1000))} kB"


PAGES.filters |= {
    "size": _size,
    "price": _price,
    "left": on_pages,
    "when": _when,
    "spoken": spoken,
    "lower_first": lower_first,
    "in_words": in_words,
    "with_labels": with_labels,
}
PAGES.filters |= {"visible": visible, "harmless": harmless}
PAGES.globals |= {"also": _also, "asset": asset, "name_of": name_of, "roles": ROLES}
