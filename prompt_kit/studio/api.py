"""The API for programs: the same recipes, orders, runs and reviews as the pages, as JSON."""

from __future__ import annotations

import hashlib
from datetime import date  # noqa: TC003 - FastAPI reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from fastapi import APIRouter, Header, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, Response

from prompt_kit.errors import InputError, NotFoundError, Problem
from prompt_kit.recipe.searching import fitting
from prompt_kit.record.ledger import By  # noqa: TC001 - FastAPI reads the annotations
from prompt_kit.record.limits import limits_left
from prompt_kit.record.placed import PlacedOrder, placed
from prompt_kit.record.runs import RunState, open_run
from prompt_kit.studio.access import person_of
from prompt_kit.studio.apiviews import (
    FilledPrompt,
    FilledValues,
    SentOrder,
    SentReview,
    WantedPictures,
    plain_item,
    plain_order,
    plain_picture,
    plain_review,
    plain_run,
    plain_spending,
    plain_upload,
)
from prompt_kit.studio.pages import page
from prompt_kit.studio.roles import check_upload, narrowed
from prompt_kit.studio.runfiles import picture as picture_bytes
from prompt_kit.studio.runfiles import picture_file, run_folder
from prompt_kit.studio.spending import lines_of
from prompt_kit.studio.watching import own_order, view_of
from prompt_kit.support.money import recorded
from prompt_kit.work import planning
from prompt_kit.work.orders import Order

if TYPE_CHECKING:
    from prompt_kit.images import Image
    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.record.reviews import Verdict
    from prompt_kit.studio.ordering import OrderRunner
    from prompt_kit.studio.studio import Studio
    from prompt_kit.work.orders import Item

router = APIRouter(prefix="/api")

IdempotencyKey = Annotated[
    str, Header(min_length=8, max_length=200, description="Names the order; the same key again makes nothing new.")
]


@router.get("", include_in_schema=False)
def overview(request: Request) -> HTMLResponse:
    """Show what the API offers."""
    return page(request, "api.html", described=_described())


@router.get("/openapi.json", include_in_schema=False)
def openapi() -> JSONResponse:
    """Return the description of the API."""
    return JSONResponse(_described())


@router.get("/recipes", summary="The recipes and presets")
def recipes(request: Request, search: str = "") -> list[dict[str, Any]]:
    """Return every recipe and preset by name, or those that fit a search, the best first."""
    library = _studio(request).library
    kinds: tuple[Literal["recipe", "preset"], ...] = ("recipe", "preset")
    heads = {name: (kind, head) for kind in kinds for name, head in library.heads(kind).items()}
    names = list(heads)
    if search.strip():
        names = fitting(search, {name: head for name, (_, head) in heads.items()}, library.texts)
    return [{"name": name, "kind": heads[name][0], **heads[name][1].to_dict()} for name in names]


@router.get("/recipes/{name}", summary="What a recipe asks")
def recipe(request: Request, name: str, uses: str = "") -> dict[str, Any]:
    """Return the JSON Schema of the values, which the form is made of too, the settings, and the examples."""
    chosen = _studio(request).recipe(name, tuple(filter(None, uses.split(","))))
    return {
        "name": chosen.name,
        "title": chosen.title,
        "schema": chosen.form.json_schema(),
        "settings": chosen.settings.to_dict(),
        "examples": [{"name": key, "title": example.title} for key, example in chosen.examples.items()],
    }


@router.post("/recipes/{name}/check", summary="Check values")
def check(request: Request, name: str, sent: FilledValues) -> dict[str, Any]:
    """Return every problem and note of values; nothing is rendered."""
    form = _recipe(request, name, sent).form
    checked = form.check(sent.values, _pictures(request, sent))
    return {
        "problems": [problem.to_dict() for problem in checked.problems],
        "notes": [note.to_dict() for note in checked.notes],
    }


@router.post("/recipes/{name}/render", summary="The prompt of values")
def render(request: Request, name: str, sent: FilledPrompt) -> dict[str, Any]:
    """Return the prompt that values make; nothing is spent."""
    prompt = _prompt(request, name, sent)
    return {
        "text": str(prompt),
        "fingerprint": prompt.fingerprint,
        "notes": [note.to_dict() for note in prompt.notes],
        "prompt": prompt.to_dict(),
    }


@router.post("/recipes/{name}/plan", summary="What pictures would cost, and whether they may be made")
def plan(request: Request, name: str, sent: WantedPictures) -> dict[str, Any]:
    """Return the model, the price, and everything that keeps the pictures from being made; nothing is spent."""
    item = _item(request, _prompt(request, name, sent), sent)
    limits = _studio(request).limits(person_of(request))
    return plain_item(item, limits[0].left if limits else None)


@router.post("/orders", summary="Order pictures", status_code=201)
async def place(request: Request, sent: SentOrder, idempotency_key: IdempotencyKey) -> Response:
    """Make pictures; the same key again returns the order that is there. Pictures come later: ask for the order."""
    order, prompt, there = await run_in_threadpool(_order, request, sent, idempotency_key)
    if not there:
        await request.app.state.runner.place(order, prompt)
    plain = await run_in_threadpool(_plain_order, request, order.token)
    headers = {"Location": f"/api/orders/{order.token}"}
    return JSONResponse(plain, 200 if there else 201, headers)


@router.get("/orders/{order}", summary="An order")
def one_order(request: Request, order: str) -> dict[str, Any]:
    """Return an order and what has come of it so far."""
    return _plain_order(request, order)


@router.post("/orders/{order}/cancel", summary="Stop an order")
async def cancel(request: Request, order: str) -> dict[str, Any]:
    """Stop an order; what is on its way may be paid."""
    await run_in_threadpool(own_order, request, order)
    await request.app.state.runner.cancel(order)
    return await run_in_threadpool(_plain_order, request, order)


@router.post("/orders/{order}/resend", summary="Go on with an order that asks")
async def resend(request: Request, order: str) -> dict[str, Any]:
    """Go on with an order, though something may be paid twice."""
    await run_in_threadpool(own_order, request, order)
    await request.app.state.runner.allow(order)
    return await run_in_threadpool(_plain_order, request, order)


@router.get("/runs", summary="The runs, the newest first")
def runs(  # noqa: PLR0913, PLR0917 - each narrows the list
    request: Request,
    recipe: str = "",
    person: str | None = None,
    state: RunState | Literal[""] = "",
    since: date | None = None,
    until: date | None = None,
    words: str = "",
    cursor: str = "",
    limit: int = 50,
) -> dict[str, Any]:
    """Return a page of runs; the cursor of a page leads to the next one."""
    named = {"recipe": recipe, "person": person, "state": state, "words": words}
    wanted = narrowed(request, {**named, "since": since, "until": until})
    listed = _studio(request).kit.history(**cast("Any", wanted), cursor=cursor, limit=_few(limit))
    return {"runs": [plain_run(past) for past in listed.runs], "total": listed.total, "cursor": listed.cursor or None}


@router.get("/runs/{day}/{name}", summary="A run")
def run(request: Request, day: str, name: str) -> dict[str, Any]:
    """Return the record of a run: everything that was asked and answered."""
    studio = _studio(request)
    root = studio.kit.project.runs_folder
    record = open_run(run_folder(request, day, name), root).fields
    return record.model_dump(mode="json")


@router.get("/pictures", summary="The pictures, those of the newest run first")
def pictures(  # noqa: PLR0913, PLR0917 - each narrows the list
    request: Request,
    recipe: str = "",
    person: str | None = None,
    review: Literal["", "waiting", "approved", "rejected"] = "",
    cursor: str = "",
    limit: int = 50,
) -> dict[str, Any]:
    """Return a page of pictures; the cursor of a page leads to the next one."""
    wanted = narrowed(request, {"recipe": recipe, "person": person, "review": review})
    listed = _studio(request).kit.pictures(**cast("Any", wanted), cursor=cursor, limit=_few(limit))
    shown = [plain_picture(past) for past in listed.pictures]
    return {"pictures": shown, "total": listed.total, "cursor": listed.cursor or None}


@router.get("/pictures/{day}/{name}/{picture}", summary="The bytes of a picture", response_class=Response)
def picture(request: Request, day: str, name: str, picture: str) -> Response:
    """Return a picture as the provider sent it, byte for byte."""
    return picture_bytes(request, day, name, picture)


@router.get("/reviews/{day}/{name}", summary="What was said of a run's pictures")
def reviews(request: Request, day: str, name: str) -> list[dict[str, Any]]:
    """Return each picture with its state and what people said of it."""
    reviewed = _studio(request).kit.reviews(run_folder(request, day, name))
    return [
        {
            "name": picture.path.name,
            "state": picture.state,
            "reviews": [plain_review(review) for review in picture.reviews],
        }
        for picture in reviewed
    ]


@router.post("/reviews/{day}/{name}/{picture}", summary="Approve, reject or comment", status_code=201)
def review(request: Request, day: str, name: str, picture: str, sent: SentReview) -> dict[str, Any]:
    """Say something of a picture; what was said before stays."""
    path = picture_file(request, day, name, picture)
    made = _studio(request).kit.review(
        path.parent, path.name, cast("Verdict", sent.verdict), person=person_of(request), reason=sent.reason.strip()
    )
    return plain_review(made)


@router.get("/uploads", summary="The own uploads")
def uploads(request: Request) -> list[dict[str, Any]]:
    """Return the pictures that this person gave, the newest first."""
    return [plain_upload(upload) for upload in _studio(request).kit.uploads.list(person_of(request))]


@router.post("/uploads", summary="Give a picture", status_code=201)
async def upload(request: Request, file: UploadFile) -> dict[str, Any]:
    """Take a picture for the slots of recipes, without what is private in it."""
    data = await file.read()
    name, person = file.filename or "", person_of(request)
    return plain_upload(await run_in_threadpool(_studio(request).kit.uploads.add, data, name=name, person=person))


@router.delete("/uploads/{key}", summary="Delete an upload", status_code=204)
def delete(request: Request, key: str) -> Response:
    """Delete a picture; runs that sent it keep their own copy."""
    check_upload(request, key)
    _studio(request).kit.uploads.delete(key)
    return Response(status_code=204)


@router.get("/spending", summary="What was spent, and what is left")
def spending(request: Request, by: By = "day", since: date | None = None, until: date | None = None) -> dict[str, Any]:
    """Return what was spent by day, recipe, person or model, and what is left under each limit."""
    by, lines = lines_of(request, by, since, until)
    limits = limits_left(_studio(request).kit.project, person_of(request))
    return {
        "by": by,
        "lines": [plain_spending(line) for line in lines],
        "limits": [
            {"period": limit.period, "limit_usd": recorded(limit.limit), "left_usd": recorded(limit.left)}
            for limit in limits
        ],
    }


def _described() -> dict[str, Any]:
    """Return the description of the API (OpenAPI)."""
    about = "Send a token with each request: Authorization: Bearer TOKEN. Errors are application/problem+json."
    described = get_openapi(title="prompt-kit studio", version="1", description=about, routes=router.routes)
    described.setdefault("components", {})["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return described | {"security": [{"token": []}]}


def _studio(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


def _few(limit: int) -> int:
    return min(max(limit, 1), 500)


def _recipe(request: Request, name: str, sent: FilledValues) -> Recipe:
    return _studio(request).recipe(name, tuple(sent.uses))


def _pictures(request: Request, sent: FilledValues) -> dict[str, list[Image]]:
    """Return the uploads by slot.

    Raises:
        InputError: With every one that is not there.
    """
    given: dict[str, list[Image]] = {}
    problems: list[Problem] = []
    for slot, keys in sent.references.items():
        for key in keys:
            try:
                check_upload(request, key)
                given.setdefault(slot, []).append(_studio(request).kit.uploads.image(key))
            except NotFoundError as error:
                problems.append(Problem(f"{slot}: {error}", parameter=slot, code="not_a_picture"))
    if problems:
        raise InputError(problems)
    return given


def _prompt(request: Request, name: str, sent: FilledPrompt) -> Prompt:
    generator = sent.generator or _studio(request).generator
    return _recipe(request, name, sent).render(
        sent.values, references=_pictures(request, sent), settings=sent.settings, generator=generator
    )


def _item(request: Request, prompt: Prompt, sent: WantedPictures) -> Item:
    studio = _studio(request)
    generator = sent.generator or studio.generator
    if generator not in studio.generators:
        raise NotFoundError("generator", generator, studio.generators)
    order = Order(prompt, sent.count, person=person_of(request))
    return planning.plan([order], project=studio.kit.project, generator=generator).items[0]


def _order(request: Request, sent: SentOrder, key: str) -> tuple[PlacedOrder, Prompt, bool]:
    """Return an order, its prompt, and whether the same was placed before.

    Raises:
        InputError: With everything that keeps it from being made, or when the key is that of another order.
    """
    prompt, person = _prompt(request, sent.recipe, sent), person_of(request)
    item = _item(request, prompt, sent)
    if item.refusals:
        raise InputError(item.refusals)
    token = hashlib.sha256(f"{person}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()[:40]
    order = PlacedOrder(token, sent.recipe, prompt.to_dict(), sent.count, item.generator, person)
    runner: OrderRunner = request.app.state.runner
    try:
        before = placed(runner.root, token)
    except NotFoundError:
        return order, prompt, False
    if (before.prompt, before.count, before.generator) != (order.prompt, order.count, order.generator):
        raise InputError(Problem("This Idempotency-Key is that of another order. Take a new one.", code="given_twice"))
    return order, prompt, True


def _plain_order(request: Request, token: str) -> dict[str, Any]:
    runner: OrderRunner = request.app.state.runner
    return plain_order(view_of(runner, own_order(request, token)))
