"""The pages on which recipes are written: the list, the texts with all that they come to, and saving."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from prompt_kit.errors import NotFoundError, PromptKitError
from prompt_kit.review.writing.saving import alone, changed, save
from prompt_kit.review.writing.starting import WAYS, beginning, from_values
from prompt_kit.review.writing.texts import copy_name, listed, names, written_text
from prompt_kit.studio.access import person_of
from prompt_kit.studio.filledin import filled_by_draft, filled_by_run
from prompt_kit.studio.pages import page
from prompt_kit.studio.roles import check_run
from prompt_kit.studio.written import FOLDER_OF, KIND_OF, Writing, accepted, opened, sent_writing, shown
from prompt_kit.support.worddiff import spans
from prompt_kit.support.words import spoken

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import FormData

    from prompt_kit.recipe.library import Library
    from prompt_kit.review.writing.starting import Beginning, FilledIn
    from prompt_kit.review.writing.texts import WrittenText
    from prompt_kit.studio.studio import Studio
    from prompt_kit.support.worddiff import Span

router = APIRouter()

_TURNS: Final[WeakValueDictionary[tuple[int, str], asyncio.Lock]] = WeakValueDictionary()
"""What makes each person's texts be tried one after another, so that nobody keeps the computer from others."""


@router.get("/write")
def write(request: Request) -> HTMLResponse:
    """Show all recipes, strategies, presets and templates, and the ways to begin a new one."""
    return _list_page(request)


@router.get("/write/new")
def new(request: Request) -> Response:
    """Show the texts with which a new file begins; nothing is saved."""
    studio, asked = _studio(request), request.query_params
    kind, name = asked.get("kind", "recipe"), asked.get("name", "").strip()
    filled = _filled(request)
    if filled is not None and not name:
        return _from_page(request, filled)
    try:
        began = _begun(studio.library, kind, name, filled, dict(asked))
    except PromptKitError as error:
        if filled is not None:
            return _from_page(request, filled, str(error))
        return _list_page(request, str(error))
    first = began.texts[0]
    return _edit_page(request, Writing(first.kind, first.name, began.texts, base=began.base), notes=began.notes)


@router.get("/write/{name}")
def of_recipe(request: Request, name: str) -> Response:
    """Lead to the page of a recipe or preset by its name alone."""
    library = _studio(request).library
    kind = "preset" if name in library.names("preset") and name not in library.names("recipe") else "recipe"
    written_text(library, kind, name)
    return RedirectResponse(f"/write/{FOLDER_OF[kind]}/{name}", 303)


@router.get("/write/{folder}/{name:path}")
def edit(request: Request, folder: str, name: str) -> HTMLResponse:
    """Show the texts of a file beside all that they come to; those that are not the project's own cannot be changed."""
    if folder not in KIND_OF:
        raise NotFoundError("folder", folder, KIND_OF)
    writing = opened(_studio(request).library, KIND_OF[folder], name)
    example = request.query_params.get("example", "")
    return _edit_page(request, replace(writing, example=example), saved="saved" in request.query_params)


@router.post("/write/try")
async def try_texts(request: Request) -> Response:
    """Show what unsaved texts come to; nothing is saved."""
    sent = await request.form()
    return await _in_turn(request, lambda: _tried(request, sent))


@router.post("/write/see")
async def see(request: Request) -> Response:
    """Show the whole page with what unsaved texts come to; nothing is saved."""
    sent = await request.form()
    return await _in_turn(request, lambda: _edit_page(request, _sent(request, sent), sent=sent))


@router.post("/write/save")
async def save_texts(request: Request) -> Response:
    """Save texts whose difference was seen; broken ones only when somebody insists."""
    sent = await request.form()
    return await _in_turn(request, lambda: _saved(request, sent))


def _studio(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


async def _in_turn(request: Request, work: Callable[[], Response]) -> Response:
    """Do what takes long in a thread, after what the same person has asked for before."""
    key = id(request.app), person_of(request)
    lock = _TURNS.get(key)
    if lock is None:
        lock = _TURNS[key] = asyncio.Lock()
    async with lock:
        if await request.is_disconnected():  # what was typed meanwhile has been asked for, too
            return Response(status_code=204)
        return await run_in_threadpool(work)


def _begun(library: Library, kind: str, name: str, filled: FilledIn | None, asked: dict[str, str]) -> Beginning:
    if filled is not None:
        return from_values(library, kind, name, filled, locked=asked.get("locked") == "yes")
    return beginning(library, kind, name, asked.get("way", "empty"), asked.get("base", ""))


def _filled(request: Request) -> FilledIn | None:
    """Return what the run or draft of the address was filled in with."""
    studio, asked = _studio(request), request.query_params
    if run := asked.get("run"):
        check_run(request, run)
        return filled_by_run(studio, run)
    if draft := asked.get("draft"):
        return filled_by_draft(studio, person_of(request), draft)
    return None


def _sent(request: Request, sent: FormData) -> Writing:
    return sent_writing(_studio(request).library, sent)


def _tried(request: Request, sent: FormData) -> HTMLResponse:
    try:
        beside = shown(_studio(request).library, _sent(request, sent))
    except PromptKitError as error:
        return page(request, "refused.html", message=str(error))
    return page(request, "tried.html", **beside, although="although" in sent, whole=True)


def _saved(request: Request, sent: FormData) -> Response:
    """Try texts and save them in one step, so that no two that go together only singly are saved at once."""
    studio = _studio(request)
    with alone(studio.kit.project):
        studio.look_again()
        return _saved_or_asked(request, sent)


def _saved_or_asked(request: Request, sent: FormData) -> Response:
    studio, writing = _studio(request), _sent(request, sent)
    beside = shown(studio.library, writing)
    over = dict(entry.rsplit("=", 1) for entry in map(str, sent.getlist("over")) if "=" in entry)
    ready = accepted(writing, over)
    if others := changed(ready.texts):
        return _edit_page(request, writing, 409, beside=beside, sent=sent, conflicts=_conflicts(writing, others))
    if sent.get("seen") != beside["mark"]:
        note = "Nothing is saved yet: below stands what these texts change. Save again to keep them."
        return _edit_page(request, writing, 200, beside=beside, sent=sent, notes=(note,))
    if beside["tried"].broken and "although" not in sent:
        note = (
            "Nothing is saved: it would be broken. Mend what stands below, or say that it is to be saved all the same."
        )
        return _edit_page(request, writing, 422, beside=beside, sent=sent, refusal=note)
    if others := save(ready.texts, studio.kit.project):  # an editor was faster just now
        return _edit_page(request, writing, 409, beside=beside, sent=sent, conflicts=_conflicts(writing, others))
    studio.look_again()
    return RedirectResponse(f"{writing.address}?saved=1", 303)


def _conflicts(writing: Writing, others: list[WrittenText]) -> list[tuple[WrittenText, list[Span]]]:
    """Return each file that is another one by now, and how it differs from what was written."""
    mine = {(text.kind, text.name): text.text for text in writing.texts}
    return [(text, spans(text.text, mine[text.kind, text.name])) for text in others]


def _edit_page(request: Request, writing: Writing, status: int = 200, **said: Any) -> HTMLResponse:
    library = _studio(request).library
    beside = said.pop("beside", None) or shown(library, writing)
    sent = said.pop("sent", None)
    usual: dict[str, Any] = {"notes": (), "refusal": "", "conflicts": (), "saved": False}
    return page(
        request,
        "edit.html",
        status,
        **beside,
        **usual | said,
        although=sent is not None and "although" in sent,
        unsaved=sent is not None or writing.new,
        copy_name=copy_name(library, writing.kind, writing.name),
        ways=WAYS,
    )


def _list_page(request: Request, problem: str = "") -> HTMLResponse:
    library = _studio(request).library
    search = request.query_params.get("search", "")
    own, others = listed(library, search.lower().split())
    return page(
        request,
        "write.html",
        422 if problem else 200,
        own=own,
        others=others,
        search=search,
        problem=problem,
        asked=request.query_params,
        ways=WAYS,
        bases=_bases(library),
        folder_of=FOLDER_OF,
    )


def _bases(library: Library) -> dict[str, dict[str, str]]:
    """Return the titles of all files that a new one can begin with, by kind and name."""
    bases = {kind: {n: head.title for n, head in library.heads(kind).items()} for kind in ("recipe", "strategy")}
    bases = {
        kind: dict(sorted(titles.items(), key=lambda named: named[1].casefold())) for kind, titles in bases.items()
    }
    return {**bases, "template": {name: name for name in names(library, "template")}}


def _from_page(request: Request, filled: FilledIn, problem: str = "") -> HTMLResponse:
    title = _studio(request).title(filled.recipe) or spoken(filled.recipe)
    status = 422 if problem else 200
    asked = request.query_params
    return page(request, "write-from.html", status, title=title, problem=problem, asked=asked, filled=filled)
