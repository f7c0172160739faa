"""All runs, the newest first, narrowed as a person chooses; to the own ones where there are others' as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse  # noqa: TC002 - FastAPI reads the annotations

from prompt_kit.studio.access import person_of
from prompt_kit.studio.narrowing import REVIEW_STATES, RUN_STATES, narrowing
from prompt_kit.studio.pages import is_part, page
from prompt_kit.studio.roles import narrowed, shown_choices

if TYPE_CHECKING:
    from prompt_kit.studio.studio import Studio

router = APIRouter()

AT_ONCE: Final = 24
"""So many runs are shown before "Show more"."""


@router.get("/history")
def history(request: Request, cursor: str = "") -> HTMLResponse:
    """Show the runs, or the next ones of them for the end of the list."""
    studio: Studio = request.app.state.studio
    choices, own = shown_choices(request, studio.kit.history_choices()), person_of(request)
    chosen = narrowing(request.query_params)
    has_others = own in choices.persons and len(choices.persons) > 1
    if has_others and not chosen.person and not chosen.everybody:
        chosen = chosen.of(own)
    listed = studio.kit.history(**narrowed(request, chosen.wanted), limit=AT_ONCE, cursor=cursor)
    shown: dict[str, Any] = {"chosen": chosen, "listed": listed, "states": RUN_STATES, "reviews": REVIEW_STATES}
    if is_part(request):
        return page(request, "runs.html", **shown)
    return page(
        request,
        "history.html",
        422 if chosen.problems else 200,
        **shown,
        choices=choices,
        has_others=has_others,
        problems={problem.parameter: problem.message for problem in chosen.problems},
        later=bool(cursor),
    )
