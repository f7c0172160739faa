"""The page of one picture: looked at closely, decided on, downloaded, changed, and with all its versions."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from prompt_kit.errors import InputError, PromptKitError
from prompt_kit.record.reviews import reviews_in
from prompt_kit.record.reviews.pictures import with_reviews
from prompt_kit.refining import mask_for
from prompt_kit.studio.access import person_of
from prompt_kit.studio.looking import run_view, size_of
from prompt_kit.studio.offering import offer_of
from prompt_kit.studio.originals import photo_of
from prompt_kit.studio.pages import is_part, page
from prompt_kit.studio.reviewing import number_said
from prompt_kit.studio.roles import sees_others
from prompt_kit.studio.runfiles import kind_of, picture_file
from prompt_kit.studio.sets import form_of, set_pictures
from prompt_kit.studio.watching import orders_of, results_part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prompt_kit.record.reviews import ReviewState
    from prompt_kit.record.versions import Version
    from prompt_kit.studio.looking import PictureView
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
        said: dict[str, Any] = {"person": person_of(request), "reason": reason, "shown": number_said(sent.get("said"))}
        await run_in_threadpool(studio.kit.review, path.parent, picture, verdict, **said)
    except InputError as error:
        if is_part(request):
            return await run_in_threadpool(results_part, request, str(sent.get("about") or ""), str(error))
        shown = {"reason": reason, "review_problem": str(error)}
        return await run_in_threadpool(picture_page, request, path, 422, **shown)
    studio.count_again()
    if is_part(request):
        return await run_in_threadpool(results_part, request, str(sent.get("about") or ""))
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
    among = set_pictures(request, run)
    versions = shown_versions(request, own)
    typed = {"reason": "", "review_problem": "", "change": "", "change_problem": "", "judged": None, "whole": False}
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
                "kind": kind_of(path).partition("/")[2].upper(),
                "bytes": path.stat().st_size,
                "offer": offer_of(run, own),
                "form": form_of(request, run),
                "original": photo_of(run.first),
                "done": run.done(own),
                "kept": _kept_by_mask(studio, path),
                "among": among,
                "neighbours": neighbours(among, own),
                "versions": versions,
                "replacing": replacing(own, versions),
                "orders": orders_of(request, own.address),
                "draft": own.address,
                "order": secrets.token_urlsafe(16),
            }
            | shown
        ),
    )


@dataclass(frozen=True, slots=True)
class KeptByMask:
    """That changes of a picture keep the original outside its mask."""

    problem: str = ""
    """Why they cannot."""


def _kept_by_mask(studio: Studio, path: Path) -> KeptByMask | None:
    """Return what is to be said of the mask that a picture was made with; ``None`` when it had none."""
    try:
        return KeptByMask() if mask_for(path, studio.kit.project) else None
    except PromptKitError as error:
        return KeptByMask(str(error))


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """One version of a picture, with what was decided about it."""

    version: Version
    state: ReviewState
    replaced: bool
    """Whether a later version of this approved one is approved, too."""

    @property
    def number(self) -> int:
        """Its place in its line, from 1."""
        return self.version.depth + 1

    @property
    def address(self) -> str:
        """The run and the file name of the finished picture, as addresses have them."""
        return finished_address(self.version)


def finished_address(version: Version) -> str:
    """Return the run and the file name of the finished picture of a version, as addresses have them."""
    path = version.finished
    return f"{version.run.id}/{path.name if path else version.picture}"


def shown_versions(request: Request, own: PictureView) -> tuple[ShownVersion, ...]:
    """Return the versions of a picture with what was decided about each."""
    versions = versions_of(request, own)
    states = [_state_of(version) for version in versions]
    return tuple(
        ShownVersion(version, state, state == "approved" and _has_approved(versions, states, at))
        for at, (version, state) in enumerate(zip(versions, states, strict=True))
    )


def _has_approved(versions: Sequence[Version], states: Sequence[ReviewState], at: int) -> bool:
    """Return whether something that was made from a version is approved; each stands before those made from it."""
    later = takewhile(lambda other: versions[other].depth > versions[at].depth, range(at + 1, len(versions)))
    return any(states[other] == "approved" for other in later)


def _state_of(version: Version) -> ReviewState:
    path = version.finished
    if path is None:
        return "waiting"
    try:
        reviews = reviews_in(path.parent)
        return with_reviews(path, reviews).state if reviews else "waiting"
    except PromptKitError:  # the page of that picture says what is wrong
        return "waiting"


def replacing(own: PictureView, versions: Sequence[ShownVersion]) -> ShownVersion | None:
    """Return the newest approved version that was made from an approved picture; ``None`` when that one counts."""
    if own.state != "approved":
        return None
    later = [shown for shown in versions if shown.version.side == "after" and shown.state == "approved"]
    return max(later, key=lambda shown: (shown.version.run.id, shown.version.picture), default=None)


def neighbours(among: Sequence[PictureView], own: PictureView) -> tuple[PictureView | None, PictureView | None]:
    """Return the pictures before and after one among those of its form."""
    before = next((view for view in reversed(among) if view.key < own.key), None)
    after = next((view for view in among if view.key > own.key), None)
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
    own_versions = tuple(version for version in versions if everything or version.run.person == person)
    return own_versions if len(own_versions) > 1 else ()
