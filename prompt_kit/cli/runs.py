"""Commands that look at the record: ``runs list``, ``runs show`` and ``runs spend``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from prompt_kit.cli.jobs import cancel_job, list_jobs, standing, wait_for_jobs
from prompt_kit.cli.progress import dollars
from prompt_kit.errors import PromptKitError
from prompt_kit.project import find_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prompt_kit.record.ledger import Spending
    from prompt_kit.record.runs import Member, Run

SHOWN: Final = 48
"""How much of a change is shown in a tree of refinements, in characters."""

THOUGHTS: Final = 240
"""How much of a model's thinking is shown, in characters."""


@click.group()
def runs() -> None:
    """Look at what was made, asked and paid."""


for _command in (list_jobs, wait_for_jobs, cancel_job):
    runs.add_command(_command)


@runs.command("list")
@click.option("-n", "--count", default=20, show_default=True, help="How many, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_runs(count: int, *, as_json: bool) -> None:
    """List the runs, the newest first."""
    from itertools import islice

    from prompt_kit.record.runs import runs as all_runs

    found = list(islice(all_runs(find_project().runs_folder), count))
    if as_json:
        click.echo(json.dumps([_plain(run) for run in found], indent=2, ensure_ascii=False))
        return
    if not found:
        click.echo("There are no runs yet. Make one: prompt-kit generate sticker --example red-panda", err=True)
    for run in found:
        if run.damage:
            click.echo(f"{run.id:<36}{run.damage}")
            continue
        noun = "picture" if run.pictures == 1 else "pictures"
        line = f"{run.id:<36}{run.state:<11}{run.generator:<10}{run.pictures:>3} {noun:<9}{dollars(run.cost):>10}"
        click.echo(line + (f"  ← {run.parent.rpartition('/')[2]}" if run.parent else ""))


@runs.command("show")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print run.json as it is.")
def show_run(run: str, *, as_json: bool) -> None:
    """Show one run: its id, folder, picture or sidecar names it."""
    from prompt_kit.record.runs import family, open_run, prompt_from
    from prompt_kit.review.snapshots import snapshot

    root = find_project().runs_folder
    opened = open_run(run, root)
    if as_json:
        click.echo(json.dumps(dict(opened.record), indent=2, ensure_ascii=False))
        return
    summary = opened.summary
    for label, text in (*_head(opened, root), *_made(opened), *_thought(opened), *_looked_up(opened)):
        click.echo(f"{label:<13}{_in_one_line(text)}")
    tree = family(opened, summary.folder.parents[1])
    if len(tree) > 1:
        click.echo("\nrefinements")
        for line in _drawn(tree, summary.id):
            click.echo(f"  {line}")
    click.echo()
    click.echo(snapshot(prompt_from(summary.folder, root)), nl=False)


def _head(run: Run, root: Path) -> Iterator[tuple[str, str]]:
    """Yield what a run is, how it stands, and what it came from."""
    summary, record = run.summary, run.told
    yield from (("run", summary.id), ("state", summary.state), ("generator", summary.generator))
    yield from (("cost", dollars(summary.cost)), ("folder", str(summary.folder)))
    totals = record.totals
    if summary.state == "waiting":
        yield "job", _job(record.job, root)
    elif totals and totals.message:
        yield "message", f"{totals.message} {totals.next_step}"
    before = max(len(turn.get("history", ())) for turn in record.turns)
    if before:
        exchanges = "1 exchange" if before == 1 else f"{before} exchanges"
        picture = record.parent_picture or "a picture"
        source = f" that led to {picture} of {summary.parent}" if summary.parent else ""
        yield "conversation", f"continues {exchanges}{source}"


def _job(name: str, root: Path) -> str:
    """Return how the job of a waiting run stands, as it was last seen, and how it goes on."""
    from prompt_kit.work.jobs import job_of

    try:
        return f"{name}, {standing(job_of(name, root))}; collect it: prompt-kit runs wait {name}"
    except PromptKitError as error:
        return f"{name}. {error}"


def _made(run: Run) -> Iterator[tuple[str, str]]:
    """Yield the files of a run: pictures, what was made from them here, pages and drafts."""
    for picture in run.pictures:
        yield "picture", picture.name
        for one in run.told.derived:
            if one.source == picture.name:
                yield one.kind, f"{one.file}  {one.report}"
    yield from (("page", page.name) for page in sorted(run.summary.folder.glob("page-*.md")))
    drafts = sorted(draft.name for draft in run.summary.folder.glob("draft-*"))
    if drafts:
        yield "drafts", f"{', '.join(drafts)}  from the model's thinking, no results"


def _thought(run: Run) -> Iterator[tuple[str, str]]:
    """Yield the beginning of what the model thought, and where the rest stands."""
    from pathlib import Path as AnyPath

    requests = run.told.requests
    for done in requests:
        words = " ".join(done.answer.thoughts.split())
        if not words:
            continue
        first = next(iter(done.pictures), "")
        which = done.request.name or (first if len(requests) > 1 else "")
        place = AnyPath(first).with_suffix(".json").name if first else "run.json"
        if len(words) > THOUGHTS:
            words = f"{words[:THOUGHTS].rstrip()}…  whole in {place}"
        yield "thoughts", f"{which}: {words}" if which else words


def _looked_up(run: Run) -> Iterator[tuple[str, str]]:
    """Yield what was searched for, what was found, and Google's suggestions, which it asks to show."""
    answers = [done.answer for done in run.told.requests]
    queries = dict.fromkeys(query for answer in answers for query in answer.queries)
    if queries:
        yield "searched", "; ".join(queries)
    sources = dict.fromkeys((one.title, one.uri) for answer in answers for one in answer.sources)
    yield from (("source", f"{title} {uri}") for title, uri in sources)
    for page in sorted(run.summary.folder.glob("search-*.html")):
        yield "suggestions", f"{page.name}  Google's, to be shown with the picture"


def _in_one_line(text: str) -> str:
    """Return words of a provider or a model so that they neither break the lines nor command the terminal."""
    from prompt_kit.review.diff.phrasing import harmless

    return harmless(text.replace("\n", " ").rstrip())


def _drawn(tree: tuple[Member, ...], here: str) -> Iterator[str]:
    """Yield the lines of a tree of refinements; ``here`` is the id of the run that is marked."""
    bars: list[str] = []
    for member in tree:
        del bars[max(member.depth - 1, 0) :]
        branch = "".join(bars)
        if member.depth:
            branch += "└─ " if member.last else "├─ "
            bars.append("   " if member.last else "│  ")
        yield f"{branch}{_told(member)}" + ("  ← this one" if member.run.id == here else "")


def _told(member: Member) -> str:
    name = member.run.id.rpartition("/")[2]
    if member.run.damage:
        return f"{name}  ({'its record is damaged' if member.run.folder.is_dir() else 'gone'})"
    change = " ".join(member.change.split())
    change = change if len(change) <= SHOWN else f"{change[: SHOWN - 1].rstrip()}…"
    made = ", ".join(member.pictures) or member.run.state
    asked = f"  {member.parent_picture}: “{change}”" if change else ""
    return f"{name}{asked}  → {made}  {dollars(member.run.cost)}"


@runs.command("spend")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def spend(*, as_json: bool) -> None:
    """Say what was spent today and this month, and what is left of the budget."""
    from prompt_kit.record.ledger import Ledger

    project = find_project()
    now = datetime.now(UTC)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with Ledger.open(project.ledger_url) as ledger:
        ledger.reconcile()
        spent = {"day": ledger.spent(today), "month": ledger.spent(today.replace(day=1))}
    limits = {"day": project.budget.day, "month": project.budget.month}
    if as_json:
        click.echo(json.dumps({name: _plain_spending(one) for name, one in spent.items()}, indent=2))
        return
    names = {"day": "today (UTC)", "month": f"{now:%B}"}
    for name, one in spent.items():
        line = f"{names[name]:<14}{dollars(one.known)} booked"
        if one.unknown_count or one.possible:
            line += f", and {one.unknown_count} requests that may have been paid (about {dollars(one.possible)})"
        if (limit := limits[name]) is not None:
            line += f"; {dollars(limit - one.known - one.possible)} left of {dollars(limit)}"
        click.echo(line)


def _plain_spending(spending: Spending) -> dict[str, Any]:
    return {
        "known_usd": str(spending.known),
        "possible_usd": str(spending.possible),
        "unknown_requests": spending.unknown_count,
    }


def _plain(run: Any) -> dict[str, Any]:
    return {
        "id": run.id,
        "folder": str(run.folder),
        "state": run.state,
        "recipe": run.recipe,
        "generator": run.generator,
        "started": run.started.isoformat() if run.started else None,
        "parent": run.parent or None,
        "pictures": run.pictures,
        "cost_usd": None if run.cost is None else str(run.cost),
        "damage": run.damage,
    }
