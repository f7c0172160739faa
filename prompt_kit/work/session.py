"""Runs a prompt's turns on a generator, and keeps the record."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, TypedDict

from prompt_kit.catalogue import Catalogue
from prompt_kit.errors import BudgetError, InputError, Problem
from prompt_kit.generators import BUILT_IN, Generator, Request, has_access, is_free
from prompt_kit.generators import generator as generator_named
from prompt_kit.generators.opening import opened
from prompt_kit.generators.redaction import without_key
from prompt_kit.images import Image
from prompt_kit.outcome import Outcome, Picture, Status
from prompt_kit.project import Project, find_project, project_of
from prompt_kit.prompt import EarlierWords, Prompt, Text
from prompt_kit.record.ledger import Ledger, Planned
from prompt_kit.record.runs import RunFolder, Sent
from prompt_kit.support.calls import check_kind, check_options, waited
from prompt_kit.support.heads import head
from prompt_kit.work import finishing
from prompt_kit.work.continuing import Wanted, unfinished
from prompt_kit.work.merging import after_empty, merged
from prompt_kit.work.refusing import refusals_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from typing_extensions import Unpack

    from prompt_kit.catalogue import Model
    from prompt_kit.prompt import Turn

AT_ONCE: Final = 4
"""How many repetitions of a prompt are made at the same time."""

MAX_COUNT: Final = 100
"""Most repetitions of one prompt in one run."""

# Every further request of the run would end with the same status.
_HOPELESS: Final = {Status.AUTH, Status.BUDGET, Status.INVALID, Status.QUOTA, Status.CANCELLED}


@dataclass(frozen=True, slots=True)
class RunProgress:
    """One step of a run, as `on_progress` gets it."""

    step: Literal["started", "kept", "sent", "saved", "ended"]
    """``kept`` is what a run that is continued had already made."""
    turn: int = 0
    """From 1; 0 for the run as a whole."""
    turns: int = 0
    name: str = ""
    """The name of what the turn makes, such as ``front``."""
    outcome: Outcome | None = None
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What sending a prompt would mean, before it is sent."""

    prompt: Prompt
    model: Model
    generator: str
    count: int
    estimate: Decimal | None
    """In US dollars with the real model; ``None`` is unknown."""
    warnings: tuple[str, ...]


class GenerateOptions(TypedDict, total=False):
    """How a prompt is sent; everything may be left out."""

    generator: str | Generator
    """By name, or the generator itself; see `default_generator`."""
    project: Project
    """Whose runs, ledger, budget and models; the current folder's when left out."""
    count: int
    """How many times the prompt is made."""
    parent: str
    """The id of the run that this one refines."""
    parent_picture: str
    """The name of the picture that it refines."""
    new: bool
    """Make everything anew, even if a run of the same prompt was left unfinished; else that one goes on."""
    resend: bool
    """When an unfinished run goes on: send again what may have been paid though nobody saw the answer."""
    on_progress: Callable[[RunProgress], None]
    """Called with every step."""


def default_generator(project: Project) -> str:
    """Return the generator that is used when none is named: the project's, one with access, else ``proof``."""
    return project.generator or next(iter(with_access(project)), "proof")


def with_access(project: Project) -> tuple[str, ...]:
    """Return the built-in generators for which there is a key, or a Google Cloud project that pays."""
    return tuple(name for name in BUILT_IN if not is_free(name) and has_access(name, project.generators.get(name)))


def plan(prompt: Prompt, *, generator: str, project: Project | None = None, count: int = 1) -> Plan:
    """Return what sending the prompt would mean: the model, the cost and warnings.

    Raises:
        InputError: With everything the model cannot do, or when the model is retired.
    """
    check_kind("prompt", prompt, Prompt, "what Recipe.render returns")
    check_kind("count", count, int, "a whole number")
    if not 1 <= count <= MAX_COUNT:
        raise InputError(f"{count} repetitions are asked for; 1 to {MAX_COUNT} can be made.")
    project = project or find_project()
    catalogue = Catalogue.load(project.models_file)
    model = catalogue.choose(prompt.settings, generator)
    refusals = (*model.refusals(prompt), *refusals_of(prompt))
    if model.known and model.generator != generator in {other.generator for other in catalogue.models}:
        fact = f"The model '{model.id}' belongs to the generator '{model.generator}', not to '{generator}'."
        refusals = (Problem(f"{fact} Choose that generator, or another model.", parameter="model"),)
    if refusals:
        raise InputError(refusals)
    warnings = (*model.warnings(prompt), *(() if generator == "proof" else finishing.warnings(prompt)))
    priced = generator in {"proof", model.generator}  # another generator has prices of its own
    return Plan(prompt, model, generator, count, model.estimate(prompt, count) if priced else None, warnings)


def generator_for(chosen: str | Generator, project: Project) -> Generator:
    """Return a generator, made with the project's options for it when only its name is given.

    Raises:
        NotFoundError: When there is none of that name.
        GeneratorError: When it cannot be loaded.
    """
    check_generator(chosen)
    if not isinstance(chosen, str):
        return chosen
    return generator_named(chosen, project.generators.get(chosen))


def check_generator(chosen: object) -> None:
    """Check that this is the name of a generator, or one itself.

    Raises:
        TypeError: When it is neither.
    """
    kind = (str,) if isinstance(chosen, type) else (str, Generator)  # a class has the methods, too
    check_kind("generator", chosen, kind, "a name, or an object with a 'name' and an async 'generate'")


def generate(prompt: Prompt, **options: Unpack[GenerateOptions]) -> Outcome:
    """Make the pictures of a prompt and wait for them; `agenerate` is the async twin."""
    return waited("prompt_kit.agenerate", lambda: agenerate(prompt, **options))


async def agenerate(prompt: Prompt, **options: Unpack[GenerateOptions]) -> Outcome:
    """Make the pictures of a prompt, save them with their record, and return what came of it.

    Returns:
        The outcome of the whole run: the pictures of all turns with the paths they were saved under, the cost, and
        the first problem if there was any. Finished pictures are saved in any case.

    Raises:
        InputError: When the model cannot do what is asked, a picture is gone, the same waits in a job, or the prompt
            was left unfinished by a run of which a request may have been paid; nothing was sent.
        NotFoundError: When there is no such generator.
        WorkspaceError: When runs or ledger cannot be written.
        TypeError: When an option does not exist, or an argument is of another kind.
    """
    check_options("generate", options, GenerateOptions)
    project = project_of(options.get("project"))
    chosen = options.get("generator") or default_generator(project)
    maker = generator_for(chosen, project)
    planned = plan(prompt, generator=maker.name, project=project, count=options.get("count", 1))
    for image in {image.sha256: image for turn in prompt.turns for image in turn.images}.values():
        image.read()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(opened(maker))
        ledger = stack.enter_context(Ledger.open(project.ledger_url))
        ledger.reconcile()
        wanted = Wanted(prompt, maker.name, planned.model.id, planned.count, options.get("resend", False))
        before = None if options.get("new") else unfinished(wanted, ledger, project.runs_folder)
        folder = before or RunFolder.create(
            project.runs_folder,
            prompt,
            generator=maker.name,
            now=_now(),
            count=planned.count,
            parent=options.get("parent"),
            parent_picture=options.get("parent_picture"),
        )
        stack.callback(folder.close)
        if before:
            before.begin_again()
        run = _Run(planned, maker, project, ledger, folder, options.get("on_progress") or (lambda _: None))
        return await run.all_takes()


@dataclass
class _Run:
    """One run while it goes on."""

    plan: Plan
    maker: Generator
    project: Project
    ledger: Ledger
    folder: RunFolder
    tell: Callable[[RunProgress], None]

    async def all_takes(self) -> Outcome:
        """Make every repetition, and write down how the run ended."""
        self.tell(RunProgress("started", folder=self.folder.path))
        gate = asyncio.Semaphore(AT_ONCE)
        hopeless = asyncio.Event()

        async def take(number: int) -> list[Outcome]:
            async with gate:
                if hopeless.is_set():
                    return []
                try:
                    outcomes = await self._take(number)
                except Exception:
                    hopeless.set()
                    raise
                if outcomes[-1].status in _HOPELESS:
                    hopeless.set()
                return outcomes

        try:
            # When one fails, as on a full disk, the others were sent already and will be paid.
            takes = await asyncio.gather(*map(take, range(self.plan.count)), return_exceptions=True)
            outcomes = _all_of(takes)
        except asyncio.CancelledError:
            self.tell(RunProgress("ended", outcome=self.folder.finish(_CANCELLED, now=_now()), folder=self.folder.path))
            raise
        together = merged(outcomes)
        warnings = tuple(dict.fromkeys((*self.plan.warnings, *together.warnings)))
        outcome = self.folder.finish(replace(together, warnings=warnings), now=_now())
        self.tell(RunProgress("ended", outcome=outcome, folder=self.folder.path))
        return outcome

    async def _take(self, take: int) -> list[Outcome]:
        """Make the turns in order; earlier pictures go into later turns."""
        turns = self.plan.prompt.turns
        outcomes: list[Outcome] = []
        made = self.folder.made(take)
        for number, turn in enumerate(turns):
            if number in made:
                self.tell(RunProgress("kept", number + 1, len(turns), turn.name, made[number]))
                outcomes.append(await self._finished(made[number], turn))
                continue
            earlier = tuple(_as_image(outcomes[part.turn].pictures[-1]) for part in turn.earlier)
            request = Request(
                _with_words(turn, outcomes), self.plan.model, self.plan.prompt.settings, earlier, self.plan.prompt
            )
            self.tell(RunProgress("sent", number + 1, len(turns), turn.name))
            outcome = await self._request(request, number, take)
            if outcome.repeatable:
                outcome = after_empty(outcome, await self._request(request, number, take))
            outcome = await self._finished(outcome, turn)
            outcomes.append(outcome)
            self.tell(RunProgress("saved", number + 1, len(turns), turn.name, outcome))
            if not outcome.ok:
                break
        return outcomes

    async def _request(self, request: Request, number: int, take: int) -> Outcome:
        """Send one request and return its outcome; it is booked before it is sent and again when it has ended."""
        # A cancellation during the last save takes effect here, before this request is booked.
        await asyncio.sleep(0)
        estimate = self._estimate(request)
        entry = Planned(
            run=self.folder.id,
            recipe=self.plan.prompt.recipe,
            turn=number,
            take=take,
            generator=self.maker.name,
            model=request.model.id,
            fingerprint=request.fingerprint,
            prompt_fingerprint=self.plan.prompt.fingerprint,
            estimate=estimate,
        )
        try:
            row = self.ledger.book(entry, budget=self.project.budget)
        except BudgetError as error:
            return Outcome(Status.BUDGET, message=str(error), billable="no", cost=Decimal(0), model=request.model.id)
        self.ledger.sent(row)
        sent = Sent(
            turn=number,
            model=request.model.id,
            fingerprint=request.fingerprint,
            sent_at=_now(),
            ended_at=_now(),
            earlier=tuple(image.sha256 for image in request.earlier),
            estimate=estimate,
            take=take,
            entry=row,
        )
        try:
            # Text of plugins is mended, too: a half of a character cannot be written, and the answer is paid.
            outcome = without_key(await self.maker.generate(request))
        except asyncio.CancelledError:
            self.ledger.unknown(row, note="It was stopped while the answer was awaited.")
            self.folder.lost(replace(sent, ended_at=_now()))
            raise
        except BaseException:
            self.ledger.unknown(row, note="The generator broke off.")
            raise
        if outcome.cost is None and outcome.billable == "no":
            outcome = replace(outcome, cost=Decimal(0))
        try:
            return self.folder.save(outcome, replace(sent, ended_at=_now()))
        finally:
            # Also when the answer cannot be saved, as on a full disk: it was paid.
            self.ledger.ended(row, outcome)

    async def _finished(self, outcome: Outcome, turn: Turn) -> Outcome:
        """Return the outcome with the cut-out or composite that the prompt asks for; make it unless it is there."""
        if self.maker.name == "proof" or not outcome.ok or outcome.derived:
            return outcome
        return await asyncio.to_thread(finishing.finished, outcome, turn, self.plan.prompt.settings, self.folder)

    def _estimate(self, request: Request) -> Decimal | None:
        """Return what this request should cost: nothing on the proof, unknown on a generator without prices."""
        if self.maker.name == "proof":
            return Decimal(0)
        if request.model.generator != self.maker.name:
            return None
        return request.model.estimate(replace(self.plan.prompt, turns=(request.turn,)))


def _all_of(takes: Sequence[list[Outcome] | BaseException]) -> list[Outcome]:
    """Return the outcomes of all repetitions; raise the first exception among them."""
    outcomes: list[Outcome] = []
    for take in takes:
        if isinstance(take, BaseException):
            raise take
        outcomes += take
    return outcomes


_CANCELLED: Final = Outcome(
    Status.CANCELLED,
    message="The run was stopped.",
    next_step="What was finished is saved, and the same command goes on; a request on its way may have been paid.",
)


def _with_words(turn: Turn, outcomes: Sequence[Outcome]) -> Turn:
    """Return the turn with the words that earlier turns settled in their places."""
    if not any(isinstance(part, EarlierWords) for part in turn.parts):
        return turn
    parts = (Text(outcomes[part.turn].text) if isinstance(part, EarlierWords) else part for part in turn.parts)
    return replace(turn, parts=tuple(parts))


def _as_image(picture: Picture) -> Image:
    return Image(
        picture.sha256,
        picture.media_type,
        picture.width,
        picture.height,
        len(picture.data),
        picture.path or picture.data,
        orientation=head(picture.data).orientation,
    )


def _now() -> datetime:
    return datetime.now(UTC)
