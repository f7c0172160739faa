"""The page of a form's pictures: those of all its runs and what became of them, and all of them in one file."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from prompt_kit.errors import NotFoundError, PromptKitError
from prompt_kit.studio.access import person_of
from prompt_kit.studio.downloading import zip_of
from prompt_kit.studio.looking import pictures_of, run_view
from prompt_kit.studio.narrowing import REVIEW_STATES
from prompt_kit.studio.pages import page
from prompt_kit.studio.reviewing import cases_of, in_order
from prompt_kit.studio.runfiles import run_folder, spoken_name
from prompt_kit.support.money import total

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.record.index import PictureSet
    from prompt_kit.studio.looking import PictureView, RunView
    from prompt_kit.studio.studio import Studio

router = APIRouter()


@router.get("/sets/{day}/{name}")
def form_pictures(request: Request, day: str, name: str) -> Response:
    """Show the pictures of the form that a run was ordered from."""
    own = run_view(request.app.state.studio, run_folder(request, day, name))
    runs = [run_view(request.app.state.studio, folder) for folder in folders_of_set(request, own.whole)]
    if len(runs) == 1:
        return RedirectResponse(f"/runs/{own.id}", 303)
    cases = sorted((case for run in runs for case in cases_of(request, run)), key=in_order)
    return _shown(request, own, runs, cases=cases)


@router.get("/sets/{day}/{name}/all.zip")
def all_pictures(request: Request, day: str, name: str) -> Response:
    """Return the pictures of a form with their sidecars, packed while they are sent."""
    folder = run_folder(request, day, name)
    own = run_view(request.app.state.studio, folder)
    runs = [run_view(request.app.state.studio, other) for other in folders_of_set(request, own.whole)]
    pictures = sorted((picture for run in runs for picture in run.pictures), key=lambda picture: picture.key)
    if not pictures:
        raise NotFoundError("picture", f"{day}/{name}", way_out="The form has no pictures.")
    return zip_of(request, spoken_name(request, folder), [picture.path for picture in pictures])


def _shown(request: Request, own: RunView, runs: list[RunView], **more: Any) -> HTMLResponse:
    made = [run for run in runs if run.id in own.whole.runs]
    return page(
        request,
        "set.html",
        own=own,
        runs=runs,
        pictures=sorted((picture for run in runs for picture in run.results), key=lambda picture: picture.key),
        total=sum(len(run.results) for run in made),
        cost=total(run.summary.cost for run in runs),
        form=form_of(request, own),
        back=urlencode({"set": own.id}),
        run_id=own.id,
        review_names=REVIEW_STATES,
        **more,
    )


def folders_of_set(request: Request, whole: PictureSet) -> list[Path]:
    """Return the folders of a form's runs and of those that changed their pictures, as far as a person sees them."""
    folders = []
    for run in (*whole.runs, *whole.later):
        with suppress(NotFoundError):
            folders.append(run_folder(request, *run.split("/", 1)))
    return folders


def set_pictures(request: Request, run: RunView) -> tuple[PictureView, ...]:
    """Return the pictures of a run's form in their order; of changed ones those of this run, where it has several."""
    pictures = list(run.results) if run.version == 1 or len(run.results) > 1 else []
    for name in run.whole.runs:
        if name != run.id:
            with suppress(NotFoundError):
                pictures += pictures_of(run.whole, run_folder(request, *name.split("/", 1)))
    return tuple(sorted(pictures, key=lambda picture: picture.key))


def form_of(request: Request, run: RunView) -> str:
    """Return the address of the form that a run comes from, as it is now, or filled in as it was; empty without one.

    Of a refinement, it is the form of the picture that was changed first.
    """
    studio: Studio = request.app.state.studio
    first = run.first
    if first is None or not studio.has_recipe(first.recipe):
        return ""
    with suppress(PromptKitError):
        studio.kit.drafts.load(person_of(request), first.draft)
        return f"/make/{first.recipe}?draft={first.draft}"
    return f"/make/{first.recipe}?run={first.run}"
