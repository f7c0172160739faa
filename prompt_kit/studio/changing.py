"""Changes a picture by words: what will be sent, and the order; the result is a run of its own."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from prompt_kit.errors import InputError, PromptKitError
from prompt_kit.record.placed import PlacedOrder
from prompt_kit.refining import RECIPE, WHOLE, Refinement, refinement_of
from prompt_kit.studio.access import person_of
from prompt_kit.studio.pages import page
from prompt_kit.studio.picturepage import picture_page
from prompt_kit.studio.runfiles import picture_file
from prompt_kit.work import planning

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.datastructures import FormData

    from prompt_kit.studio.studio import Studio
    from prompt_kit.work.orders import Item

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a picture, judged and priced; nothing was sent or saved."""

    ready: Refinement
    item: Item

    @property
    def notes(self) -> tuple[str, ...]:
        """What to read before it is sent."""
        return (*self.ready.warnings, *self.item.warnings)


def change_of(studio: Studio, path: Path, words: str, person: str, *, whole: bool = False) -> Change:
    """Return what a change of a picture comes to.

    Args:
        studio: Where it is made.
        path: The picture.
        words: What changes.
        person: For whom it is made.
        whole: Whether the whole picture may change, though it was made with a mask.

    Raises:
        InputError: With everything that keeps it from being made.
    """
    ready = refinement_of(path, words, {"project": studio.kit.project, "whole": whole})
    item = planning.plan(
        [replace(ready.order, person=person)], project=studio.kit.project, generator=studio.generator
    ).items[0]
    if item.refusals:
        raise InputError(item.refusals)
    return Change(ready, item)


@router.post("/runs/{day}/{name}/{picture}/change/preview")
async def preview(request: Request, day: str, name: str, picture: str) -> HTMLResponse:
    """Show what a change comes to; nothing is spent."""
    sent = await request.form()
    return await run_in_threadpool(_preview, request, picture_file(request, day, name, picture), sent)


@router.post("/runs/{day}/{name}/{picture}/change")
async def change(request: Request, day: str, name: str, picture: str) -> Response:
    """Order a change of a picture, or show first what it comes to."""
    sent = await request.form()
    path = picture_file(request, day, name, picture)
    words, whole = _words(sent), bool(sent.get(WHOLE))
    studio, person = request.app.state.studio, person_of(request)
    try:
        judged = await run_in_threadpool(change_of, studio, path, words, person, whole=whole)
        if sent.get("see"):
            return await run_in_threadpool(picture_page, request, path, change=words, whole=whole, judged=judged)
        order = _order(request, judged, sent)
        await request.app.state.runner.place(order, judged.ready.prompt)
    except InputError as error:
        wrong = "Say what should be different." if not words else str(error)
        typed = {"change": words, "whole": whole, "change_problem": wrong}
        return await run_in_threadpool(picture_page, request, path, 422, **typed)
    return RedirectResponse(f"/runs/{order.refines}#result" if order.refines else f"/orders/{order.token}", 303)


def _preview(request: Request, path: Path, sent: FormData) -> HTMLResponse:
    words, judged, problem = _words(sent), None, ""
    if words:
        try:
            whole = bool(sent.get(WHOLE))
            judged = change_of(request.app.state.studio, path, words, person_of(request), whole=whole)
        except PromptKitError as error:
            problem = str(error)
    return page(request, "change.html", judged=judged, change_problem=problem)


def _order(request: Request, judged: Change, sent: FormData) -> PlacedOrder:
    return PlacedOrder(
        token=str(sent.get("order") or secrets.token_urlsafe(16)),
        recipe=RECIPE,
        prompt=judged.ready.prompt.to_dict(),
        count=1,
        generator=judged.item.generator,
        person=person_of(request),
        parent=judged.ready.order.parent,
        parent_picture=judged.ready.order.parent_picture,
    )


def _words(sent: FormData) -> str:
    """Return the change as it was typed; browsers end lines with a carriage return, too."""
    return str(sent.get("change") or "").replace("\r\n", "\n").strip()
