"""The page on which a recipe is filled in: the form, its draft, what will be sent, and the order."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from prompt_kit.errors import InputError, NotFoundError, PromptKitError
from prompt_kit.record.placed import PlacedOrder
from prompt_kit.studio.access import person_of
from prompt_kit.studio.again import OF_RUN, begun_with
from prompt_kit.studio.answers import Answers
from prompt_kit.studio.choices import language_choices, setting_choices, technique_choices
from prompt_kit.studio.drafting import DEFAULT_COUNT, answers_of, draft_of, from_example, from_run, image_of
from prompt_kit.studio.fieldviews import sections_of
from prompt_kit.studio.filled import Filling, filling_of, filling_or_plain
from prompt_kit.studio.pages import drawn, page
from prompt_kit.studio.proofs import LARGE, USUAL, proof_of
from prompt_kit.studio.roles import check_run, check_upload
from prompt_kit.studio.watching import orders_of

if TYPE_CHECKING:
    from starlette.datastructures import FormData

    from prompt_kit.studio.studio import Studio

router = APIRouter()

_MOST_SHOWN: Final = 2_000
"""Of so many drafts it is remembered what was shown last."""

_SHOWN: Final[OrderedDict[str, str]] = OrderedDict()
"""The prompt that each draft's page showed last, to mark what changes."""


@router.get("/make/{name}")
def fill_in(request: Request, name: str) -> Response:
    """Show the form of a recipe: as a draft has it, or filled in from an example, an earlier run, or last time."""
    studio, person = _studio(request), person_of(request)
    asked = request.query_params
    draft, example, run = (asked.get(key, "") for key in ("draft", "example", "run"))
    if "last" in asked and not run:
        earlier = studio.kit.history(recipe=name, person=person, limit=1).runs
        run = earlier[0].run.id if earlier else ""
    if run:
        check_run(request, run)
    if picture := asked.get("picture", ""):
        photo = Answers(references={asked.get("slot", ""): (picture,)}, count=DEFAULT_COUNT)
        return RedirectResponse(_draft_address(studio, person, name, photo, ""), 303)
    if example or run:
        filled = from_example(studio, name, example, person) if example else from_run(studio, run, person)
        begun = urlencode({key: asked[key] for key in (OF_RUN, "photo") if asked.get(key)})
        where = _draft_address(studio, person, name, filled, draft)
        return RedirectResponse(f"{where}&{begun}" if begun else where, 303)
    if draft:
        with suppress(NotFoundError):
            kept = studio.kit.drafts.load(person, draft)
            answers = answers_of(kept.settings, kept.values, kept.references)
            return _form_page(request, filling_or_plain(studio, name, answers, draft, person))
    latest = () if "fresh" in asked or draft else studio.kit.drafts.list(person, name)
    if latest:
        return RedirectResponse(f"/make/{name}?draft={latest[0].id}", 303)
    return RedirectResponse(_draft_address(studio, person, name, Answers(count=DEFAULT_COUNT), ""), 303)


@router.post("/make/{name}/preview")
async def preview(request: Request, name: str) -> HTMLResponse:
    """Keep what was typed as a draft, and show what it comes to; nothing is spent."""
    sent = await request.form()
    return await run_in_threadpool(_preview, request, name, sent)


@router.post("/make/{name}/draft")
async def keep_draft(request: Request, name: str) -> Response:
    """Keep what was typed, and show the form anew: after a repair, or with other techniques."""
    sent = await request.form()
    return await run_in_threadpool(_kept, request, name, sent)


@router.post("/make/{name}")
async def make(request: Request, name: str) -> Response:
    """Order the pictures, unless something is wrong."""
    sent = await request.form()
    filling, order = await run_in_threadpool(_ordered, request, name, sent)
    if order is None or filling.preview.prompt is None:
        return await run_in_threadpool(_form_page, request, filling, 422)
    try:
        await request.app.state.runner.place(order, filling.preview.prompt)
    except InputError as error:
        broken = replace(filling, preview=replace(filling.preview, prompt=None, problems=error.problems))
        return await run_in_threadpool(_form_page, request, broken, 422)
    where = f"/make/{name}?draft={filling.draft}#result"
    return RedirectResponse(where, 303)


@router.get("/make/{name}/proof/{draft}.webp")
def proof(request: Request, name: str, draft: str, turn: int = 0, large: bool = False) -> Response:  # noqa: FBT001, FBT002 - of an address
    """Return the proof of a draft as it was kept last."""
    studio, person = _studio(request), person_of(request)
    try:
        kept = studio.kit.drafts.load(person, draft)
        filling = filling_of(studio, name, answers_of(kept.settings, kept.values, kept.references), draft, person)
    except PromptKitError:
        return Response(status_code=404)
    prompt, item = filling.preview.prompt, filling.preview.item
    if prompt is None or item is None or not 0 <= turn < len(prompt.turns):
        return Response(status_code=404)
    longest = LARGE if large else USUAL
    return Response(proof_of(prompt, item.model, turn, longest=longest), media_type="image/webp")


def _studio(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


def _draft_address(studio: Studio, person: str, name: str, answers: Answers, draft: str) -> str:
    """Keep answers as a draft, and return the address of its form."""
    studio.recipe(name, answers.uses)
    kept = studio.kit.drafts.save(person, name, draft_of(answers), draft=draft)
    studio.kit.preferences.use(person, name)
    return f"/make/{name}?draft={kept.id}"


def _read(request: Request, name: str, sent: FormData) -> Filling:
    """Return the form as it was sent, and keep it as a draft."""
    studio, person = _studio(request), person_of(request)
    uses = tuple(dict.fromkeys(str(use) for use in sent.getlist("uses") if use))
    if sent.get("v.language") and "language" not in studio.recipe(name, uses).form.parameters:
        uses = (*uses, "language")  # the head of the page asks it of every recipe
    try:
        recipe = studio.recipe(name, uses)
    except InputError:
        uses = ()
        recipe = studio.recipe(name)
    answers = Answers.from_form(recipe.form, sent, uses)
    kept = studio.kit.drafts.save(person, name, draft_of(answers), draft=str(sent.get("draft") or ""))
    return filling_of(studio, name, answers, kept.id, person)


def _preview(request: Request, name: str, sent: FormData) -> HTMLResponse:
    filling = _read(request, name, sent)
    return HTMLResponse(
        drawn(
            request, "preview.html", **shown_beside(request, filling), whole=True, refused=sent.get("refused") == "yes"
        )
    )


def shown_beside(request: Request, filling: Filling) -> dict[str, Any]:
    """Return what the part beside the form shows."""
    studio = _studio(request)
    before = _SHOWN.pop(filling.draft, None)
    text = str(filling.preview.prompt) if filling.preview.prompt else before or ""
    texts = filling.texts(before or None)
    _SHOWN[filling.draft] = text
    while len(_SHOWN) > _MOST_SHOWN:
        _SHOWN.popitem(last=False)
    form = filling.recipe.form
    return {
        "filling": filling,
        "texts": texts,
        "sections": sections_of(form, filling.answers, filling.problems, filling.preview.notes),
        "asked": filling.answers.shown(form),
        "settings": setting_choices(studio, filling),
        "uploads_by_hash": _by_hash(studio, filling.answers, person_of(request)),
        "budget": studio.limits(person_of(request)),
    }


def _kept(request: Request, name: str, sent: FormData) -> Response:
    filling = _read(request, name, sent)
    answers = filling.answers
    offer = str(sent.get("offer") or "")
    if offer:
        several = filling.offers
        number = int(offer) if offer.isdecimal() and len(offer) < 4 else -1  # noqa: PLR2004 - no form has as many
        if 0 <= number < len(several):
            answers = answers.applied(several[number])
    studio, person = _studio(request), person_of(request)
    studio.kit.drafts.save(person, name, draft_of(answers), draft=filling.draft)
    return RedirectResponse(f"/make/{name}?draft={filling.draft}", 303)


def _ordered(request: Request, name: str, sent: FormData) -> tuple[Filling, PlacedOrder | None]:
    """Return the form and what it orders; nothing when something is wrong."""
    filling = _read(request, name, sent)
    prompt = filling.preview.prompt
    if not filling.preview.ready or prompt is None:
        return filling, None
    studio = _studio(request)
    count = 1 if sent.get("make") == "one" else filling.answers.count
    order = PlacedOrder(
        # The button belongs to the token: trying one and then making four are two orders of one page.
        token=f"{sent.get('order') or secrets.token_urlsafe(16)}-{'one' if sent.get('make') == 'one' else 'all'}",
        recipe=name,
        prompt=prompt.to_dict(),
        count=count,
        generator=filling.answers.generator or studio.generator,
        person=person_of(request),
        draft=filling.draft,
    )
    return filling, order


def _form_page(request: Request, filling: Filling, status: int = 200) -> HTMLResponse:
    studio = _studio(request)
    return page(
        request,
        "fill.html",
        status,
        **shown_beside(request, filling),
        techniques=technique_choices(studio, filling),
        languages=language_choices(studio, filling),
        order=secrets.token_urlsafe(16),
        orders=orders_of(request, filling.draft),
        refused=status != 200,  # noqa: PLR2004 - the usual answer
        upload=lambda key: _upload(request, key),
        begun=begun_with(request),
        has_last=studio.has_made(filling.recipe.name, person_of(request)),
    )


def _by_hash(studio: Studio, answers: Answers, person: str) -> dict[str, str]:
    """Return the id of each upload of some answers by the hash of its bytes."""
    pairs = [(image_of(studio, key, person), key) for keys in answers.references.values() for key in keys]
    return {image.sha256: key for image, key in pairs if image is not None}


def _upload(request: Request, key: str) -> Any:
    try:
        check_upload(request, key)
        return _studio(request).kit.uploads.get(key)
    except PromptKitError:
        return None
