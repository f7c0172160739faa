"""The page of one picture: looked at closely, decided on, downloaded, changed, and with all its versions."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from prompt_kit.errors import InputError, PromptKitError
from prompt_kit.pixels.channels import CHANNELS, fit
from prompt_kit.studio.access import person_of
from prompt_kit.studio.looking import run_view, size_of
from prompt_kit.studio.pages import page
from prompt_kit.studio.roles import sees_others
from prompt_kit.studio.runfiles import picture_file
from prompt_kit.studio.watching import orders_of
from prompt_kit.support.heads import sniff

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.record.versions import Version
    from prompt_kit.studio.looking import PictureView, RunView
    from prompt_kit.studio.studio import Studio

router = APIRouter()


@router.get("/runs/{day}/{name}/{picture}")
def picture(request: Request, day: str, name: str, picture: str) -> HTMLResponse:
    """Show one picture."""
    return picture_page(request, picture_file(request, day, name, picture))


@router.post("/runs/{day}/{name}/{picture}/review")
async def review(request: Request, day: str, name: str, picture: str) -> Response:
    """Approve a picture, reject it or comment on it."""
    sent = await request.form()
    path = picture_file(request, day, name, picture)
    reason = str(sent.get("reason") or "").replace("\r\n", "\n").strip()
    verdict: Any = str(sent.get("verdict") or "")
    studio: Studio = request.app.state.studio
    try:
        await run_in_threadpool(
            studio.kit.review, path.parent, picture, verdict, person=person_of(request), reason=reason
        )
    except InputError as error:
        shown = {"reason": reason, "review_problem": str(error)}
        return await run_in_threadpool(picture_page, request, path, 422, **shown)
    return RedirectResponse(f"/runs/{day}/{name}/{picture}#review", 303)


def picture_page(request: Request, path: Path, status: int = 200, **shown: Any) -> HTMLResponse:
    """Return the page of a picture.

    Args:
        request: For whom it is.
        path: The file of the picture.
        status: The status of the answer.
        **shown: What was typed, and what was wrong with it.
    """
    studio: Studio = request.app.state.studio
    run = run_view(studio, path.parent)
    own = run.picture(path.name)
    width, height = size_of(path)
    with path.open("rb") as file:
        kind = sniff(file.read(64)) or ""
    typed = {"reason": "", "review_problem": "", "change": "", "change_problem": "", "judged": None}
    return page(
        request,
        "picture.html",
        status,
        **(
            typed
            | {
                "run": run,
                "own": own,
                "width": width,
                "height": height,
                "kind": kind.partition("/")[2].upper(),
                "bytes": path.stat().st_size,
                "fits": [fit(width, height, channel) for channel in CHANNELS.values()] if width and height else [],
                "done": run.done(own),
                "neighbours": neighbours(run, own),
                "versions": versions_of(request, own),
                "orders": orders_of(request, own.address),
                "draft": own.address,
                "order": secrets.token_urlsafe(16),
            }
            | shown
        ),
    )


def neighbours(run: RunView, own: PictureView) -> tuple[PictureView | None, PictureView | None]:
    """Return the pictures before and after one in its run."""
    before = next((view for view in reversed(run.results) if view.number < own.number), None)
    after = next((view for view in run.results if view.number > own.number), None)
    return before, after


def versions_of(request: Request, own: PictureView) -> tuple[Version, ...]:
    """Return all versions of a picture, each before those that were made from it; none when they cannot be read.

    Those of others are left out where a person sees only the own.
    """
    studio: Studio = request.app.state.studio
    person, everything = person_of(request), sees_others(request)
    try:
        versions: tuple[Version, ...] = studio.kit.versions(own.run, own.name)
    except PromptKitError:
        return ()
    visible = tuple(version for version in versions if everything or version.run.person == person)
    return visible if len(visible) > 1 else ()
