"""Makes one item of a plan: its run begins with the first request, and ends with the last repetition."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import BudgetError, GeneratorError, PromptKitError, WorkspaceError
from prompt_kit.generators import Request
from prompt_kit.generators.redaction import without_key
from prompt_kit.generators.standing import draws_layouts
from prompt_kit.images import Image
from prompt_kit.outcome import Outcome, Picture, Status
from prompt_kit.prompt import EarlierWords, Text
from prompt_kit.record.runs import RunFolder, Sent, run_record
from prompt_kit.record.runs.answers import unseen_answers
from prompt_kit.support.heads import head
from prompt_kit.work import finishing
from prompt_kit.work.booking import budget_refusal, new_run, row_for
from prompt_kit.work.ends import ENDS
from prompt_kit.work.events import Event
from prompt_kit.work.orders import Result
from prompt_kit.work.reporting import mark
from prompt_kit.work.results import after_empty, brought, merged
from prompt_kit.work.resuming import stop_if_gone_on_with, unfinished

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from prompt_kit.generators import Generator
    from prompt_kit.prompt import Turn
    from prompt_kit.record.ledger import Ledger
    from prompt_kit.work.booking import Booking
    from prompt_kit.work.events import Step
    from prompt_kit.work.gate import Gate
    from prompt_kit.work.orders import Item, Plan

_CANCELLED: Final = Outcome(
    Status.CANCELLED,
    message="The run was stopped.",
    next_step="What was finished is saved, and the same command goes on; a request on its way may have been paid.",
)


@dataclass
class Shared:
    """What the items of a plan share while they are made."""

    plan: Plan
    booking: Booking
    gate: Gate
    new: bool
    resend: bool
    leave: bool
    makers: dict[str, Generator] = field(default_factory=dict)
    queue: asyncio.Queue[Event | None] = field(default_factory=asyncio.Queue)
    stops: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    """Generators and models ("" is all of a generator) that take nothing more, with the answer that says so."""
    broken: Exception | None = None
    """A mistake in our code, or that nothing can be saved any more; it ends everything."""
    halted: bool = False
    """Whether it was cancelled."""
    awaited: dict[int, asyncio.Event] = field(default_factory=dict)
    running: list[Making] = field(default_factory=list)
    """What was begun and has not ended."""
    unreported: list[Path] = field(default_factory=list)
    """The folders of the runs that ended well."""

    async def announce(self, event: Event) -> None:
        """Hand over an event, and wait until whoever iterates has noted it."""
        self.awaited[id(event)] = handled = asyncio.Event()
        self.report(event)
        await handled.wait()

    def report(self, event: Event) -> None:
        """Hand an event to whoever iterates."""
        self.queue.put_nowait(event)

    def stop_for(self, item: Item) -> Outcome | None:
        """Return the answer after which nothing more is sent for an item, if there was one."""
        return self.stops.get((item.generator, "")) or self.stops.get((item.generator, item.model.id))

    def note(self, item: Item, outcome: Outcome) -> bool:
        """Note what an answer ends; return whether it ends the item's run."""
        ends = ENDS[outcome.status]
        if ends in {"model", "generator"}:
            self.stops.setdefault((item.generator, item.model.id if ends == "model" else ""), outcome)
        return ends != "nothing"


@dataclass(eq=False)
class Making:
    """One item while it is made."""

    item: Item
    shared: Shared
    takes_left: int = field(init=False)
    folder: RunFolder | None = None
    outcomes: dict[int, list[Outcome]] = field(default_factory=dict)
    """What came back, by repetition."""
    ready: dict[int, tuple[Request, Decimal | None]] = field(default_factory=dict)
    """The requests that are the same in every repetition, by turn, and what each should cost."""
    stop: Outcome | None = None
    """The answer after which nothing more of this run is sent."""
    error: Exception | None = None
    """What kept it from being made, when that is no answer of a generator."""
    unseen: dict[tuple[int, int], Outcome] = field(default_factory=dict)
    """What nobody saw and may have been paid, by turn and repetition, where the work goes on without it."""
    begun: bool = False
    resumed: bool = False
    """Whether it goes on with an unfinished run, in which some of it may be made already."""
    beginning: asyncio.Lock = field(default_factory=asyncio.Lock)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.takes_left = self.item.count

    def event(self, step: Step, turn: int = 0, take: int = 0, **more: Any) -> Event:
        """Return a step of this item."""
        folder = self.folder.path if self.folder else None
        return Event(step=step, item=self.item, turn=turn, take=take, folder=folder, **more)

    def fail(self, error: Exception) -> None:
        """Note what keeps the item from being made, and where that is a mistake of ours, end everything."""
        self.error = self.error or error
        if not isinstance(error, PromptKitError):
            self.shared.broken = self.shared.broken or error

    async def make(self, take: int) -> None:
        """Make the turns of one repetition in order; earlier pictures go into later turns."""
        if self._ended() or not await self._begin():
            return
        prompt, outcomes = self.item.prompt, self.outcomes.setdefault(take, [])
        made = await self._made(take)
        for number, turn in enumerate(prompt.turns):
            if number in made:
                self._tell("kept", number, take, made[number])
                outcomes.append(await self._finished(made[number], turn))
                if not made[number].ok:
                    return
                continue
            # What was cancelled or stopped meanwhile takes effect here, before this request is booked.
            await asyncio.sleep(0)
            if self._ended():
                return
            answer = await self._request(number, take, outcomes)
            if answer is None:
                return
            if answer.repeatable and (second := await self._request(number, take, outcomes)):
                answer = after_empty(answer, second)
            outcome = await self._finished(answer, turn)
            outcomes.append(outcome)
            if self.shared.note(self.item, outcome):
                self.stop = self.stop or outcome
            self._tell("saved", number, take, outcome)
            if not outcome.ok:
                return

    async def end(self) -> Event:
        """Write down how the run ended, and return the event that says so."""
        if self in self.shared.running:
            self.shared.running.remove(self)
        if self.shared.broken is not None and not self._complete():
            self.error = self.error or self.shared.broken
        if self.error is not None or self.folder is None:
            if self.folder is not None:
                await self.shared.booking.run(lambda _: self._broken_off())
            return self.event("ended", result=self._nothing(), outcome=self.stop)
        together = merged(self._in_order())
        warnings = tuple(dict.fromkeys((*self.item.warnings, *together.warnings)))
        return await self._finish(replace(together, warnings=warnings))

    async def cancelled(self) -> Event:
        """Write down that the run was stopped, and return the event that says so."""
        self.shared.running.remove(self)
        return await self._finish(_CANCELLED)

    def _ended(self) -> bool:
        """Return whether nothing more is sent for this item."""
        self.stop = self.stop or self.shared.stop_for(self.item)
        if self.shared.broken is not None and self.folder is None:
            self.error = self.error or self.shared.broken
        return bool(self.stop or self.error or self.shared.broken or self.shared.halted)

    async def _begin(self) -> bool:
        """Begin the run, or go on with an unfinished one, once; return whether requests can be sent."""
        async with self.beginning:
            if self.begun:
                return not self._ended()
            self.begun = True
            begun = await self.shared.booking.run(self._folder_or_refusal)
            if isinstance(begun, Outcome):
                self.stop = begun
                return False
            self.folder = begun
            self.shared.running.append(self)
            # It can be noted where it belongs before anything is paid for it.
            await self.shared.announce(self.event("started"))
            return True

    def _folder_or_refusal(self, ledger: Ledger) -> RunFolder | Outcome:
        """Return the folder of the run; why the budget forbids it, before there is any folder."""
        item, project = self.item, self.shared.plan.project
        root = project.runs_folder
        shared = self.shared
        before = None if shared.new else unfinished(item, ledger, root, resend=shared.resend, leave=shared.leave)
        if before is not None:
            self.resumed = True
            self.unseen = unseen_answers(run_record(before.path), before.path) if shared.leave else {}
            before.begin_again()
            return before
        if item.kept and not self.shared.new:
            stop_if_gone_on_with(item.kept)
        try:
            ledger.allow(row_for(item, "", 0, 0, fingerprint="", estimate=item.price_of(0)), project.budget)
        except BudgetError as error:
            return budget_refusal(error, item.model.id)
        return new_run(item, root)

    async def _made(self, take: int) -> Mapping[int, Outcome]:
        """Return what there is already of a repetition, by turn."""
        if not self.resumed:
            return {}
        unseen = {turn: outcome for (turn, number), outcome in self.unseen.items() if number == take}
        return unseen | await self.shared.booking.run(lambda _: self._folder.made(take))

    @property
    def _folder(self) -> RunFolder:
        if self.folder is None:
            raise RuntimeError("the run has not begun")
        return self.folder

    async def _request(self, number: int, take: int, outcomes: Sequence[Outcome]) -> Outcome | None:
        """Send one request and return what came back, saved and booked; ``None`` when it was stopped before."""
        shared, item, turn = self.shared, self.item, self.item.prompt.turns[number]
        pictures = [outcomes[part.turn].pictures[-1] for part in turn.earlier]
        # They are on the disk by now, and are read there.
        earlier = await asyncio.to_thread(lambda: tuple(map(_as_image, pictures))) if pictures else ()
        request, estimate = self._ready(number, outcomes, earlier)
        # Orders of people who gave no name take turns, too.
        async with shared.gate.turn(item.order.person or item.order.token):
            if self._ended():
                return None
            self._tell("sent", number, take)
            try:
                planned = row_for(
                    item, self._folder.id, number, take, fingerprint=request.fingerprint, estimate=estimate
                )
                row = await shared.booking.book(planned)
            except BudgetError as error:
                return budget_refusal(error, item.model.id)
            now = datetime.now(UTC)
            sent = Sent(
                turn=number,
                model=item.model.id,
                fingerprint=request.fingerprint,
                sent_at=now,
                ended_at=now,
                earlier=tuple(image.sha256 for image in earlier),
                estimate=estimate,
                take=take,
                entry=row,
            )
            try:
                # Text of plugins is mended, too: a half of a character cannot be written, and the answer is paid.
                outcome = without_key(await _answer(shared.makers[item.generator], request))
            except BaseException as error:
                stopped = isinstance(error, asyncio.CancelledError)
                note = "It was stopped while the answer was awaited." if stopped else "The generator broke off."
                await shared.booking.lose(self._folder, replace(sent, ended_at=datetime.now(UTC)), note)
                raise
        try:
            return await shared.booking.settle(self._folder, outcome, replace(sent, ended_at=datetime.now(UTC)))
        except PromptKitError as error:  # nothing can be saved any more, so nothing more is paid for
            shared.broken = shared.broken or error
            raise

    def _ready(
        self, number: int, outcomes: Sequence[Outcome], earlier: tuple[Image, ...]
    ) -> tuple[Request, Decimal | None]:
        """Return a request and what it should cost; one that is the same in every repetition is made once."""
        if ready := self.ready.get(number):
            return ready
        turn = self.item.prompt.turns[number]
        worded = _with_words(turn, outcomes)
        request = Request(worded, self.item.model, self.item.prompt.settings, earlier, self.item.prompt)
        ready = request, self._estimate(request)
        if worded is turn and not earlier:
            self.ready[number] = ready
        return ready

    def _estimate(self, request: Request) -> Decimal | None:
        """Return what a request should cost: nothing where it is free, unknown on a generator without prices."""
        if self.item.free:
            return Decimal(0)
        return self.item.model.estimate(replace(self.item.prompt, turns=(request.turn,))) if self.item.priced else None

    async def _finished(self, outcome: Outcome, turn: Turn) -> Outcome:
        """Return the outcome with the cut-out or composite that the prompt asks for; make it unless it is there."""
        layouts = draws_layouts(self.shared.makers[self.item.generator])
        if layouts or not outcome.ok or outcome.derived or not finishing.needed(turn, self.item.prompt.settings):
            return outcome
        return await asyncio.to_thread(finishing.finished, outcome, turn, self.item.prompt.settings, self._folder)

    def _tell(self, step: Step, number: int, take: int, outcome: Outcome | None = None) -> None:
        self.shared.report(self.event(step, number + 1, take, outcome=outcome))

    def _complete(self) -> bool:
        """Return whether every turn of every repetition was made."""
        turns = len(self.item.prompt.turns)
        made = [outcomes for outcomes in self.outcomes.values() if len(outcomes) == turns]
        return len(made) == self.item.count

    def _in_order(self) -> list[Outcome]:
        """Return what came back, repetition by repetition, and what ended the run before it had everything."""
        outcomes = [outcome for take in sorted(self.outcomes) for outcome in self.outcomes[take]]
        if self.stop is not None and not any(outcome is self.stop for outcome in outcomes):
            outcomes.append(replace(self.stop, pictures=(), derived=(), text="", cost=Decimal(0), usage=None))
        return outcomes

    async def _finish(self, outcome: Outcome) -> Event:
        folder = self._folder
        outcome = await self.shared.booking.run(lambda _: self._finished_run(outcome))
        seconds = (datetime.now(UTC) - self.started).total_seconds()
        result = replace(brought(self.item, outcome), seconds=seconds, runs=(folder.id,))
        return self.event("ended", result=result, outcome=outcome)

    def _finished_run(self, outcome: Outcome) -> Outcome:
        """Write how the run ended; from here on only a mark in its folder says that nobody has the result."""
        folder = self._folder
        if outcome.ok:
            mark(folder.path)
            self.shared.unreported.append(folder.path)
        return folder.finish(outcome, now=datetime.now(UTC))

    def _broken_off(self) -> None:
        """Write down, where that is possible, that a mistake ended the run; let other processes work on it."""
        fact = f"It was broken off: {self.error or self.shared.broken}"
        try:
            self._folder.finish(Outcome(Status.UNAVAILABLE, message=fact), now=datetime.now(UTC))
        except WorkspaceError:  # as on a full disk; the error that is reported already says so
            self._folder.close()

    def _nothing(self) -> Result:
        """Return what came of an item of which nothing could be made, or not to its end."""
        runs = (self.folder.id,) if self.folder else ()
        if self.error is not None:
            error = self.error if isinstance(self.error, PromptKitError) else None
            return Result(self.item, message=str(self.error), runs=runs, error=error)
        if self.stop is not None and self.stop.status is Status.BUDGET:
            return brought(self.item, self.stop)
        why = self.stop.explanation if self.stop else "The work was stopped."
        return Result(self.item, message=f"Nothing was sent. {why}")


async def _answer(maker: Generator, request: Request) -> Outcome:
    """Return what a generator answers.

    Raises:
        GeneratorError: When it does not do what its protocol says.
    """
    answer: Any = maker.generate(request)
    outcome = await answer if isawaitable(answer) else answer
    if outcome is answer or not isinstance(outcome, Outcome):
        fact = f"The generator '{maker.name}' must have an async 'generate' that returns an Outcome"
        raise GeneratorError(f"{fact}; it returned something of the type '{type(outcome).__name__}'.")
    return outcome


def _with_words(turn: Turn, outcomes: Sequence[Outcome]) -> Turn:
    """Return the turn with the words that earlier turns settled in their places."""
    if not any(isinstance(part, EarlierWords) for part in turn.parts):
        return turn
    parts = (Text(outcomes[part.turn].text) if isinstance(part, EarlierWords) else part for part in turn.parts)
    return turn._replace(parts=tuple(parts))


def _as_image(picture: Picture) -> Image:
    data = picture.data
    return Image(
        picture.sha256,
        picture.media_type,
        picture.width,
        picture.height,
        len(data),
        picture.path or data,
        orientation=head(data).orientation,
    )
