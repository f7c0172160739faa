"""Shows what would be sent, how far a run is, and its result."""

from __future__ import annotations

import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prompt_kit.cli.output import give, say, talk
from prompt_kit.outcome import Outcome, Status
from prompt_kit.review.snapshots import snapshot
from prompt_kit.support.money import about, dollars, recorded

if TYPE_CHECKING:
    from prompt_kit.generators import Generator
    from prompt_kit.project import Project
    from prompt_kit.work.events import Event
    from prompt_kit.work.orders import Item, Result


def chosen_generator(name: str | None, project: Project) -> str:
    """Return the generator that was asked for, or the default one, and print its name to stderr."""
    from prompt_kit.work.planning import default_generator

    if name is not None:
        return name
    name = default_generator(project)
    name_generator(name, project)
    return name


def name_generator(name: str, project: Project) -> None:
    """Print who is going to make the pictures."""
    from prompt_kit.generators import is_free

    offline = is_free(name) and not project.generator
    talk(f"Generator: {name}" + (" (offline; no key is set)" if offline else ""))


def tell_lost_history(project: Project) -> None:
    """Print a warning when the ledger is new though runs are there, before anything is booked in it."""
    from prompt_kit.record.history import missing_history
    from prompt_kit.record.ledger import Ledger

    if not Ledger.exists(project.ledger_url):
        warning = missing_history(None, project.runs_folder)
    else:
        with Ledger.open(project.ledger_url) as ledger:
            warning = missing_history(ledger, project.runs_folder)
    if warning:
        talk(warning)


def announce(maker: Generator) -> None:
    """Print before the first request which computer it goes to, when that is not the provider's own."""
    from prompt_kit.generators import elsewhere

    if host := elsewhere(maker):
        talk(f"{maker.name} is asked at {host}: key, prompts and pictures go there.")


class RunWatch:
    """Prints to stderr how far the work is."""

    def __init__(self) -> None:
        self.results: dict[int, Result] = {}
        self._started: dict[tuple[int, int, int], float] = {}
        self._folders: dict[int, Path] = {}
        """The folders of runs that have not ended well."""

    def __call__(self, event: Event) -> None:
        """Print one line about a step, if it needs one."""
        label = f"{event.turn}/{event.turns} {event.name}".strip() if event.turns > 1 else "The picture"
        request = (event.item.number, event.take, event.turn)
        match event.step:
            case "started" if event.folder is not None:
                self._folders[event.item.number] = event.folder
            case "kept":
                talk(f"{label} is there already.")
            case "sent":
                self._started[request] = time.monotonic()
                if sys.stderr.isatty():
                    talk(f"{label} is being made …")
            case "waiting":
                talk(event.text)
            case "saved" if event.outcome is not None:
                seconds = time.monotonic() - self._started[request]
                how = "is saved" if event.outcome.ok else f"did not come ({event.outcome.status})"
                if event.turns > 1 or sys.stderr.isatty():
                    talk(f"{label} {how} after {seconds:.1f} s.")
            case "ended" if event.result is not None:
                self._end(event, event.result)

    def _end(self, event: Event, result: Result) -> None:
        self.results[event.item.number] = result
        if result.status is Status.CANCELLED and event.outcome is not None:
            talk(event.outcome.explanation)
            self.name_folder(event.item.number)
        elif result.error is None:
            self._folders.pop(event.item.number, None)

    def name_folders(self) -> None:
        """Print the folders of all runs that have not ended well; the pictures that were paid are there."""
        for number in list(self._folders):
            self.name_folder(number)

    def name_folder(self, number: int) -> None:
        """Print the folder of an item's run, once."""
        if folder := self._folders.pop(number, None):
            talk(f"Record: {short(folder)}")


def show_plan(planned: Item, *, left: Decimal | None = None) -> None:
    """Print what would be sent and what it would cost; ``left`` is what the budget has left, if there is any."""
    give(snapshot(planned.prompt))
    say(f"model        {planned.model.id}\ngenerator    {planned.generator}")
    say(f"requests     {len(planned.places)}" + (f" of {planned.requests}" if planned.kept else ""))
    if planned.kept:
        say(f"goes on      {short(planned.kept.folder)}")
    say(f"fingerprint  {planned.prompt.fingerprint}")
    cost = about(planned.price())
    if planned.free:
        known = planned.estimate is not None
        cost = f"$0; with the real model {about(planned.estimate)}" if known else "$0; the real model's is not known"
    say(f"cost         {cost}")
    if left is not None:
        say(f"budget       {dollars(max(left, Decimal()), least=2)} left")
    for warning in planned.warnings:
        talk(warning)


def budget_left(project: Project) -> Decimal | None:
    """Return what the tightest budget has left for whoever works here, in US dollars; ``None`` when there is none."""
    budget, own = project.budget, project.budget.of_person(project.person())
    limits = [limit for limit in (budget.run, budget.day, budget.month, own) if limit is not None]
    if not limits:
        return None
    from prompt_kit.record.ledger import Ledger

    if not Ledger.exists(project.ledger_url):
        return min(limits)
    with Ledger.open(project.ledger_url) as ledger:
        return ledger.left(budget, person=project.person())


def show(planned: Item, outcome: Outcome) -> None:
    """Print the prompt and, last, the paths of the pictures; everything else goes to stderr."""
    for warning in outcome.warnings:
        talk(warning)
    if not outcome.ok:
        talk(outcome.explanation)
        talk(f"Status: {outcome.status}" + (f" ({outcome.reason})" if outcome.reason else ""))
    if planned.free:
        known = planned.estimate is not None
        with_it = f"With {planned.model.title} it would be" if known else f"The price of {planned.model.title} is"
        talk(f"Cost: $0. {with_it} {about(planned.estimate) if known else 'not known'}.")
    else:
        talk(f"Cost: {dollars(outcome.cost)} (estimated {dollars(planned.estimate)}).")
    talk(f"Record: {short(outcome.folder)}\n" if outcome.folder else "Record: none; nothing was sent.\n")
    give(str(planned.prompt))
    if outcome.page:
        say(f"\nWords and pictures in their order: {short(outcome.page)}")
    elif outcome.text:
        say(f"\nThe model says: {outcome.text}")
    if outcome.thoughts:
        say(f"\nThe model thought: {outcome.thoughts}")
    _show_search(outcome)
    for draft in outcome.drafts:
        talk(f"Draft, not a result: {short(draft.path)}")
    say()
    for picture in outcome.pictures:
        say(str(short(picture.path)))
    for derived in outcome.derived:
        talk(f"{derived.kind.capitalize()}: {derived.report}")
        say(str(short(derived.path)))


def _show_search(outcome: Outcome) -> None:
    """Print what was looked up; Google asks to show its suggestions wherever a grounded picture is shown."""
    if outcome.queries:
        say(f"\nSearched for: {'; '.join(outcome.queries)}")
    for source in outcome.sources:
        say(f"Source: {source.title} {source.uri}".replace("  ", " "))
    if outcome.suggestions and outcome.folder:
        pages = sorted(outcome.folder.glob("search-*.html"))
        say(f"Google Search suggestions, to be shown with the picture: {', '.join(str(short(p)) for p in pages)}")


def plain_plan(planned: Item) -> dict[str, Any]:
    """Return what would be sent as plain data."""
    return {
        "prompt": planned.prompt.to_dict(),
        "fingerprint": planned.prompt.fingerprint,
        "model": planned.model.id,
        "generator": planned.generator,
        "requests": planned.requests,
        "estimate_usd": recorded(planned.estimate),
        "warnings": list(planned.warnings),
    }


def plain(planned: Item, outcome: Outcome) -> dict[str, Any]:
    """Return what was sent and its result as plain data."""
    return plain_plan(planned) | {
        "status": str(outcome.status),
        "reason": outcome.reason,
        "message": outcome.explanation,
        "text": outcome.text,
        "cost_usd": recorded(outcome.cost),
        "billable": outcome.billable,
        "pictures": [str(picture.path) for picture in outcome.pictures],
        "derived": [
            {"file": str(derived.path), "kind": derived.kind, "report": derived.report} for derived in outcome.derived
        ],
        "drafts": [str(draft.path) for draft in outcome.drafts],
        "page": str(outcome.page) if outcome.page else None,
        "thoughts": outcome.thoughts,
        "queries": list(outcome.queries),
        "sources": [{"title": source.title, "uri": source.uri} for source in outcome.sources],
        "search_suggestions": outcome.suggestions,
        "folder": str(outcome.folder) if outcome.folder else None,
        "warnings": list(outcome.warnings),
    }


def short(path: Path | None) -> str:
    """Return a path as people type it here; nothing when there is none."""
    if path is None:
        return ""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):  # it is elsewhere, or the current folder is gone
        return str(path)
