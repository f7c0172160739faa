"""Finds the settings of a picture that was made here, or of its sidecar, so that they can be used again."""

from __future__ import annotations

import hashlib
import json
import math
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from prompt_kit.errors import InputError, NotFoundError, PromptKitError
from prompt_kit.pixels.xmp import derived_from
from prompt_kit.record.runs import open_run
from prompt_kit.studio.access import person_of
from prompt_kit.studio.gallery import PURPOSES
from prompt_kit.studio.pages import page
from prompt_kit.studio.roles import check_run, check_upload, narrowed
from prompt_kit.studio.runfiles import run_folder
from prompt_kit.support.heads import sniff

if TYPE_CHECKING:
    from datetime import datetime

    from prompt_kit.recipe.fields import Field
    from prompt_kit.recipe.library import Head
    from prompt_kit.record.uploads import Upload
    from prompt_kit.studio.studio import Studio

router = APIRouter()

OF_RUN: Final = "made_by"
"""Names in addresses of forms the run that made the picture with which somebody began."""

MOST_FIRST: Final = 6
"""So many things to do with a photo are offered at once; people choose faster from a few."""

UNKNOWN: Final = (
    "No run here has made this picture. Apps and websites often save pictures anew, and then they are no longer known:"
    " use the file as it was downloaded here, or the .json file beside it. The history shows every run, too."
)
"""The message for a picture that is in no run."""

_OF_ELSEWHERE: Final = "This file belongs to the run '{run}', which is not in this project. Open it in its own project."
_NEITHER: Final = (
    "This is neither a picture nor the .json file beside one. Choose a PNG, JPEG or WebP that was made here."
)


@dataclass(frozen=True, slots=True)
class PhotoCard:
    """Something that can become of a person's photo."""

    name: str
    head: Head
    slot: Field
    """Where the photo goes."""

    @property
    def gets(self) -> str:
        """What one gets, in a line."""
        return self.head.with_photo or self.head.summary


@router.post("/again")
async def again(request: Request) -> Response:
    """Open the form with the settings of a picture or sidecar."""
    sent = (await request.form()).get("file")
    data, name = b"", ""
    if isinstance(sent, UploadFile):
        data, name = await sent.read(), sent.filename or "photo"
        await sent.close()
    try:
        run, recipe = await run_in_threadpool(_run_of, request, data)
    except PromptKitError as error:
        if sniff(data):
            with suppress(PromptKitError):
                return await run_in_threadpool(_own_photo, request, data, name)
        return page(request, "problem.html", 422, title="The settings could not be read", message=str(error))
    key = await run_in_threadpool(_kept_photo, request, data, name)
    return RedirectResponse(f"/make/{recipe}?{urlencode({'run': run, OF_RUN: run, 'photo': key})}", 303)


@dataclass(frozen=True, slots=True)
class BegunWith:
    """The picture made here whose settings fill in a form."""

    run: str
    started: datetime | None
    title: str
    """What its recipe is called."""
    photo: str
    """Its id as an upload, by which it can be used as an own photo; empty where only its record came."""


def begun_with(request: Request) -> BegunWith | None:
    """Return the picture with which somebody began a form, as its address names it; ``None`` where there is none."""
    run, photo = (request.query_params.get(name, "") for name in (OF_RUN, "photo"))
    if not run:
        return None
    studio = _studio(request)
    try:
        check_run(request, run)
        summary = open_run(run, studio.kit.project.runs_folder).summary
    except PromptKitError:
        return None
    return BegunWith(summary.id, summary.started, studio.title(summary.recipe), photo)


def _kept_photo(request: Request, data: bytes, name: str) -> str:
    """Keep a picture that was made here, too, so that it can be used as an own photo; return its id, or nothing."""
    if not sniff(data):
        return ""
    try:
        return _studio(request).kit.uploads.add(data, name=name, person=person_of(request)).id
    except PromptKitError:
        return ""


def _own_photo(request: Request, data: bytes, name: str) -> Response:
    """Return the page that says what can be done with a picture that was not made here.

    Raises:
        InputError: When it cannot be used.
    """
    return _photo_page(request, _studio(request).kit.uploads.add(data, name=name, person=person_of(request)))


@router.get("/photos/{key}")
def own_photo(request: Request, key: str) -> Response:
    """Show what can be done with a picture that is used as an own photo, wherever it was made."""
    check_upload(request, key)
    return _photo_page(request, _studio(request).kit.uploads.get(key))


def _photo_page(request: Request, upload: Upload) -> Response:
    first, more = photo_cards(_studio(request), person_of(request))
    return page(request, "ownphoto.html", upload=upload, first=first, more=more)


def photo_cards(studio: Studio, person: str) -> tuple[list[PhotoCard], list[PhotoCard]]:
    """Return what can become of a person's own photo: what most people want, and then everything else.

    First come the recipes that the person used last, then those that say what becomes of a photo, in the order that
    their files say.
    """
    used = {name: number for number, name in enumerate(studio.kit.preferences.of(person).used)}
    heads = {name: head for kind in ("preset", "recipe") for name, head in studio.library.heads(kind).items()}
    slots = {name: slot for name in heads if (slot := _first_slot(studio, name)) is not None}
    cards = [PhotoCard(name, heads[name], slot) for name, slot in slots.items()]
    purposes = list(PURPOSES)

    def order(card: PhotoCard) -> tuple[bool, int, float, int, str]:
        head = card.head
        place = purposes.index(head.category) if head.category in purposes else len(purposes)
        used_last = used.get(card.name, len(used))
        return not head.with_photo, used_last, head.with_photo_place or math.inf, place, head.title

    cards.sort(key=order)
    first = [card for card in cards if card.head.with_photo][:MOST_FIRST]
    return first, [card for card in cards if card not in first]


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
