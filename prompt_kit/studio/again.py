"""Finds the settings of a picture that was made here, or of its sidecar, so that they can be used again."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from prompt_kit.errors import InputError, NotFoundError, PromptKitError
from prompt_kit.pixels.xmp import derived_from
from prompt_kit.record.runs import open_run
from prompt_kit.studio.access import person_of
from prompt_kit.studio.pages import page
from prompt_kit.studio.roles import narrowed
from prompt_kit.studio.runfiles import run_folder
from prompt_kit.support.heads import sniff

if TYPE_CHECKING:
    from prompt_kit.recipe.fields import Field
    from prompt_kit.studio.studio import Studio

router = APIRouter()

UNKNOWN: Final = (
    "No run here has made this picture. Apps and websites often save pictures anew, and then they are no longer known:"
    " use the file as it was downloaded here, or the .json file beside it. The history shows every run, too."
)
"""The message for a picture that is in no run."""

_OF_ELSEWHERE: Final = "This file belongs to the run '{run}', which is not in this project. Open it in its own project."
_NEITHER: Final = (
    "This is neither a picture nor the .json file beside one. Choose a PNG, JPEG or WebP that was made here."
)


@router.post("/again")
async def again(request: Request) -> Response:
    """Open the form with the settings of a picture or sidecar."""
    sent = (await request.form()).get("file")
    data = b""
    if isinstance(sent, UploadFile):
        data = await sent.read()
        await sent.close()
    try:
        run, recipe = await run_in_threadpool(_run_of, request, data)
    except PromptKitError as error:
        if sniff(data):
            with suppress(PromptKitError):
                return await run_in_threadpool(_own_photo, request, data)
        return page(request, "problem.html", 422, title="The settings could not be read", message=str(error))
    return RedirectResponse(f"/make/{recipe}?run={run}", 303)


def _own_photo(request: Request, data: bytes) -> Response:
    """Return the page that says what can be done with a picture that was not made here.

    Raises:
        InputError: When it cannot be used.
    """
    studio = _studio(request)
    upload = studio.kit.uploads.add(data, name="photo", person=person_of(request))
    library = studio.library
    cards = {name: head for kind in ("recipe", "preset") for name, head in library.heads(kind).items()}
    usable = [(name, head, slot) for name, head in cards.items() if (slot := _first_slot(studio, name))]
    order = ["photography", "marketing", "editing", "people"]
    usable.sort(key=lambda entry: (order.index(entry[1].category) if entry[1].category in order else 9, entry[1].title))
    return page(request, "ownphoto.html", upload=upload, usable=usable)


def _first_slot(studio: Studio, name: str) -> Field | None:
    try:
        form = studio.recipe(name).form
    except PromptKitError:
        return None
    return next((field for field in form.fields if field.is_slot and field.role not in {"mask", "style"}), None)


def _run_of(request: Request, data: bytes) -> tuple[str, str]:
    """Return the run of a picture or sidecar, and its recipe.

    Raises:
        InputError: When it is of no run here.
    """
    if not data:
        raise InputError("No file was chosen. Choose a picture that was made here.")
    if sniff(data):
        return _of_picture(request, data)
    run = _named_in(data)
    try:
        opened = open_run(run_folder(request, *run.split("/", 1)), _studio(request).kit.project.runs_folder)
    except NotFoundError as error:
        raise InputError(_OF_ELSEWHERE.format(run=run[:80])) from error
    return opened.summary.id, opened.fields.recipe


def _of_picture(request: Request, data: bytes) -> tuple[str, str]:
    """Return the run of a picture, or of that from which it was made here.

    Raises:
        InputError: When no run has it.
    """
    for sha256 in (hashlib.sha256(data).hexdigest(), derived_from(data)):
        pictures = _studio(request).kit.pictures(**narrowed(request, {"sha256": sha256})).pictures if sha256 else ()
        for picture in pictures:
            if picture.recipe:  # the record of its run can be read
                return picture.run, picture.recipe
    raise InputError(UNKNOWN)


def _studio(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


def _named_in(data: bytes) -> str:
    """Return the id of the run that a sidecar names.

    Raises:
        InputError: When it is no sidecar.
    """
    try:
        said: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(_NEITHER) from error
    run = said.get("run") if isinstance(said, dict) else None
    day, _, name = run.partition("/") if isinstance(run, str) else ("", "", "")
    if not (day.replace("-", "").isdecimal() and name.replace("-", "").isalnum() and name.isascii()):
        raise InputError(_NEITHER)
    return f"{day}/{name}"
