"""What has come of orders so far, drawn from what is stored; events only say that it is time to look again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping  # noqa: TC003 - FastAPI reads the annotations
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from prompt_kit.errors import NotFoundError, PromptKitError
from prompt_kit.outcome import Status
from prompt_kit.record.placed import ENDED, placed, placed_orders
from prompt_kit.record.reviews import reviews_in
from prompt_kit.record.reviews.pictures import with_reviews
from prompt_kit.record.runs import run_record
from prompt_kit.record.runs.listing import subject_of
from prompt_kit.studio.access import person_of
from prompt_kit.studio.chosen import chosen_channel, wanted_address
from prompt_kit.studio.originals import photo_of
from prompt_kit.studio.pages import is_part, page
from prompt_kit.studio.studio import set_of_run
from prompt_kit.support import files
from prompt_kit.support.money import on_pages

if TYPE_CHECKING:
    from collections import Counter
    from datetime import datetime
    from decimal import Decimal
    from pathlib import Path

    from prompt_kit.record.index import PictureSet
    from prompt_kit.record.placed import PlacedOrder
    from prompt_kit.record.reviews import Review
    from prompt_kit.record.reviews.pictures import ReviewedPicture
    from prompt_kit.record.runs import RunRecord
    from prompt_kit.record.runs.schema import Done
    from prompt_kit.studio.chosen import ChosenChannel
    from prompt_kit.studio.ordering import OrderRunner

router = APIRouter()

NOTHING_MADE: Final[Mapping[str, str]] = {}
"""No picture was made here from another one."""


@dataclass(frozen=True, slots=True)
class TakeView:
    """One picture that was ordered, and what has come of it."""

    number: int
    """Which repetition, from 1."""
    name: str
    """What it shows, where one prompt makes several."""
    state: str
    """``done``, ``failed``, ``working``, ``waiting`` for its turn, ``lost`` or ``stopped``."""
    pictures: tuple[str, ...] = ()
    """The file names of its pictures."""
    headline: str = ""
    """What happened, in two or three words."""
    message: str = ""
    """What happened and what to do now, in whole sentences."""
    text: str = ""
    """Words that came with the picture, or instead of it."""

    @property
    def place(self) -> int:
        """The number of its first picture, by which it is shown; those without any come last."""
        return number_of(self.pictures[0]) if self.pictures else _LAST


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order as pages show it."""

    order: PlacedOrder
    run: str
    takes: tuple[TakeView, ...]
    going_on: bool
    waiting: str = ""
    """Why the generator waits."""
    cost: Decimal | None = None
    priced: bool = False
    """Whether a cost is known to show."""
    at: datetime | None = None
    subject: str = ""
    """What it shows, or changes."""
    next_step: str = ""
    """What to do about the pictures that did not come."""
    whole: PictureSet | None = None
    """The pictures of its form; ``None`` as long as nothing was begun."""
    chosen: ChosenChannel | None = None
    """The channel for whose size they are wanted."""
    reviewed: Mapping[str, ReviewedPicture] = field(default_factory=dict)
    """What was said of each picture that anything was said of."""
    original: str = ""
    """The photo that it works on, as addresses have it; empty where there is none."""

    @property
    def done(self) -> int:
        """How many pictures are there."""
        return sum(take.state == "done" for take in self.takes)

    def place(self, picture: str) -> int:
        """Return the number of one of its pictures among those of its form."""
        number = number_of(picture)
        return self.whole.number(self.run, number) if self.whole else number

    def download(self, picture: str) -> str:
        """Return the address of the download that most people want of one of its pictures."""
        return wanted_address(f"{self.run}/{picture}", self.chosen)

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped it."""
        return self.order.state == "cancelled"


MOST_WATCHED: Final = 200
"""So many pages of one person are told of changes at once; people without a name count as one person."""

_LAST: Final = 10**9
"""After all numbers of pictures."""

_HEADLINES: Final = {
    Status.BLOCKED: "Refused by the provider",
    Status.NO_IMAGE: "No picture came",
    Status.INVALID: "Not accepted",
    Status.QUOTA: "Limit reached",
    Status.UNAVAILABLE: "Service not available",
    Status.TIMEOUT: "No answer in time",
    Status.AUTH: "No access",
    Status.BUDGET: "Budget used up",
    Status.CANCELLED: "Stopped",
}


def orders_of(request: Request, about: str) -> list[OrderView]:
    """Return what a person ordered from a draft, or to change a picture, the newest first.

    Of the changes of a picture, those that have ended stand among its versions: only the newest is shown once more.
    """
    runner: OrderRunner = request.app.state.runner
    person = person_of(request)
    own = placed_orders(runner.root, about, person)
    changes = [order for order in own if order.refines == about]
    shown = [order for order in own if order not in changes[1:] or order.state not in ENDED]
    newest = next((order.run for order in own if order.run), "")
    whole = set_of_run(runner.kit, newest) if newest and shown else None
    return [view_of(runner, order, whole) for order in shown]


def view_of(runner: OrderRunner, order: PlacedOrder, whole: PictureSet | None = None) -> OrderView:
    """Return an order as its record says it now.

    Args:
        runner: What makes it.
        order: The order.
        whole: The pictures of its form.
    """
    order = runner.latest(order)
    folder = _folder(runner.root, order.run)
    try:
        record = run_record(folder) if folder else None
    except PromptKitError:
        record = None
    working = runner.is_made(order.token)
    progress = runner.progress.get(order.token)
    takes = _takes(order, record, folder, working=working, on_their_way=progress.sent if progress else 0)
    reviews = _reviews_in(folder) if folder else ()
    judged = {review.picture for review in reviews}  # all others need not be read for their hash
    return OrderView(
        order,
        order.run,
        takes,
        going_on=order.state not in ENDED and order.state != "asks",
        waiting=progress.waiting if progress else "",
        cost=record.cost if record else None,
        priced=bool(record and record.requests),
        at=order.at,
        subject=subject_of(record) if record else "",
        next_step=record.totals.next_step if record and record.totals else "",
        whole=whole,
        chosen=chosen_channel(record),
        reviewed={
            name: with_reviews(folder / name, reviews)
            for take in takes
            for name in take.pictures
            if folder and name in judged
        },
        original=photo_of(record),
    )


def _reviews_in(folder: Path) -> tuple[Review, ...]:
    """Return the reviews of a run; none of a damaged file, of which the page of each picture says so."""
    try:
        return reviews_in(folder)
    except PromptKitError:
        return ()


def _view_with_set(runner: OrderRunner, order: PlacedOrder) -> OrderView:
    order = runner.latest(order)
    return view_of(runner, order, set_of_run(runner.kit, order.run) if order.run else None)


def _takes(
    order: PlacedOrder, record: RunRecord | None, folder: Path | None, *, working: bool, on_their_way: int
) -> tuple[TakeView, ...]:
    turns = order.prompt.get("turns", [])
    made = {(done.request.turn, done.request.take): done for done in (record.requests if record else ())}
    made_here = {entry.source: entry.file for entry in (record.derived if record else ())}
    estimates = {done.request.turn: done.request.estimate for done in made.values()}
    views = []
    for take in range(order.count):
        for number, turn in enumerate(turns):
            name = str(turn.get("name") or "") if len(turns) > 1 else ""
            done = made.get((number, take))
            if done is not None and done.answer.status is not Status.CANCELLED:
                views.append(answered(take, name, done, folder, made_here))
            elif working and on_their_way > 0:
                on_their_way -= 1
                views.append(TakeView(take + 1, name, "working", headline="Working"))
            elif working or order.state == "open":
                views.append(TakeView(take + 1, name, "waiting", headline="Waiting for its turn"))
            else:
                views.append(_unanswered(order, take, name, done, estimates.get(number)))
    return tuple(sorted(views, key=lambda view: view.place))


def number_of(picture: str) -> int:
    """Return the number in the file name of a picture, which is that of its run's pictures everywhere."""
    return int(picture.partition(".")[0].partition("-")[0])


def answered(
    take: int, name: str, done: Done, folder: Path | None, made_here: Mapping[str, str] = NOTHING_MADE
) -> TakeView:
    """Return one picture that was ordered, by the answer to its request.

    Args:
        take: Which repetition, from 0.
        name: What it shows, where one prompt makes several.
        done: The request with its answer.
        folder: The folder of its run.
        made_here: The file that was made here from each picture, where one was.
    """
    answer = done.answer
    masters = [picture for picture in done.pictures if folder and (folder / picture).is_file()]
    # A cut-out, or what was put into the original, is the picture that was wanted.
    there = tuple(made_here.get(picture, picture) for picture in masters)
    if answer.status is Status.OK and (there or not done.pictures):
        return TakeView(take + 1, name, "done", there, text=answer.text)
    if answer.status is Status.OK:
        gone = "The picture was made, but its file is gone from the folder of the run."
        return TakeView(take + 1, name, "lost", headline="File is gone", message=gone)
    said = str(answer.details.get("next_step") or "")
    message = f"{answer.message} {said}".strip()
    return TakeView(take + 1, name, "failed", there, _HEADLINES.get(answer.status, "Failed"), message, answer.text)


def may_cost(estimate: Decimal | None) -> str:
    """Return what is to be said of a request whose answer nobody saw, by what it was estimated to cost."""
    amount = f"it may cost {on_pages(estimate)}" if estimate else "it may have to be paid"
    return f"We do not know whether the provider counted it; {amount}."


def _unanswered(
    order: PlacedOrder, take: int, name: str, done: Done | None, estimate: Decimal | None = None
) -> TakeView:
    if order.state == "asks":
        fact = f"It was on its way when the studio ended. {may_cost(estimate)}"
        return TakeView(take + 1, name, "lost", headline="Nobody saw the answer", message=fact)
    if done is not None and done.answer.billable != "no":
        fact = f"It was on its way when it was stopped. {may_cost(done.request.estimate)}"
        return TakeView(take + 1, name, "lost", headline="Stopped on its way", message=fact)
    if order.state == "cancelled":
        return TakeView(take + 1, name, "stopped", headline="Stopped", message="Nothing was sent for this one.")
    return TakeView(take + 1, name, "stopped", headline="Not sent", message="An earlier answer ended this order.")


def _folder(root: Path, run: str) -> Path | None:
    if not run:
        return None
    try:
        return files.inside(root, run)
    except PromptKitError:
        return None


@router.get("/results/{about:path}")
def results(request: Request, about: str) -> HTMLResponse:
    """Return what has come of the orders of a draft or refined picture, for the part of the page that shows it."""
    return results_part(request, about)


def results_part(request: Request, about: str, refusal: str = "") -> HTMLResponse:
    """Return the part of a page that shows what has come of the orders of a draft or refined picture.

    Args:
        request: For whom it is.
        about: The draft or picture.
        refusal: Why what was asked for was not done.
    """
    budget = request.app.state.studio.limits(person_of(request), now=True)
    orders = orders_of(request, about)
    return page(request, "results.html", orders=orders, draft=about, nudged=budget, refusal=refusal)


@router.get("/orders/{token}")
def order(request: Request, token: str) -> HTMLResponse:
    """Show one order on a page of its own."""
    runner: OrderRunner = request.app.state.runner
    placed_order = own_order(request, token)
    return page(
        request,
        "order.html",
        orders=[_view_with_set(runner, placed_order)],
        draft=placed_order.draft,
        order=placed_order,
    )


@router.post("/orders/{token}/cancel")
async def cancel(request: Request, token: str) -> Response:
    """Stop an order."""
    placed_order = await run_in_threadpool(own_order, request, token)
    await request.app.state.runner.cancel(token)
    return await _after(request, placed_order)


@router.post("/orders/{token}/resend")
async def resend(request: Request, token: str) -> Response:
    """Go on with an order, though something may be paid twice."""
    placed_order = await run_in_threadpool(own_order, request, token)
    await request.app.state.runner.allow(token)
    return await _after(request, placed_order)


@router.post("/orders/{token}/drop")
async def drop(request: Request, token: str) -> Response:
    """Leave an order that asks as it is."""
    placed_order = await run_in_threadpool(own_order, request, token)
    await request.app.state.runner.cancel(token)
    return await _after(request, placed_order)


async def _after(request: Request, order: PlacedOrder) -> Response:
    if is_part(request):
        return await run_in_threadpool(results, request, order.draft or order.refines)
    where = f"/make/{order.recipe}?draft={order.draft}#result" if order.draft else f"/orders/{order.token}"
    if order.refines:
        where = f"/runs/{order.refines}#result"
    return RedirectResponse(where, 303)


async def watched(request: Request) -> AsyncIterator[None]:
    """Hold a person's place among those who watch.

    Raises:
        HTTPException: When the person watches too much at once.
    """
    watching: Counter[str] = request.app.state.watching
    person = person_of(request)
    if watching[person] >= MOST_WATCHED:
        raise HTTPException(429, f"More than {MOST_WATCHED} pages are open. Close some, or reload this page later.")
    watching[person] += 1
    try:
        yield
    finally:
        watching[person] -= 1
        if not watching[person]:
            del watching[person]


@router.get("/events/{about:path}", response_class=EventSourceResponse, dependencies=[Depends(watched)])
async def events(request: Request, about: str) -> AsyncIterator[ServerSentEvent]:
    """Tell of every change of an order, or of the orders of a draft or refined picture."""
    runner: OrderRunner = request.app.state.runner
    async for _ in runner.changes(about):
        yield ServerSentEvent(event="changed", raw_data="1")


def own_order(request: Request, token: str) -> PlacedOrder:
    """Return an order of this person.

    Raises:
        NotFoundError: When there is none, or it is somebody else's.
    """
    runner: OrderRunner = request.app.state.runner
    placed_order = placed(runner.root, token)
    if placed_order.person != person_of(request):
        raise NotFoundError("order", token)
    return placed_order
