"""Links for people without access: a person makes one of some pictures, sees all of them, and withdraws them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from prompt_kit.errors import NotFoundError, PromptKitError
from prompt_kit.record.runs.listing import summary
from prompt_kit.record.shares import add_share, share_of, shares, withdraw
from prompt_kit.studio.access import person_of
from prompt_kit.studio.pages import page
from prompt_kit.studio.roles import check_share, sees_others
from prompt_kit.studio.runfiles import picture_file, run_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prompt_kit.record.shares import Share
    from prompt_kit.studio.studio import Studio

router = APIRouter()

DAYS: Final = frozenset({"7", "30"})
"""For how many days a link may be made, as its form says it; else it is there until it is withdrawn."""

_PARTS: Final = 3
"""An address of a picture has day, name of the run, and file name."""


@router.get("/shares")
def all_shares(request: Request) -> HTMLResponse:
    """Show every link that was made."""
    return page(request, "shares.html", shares=_visible_shares(request), host=request.base_url)


@router.post("/shares")
async def share(request: Request) -> Response:
    """Make a link of the chosen pictures."""
    form = await request.form()
    chosen = [str(name) for name in form.getlist("pictures")]
    days = str(form.get("days") or "")
    until = datetime.now(UTC) + timedelta(days=int(days)) if days in DAYS else None
    made = await run_in_threadpool(_share, request, chosen, with_prompt=form.get("with_prompt") == "yes", until=until)
    return RedirectResponse(f"/shares/{made.token}", 303)


@router.get("/shares/{token}")
def one_share(request: Request, token: str) -> HTMLResponse:
    """Show a link, for copying."""
    shown = share_of(_root(request), token)
    check_share(request, shown)
    proofs = 0 if shown.with_prompt else sum(_is_proof(request, picture.run) for picture in shown.pictures)
    return page(request, "share.html", share=shown, proofs=proofs, host=request.base_url)


@router.post("/shares/{token}/withdraw")
def close(request: Request, token: str) -> Response:
    """Close a link for good."""
    check_share(request, share_of(_root(request), token))
    withdraw(_root(request), token, person=person_of(request))
    return RedirectResponse("/shares", 303)


def _visible_shares(request: Request) -> list[Share]:
    """Return the links that a person may see."""
    own, everything = person_of(request), sees_others(request)
    return [share for share in shares(_root(request)) if everything or share.person == own]


def _share(request: Request, chosen: Sequence[str], *, with_prompt: bool, until: datetime | None) -> Share:
    paths = [_picture(request, name) for name in chosen]
    return add_share(_root(request), paths, with_prompt=with_prompt, person=person_of(request), until=until)


def _picture(request: Request, name: str) -> Path:
    parts = name.split("/")
    if len(parts) != _PARTS:
        raise NotFoundError("picture", name)
    return picture_file(request, *parts)


def _is_proof(request: Request, run: str) -> bool:
    """Return whether the pictures of a run are proofs, in which the prompt stands."""
    studio: Studio = request.app.state.studio
    try:
        return summary(run_folder(request, *run.split("/", 1))).generator in studio.proof_generators
    except PromptKitError:
        return False


def _root(request: Request) -> Path:
    studio: Studio = request.app.state.studio
    return studio.kit.project.runs_folder
