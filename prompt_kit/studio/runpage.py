"""The page of a run: what was asked, by whom, what it cost, and its pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse  # noqa: TC002 - FastAPI reads the annotations

from prompt_kit.studio.looking import run_view
from prompt_kit.studio.narrowing import REVIEW_STATES
from prompt_kit.studio.pages import page
from prompt_kit.studio.reviewing import cases_of
from prompt_kit.studio.runfiles import run_folder
from prompt_kit.studio.sets import form_of

if TYPE_CHECKING:
    from prompt_kit.studio.studio import Studio

router = APIRouter()


@router.get("/runs/{day}/{name}")
def run(request: Request, day: str, name: str) -> HTMLResponse:
    """Show a run."""
    studio: Studio = request.app.state.studio
    view = run_view(studio, run_folder(request, day, name))
    more: dict[str, Any] = {
        "cases": cases_of(request, view),
        "back": urlencode({"run": view.id}),
        "review_names": REVIEW_STATES,
        "among": len(view.whole.runs) + len(view.whole.later),
        "form": form_of(request, view),
    }
    return page(request, "run.html", run=view, run_id=view.id, **more)
