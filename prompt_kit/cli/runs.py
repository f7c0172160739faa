"""Commands that look at the record: ``runs list``, ``runs show`` and ``runs spend``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from prompt_kit.cli.jobs import cancel_job, list_jobs, standing, wait_for_jobs
from prompt_kit.cli.narrowing import DIVIDED, narrowed, period
from prompt_kit.cli.output import give, give_json, say, talk
from prompt_kit.cli.reviews import approve, comment, export, reject, review_lines, verdicts
from prompt_kit.errors import InputError, NotFoundError, PromptKitError
from prompt_kit.project import find_project
from prompt_kit.support.money import dollars, recorded
from prompt_kit.support.text import counted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from prompt_kit.record.index import PastRun
    from prompt_kit.record.ledger import By, Spending
    from prompt_kit.record.runs import Member, Run

SHOWN: Final = 48
"""How much of a change is shown in a tree of refinements, in characters."""

THOUGHTS: Final = 240
"""How much of a model's thinking is shown, in characters."""


@click.group()
def runs() -> None:
    """Look at what was made, asked and paid."""


for _command in (list_jobs, wait_for_jobs, cancel_job, approve, reject, comment, export):
    runs.add_command(_command)


@runs.command("list")
@click.option(
    "-n", "--count", type=click.IntRange(1), default=20, show_default=True, help="How many, the newest first."
)
@narrowed
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_runs(count: int, *, as_json: bool, **wanted: Any) -> None:
    """List the runs, the newest first."""
    from prompt_kit.record.archive import Archive

    archive = Archive(find_project())
    page = archive.history(**wanted, limit=count)
    listed, total = list(page.runs), page.total
    while page.cursor and len(listed) < count:
        page = archive.history(**wanted, limit=count - len(listed), cursor=page.cursor)
        listed += page.runs
    if as_json:
        give_json([_plain(past) for past in listed])
        return
    if not listed and not any(wanted.values()):
        talk("There are no runs yet. Make one: prompt-kit generate sticker --example red-panda")
    elif not listed:
        talk("There are no such runs.")
    for past in listed:
        say(_line(past))
    if len(listed) < total:
        talk(f"{len(listed)} of {total} runs; the others: prompt-kit runs list -n {total}")


def _line(past: PastRun) -> str:
    run = past.run
    if run.damage:
        return f"{run.id:<36}{run.damage}"
    noun = "picture" if run.pictures == 1 else "pictures"
    line = f"{run.id:<36}{run.state:<11}{run.generator:<10}{run.pictures:>3} {noun:<9}{dollars(run.cost):>10}"
    line += f"  {run.started:%H:%M}" if run.started else ""
    line = f"{line}  {shortened(run.subject, SHOWN)}".rstrip()
    line += f"  ← {run.parent.rpartition('/')[2]}" if run.parent else ""
    more = "; ".join(filter(None, (run.person, verdicts(past.approved, past.rejected))))
    return f"{line}  ({more})" if more else line


@runs.command("show")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print the whole record as JSON.")
def show_run(run: str, *, as_json: bool) -> None:
    """Show one run: its id, folder, picture or sidecar names it."""
    from prompt_kit.record.reviews import reviews_in
    from prompt_kit.record.runs import family, open_run, prompt_from
    from prompt_kit.record.unasked import end_unasked
    from prompt_kit.review.snapshots import snapshot

    project = find_project()
    root = project.runs_folder
    end_unasked(project)
    opened = open_run(run, root)
    if as_json:
        give_json(dict(opened.record))
        return
    summary = opened.summary
    lines = (*_head(opened, root), *_made(opened), *_thought(opened), *_looked_up(opened))
    for label, text in ((label, text.replace("\n", " ").rstrip()) for label, text in lines):
        say(f"{label:<13}{text}")
    for line in review_lines(reviews_in(summary.folder)):
        say(f"{'review':<13}{line}")
    tree = family(opened, summary.folder.parents[1])
    if len(tree) > 1:
        say("\nrefinements")
        for line in _drawn(tree, summary.id):
            say(f"  {line}")
    say()
    give(snapshot(prompt_from(summary.folder, root)), nl=False)


def _head(run: Run, root: Path) -> Iterator[tuple[str, str]]:
    """Yield a run's recipe, state and parent."""
    summary, record = run.summary, run.fields
    yield from (("run", summary.id), ("state", summary.state), ("generator", summary.generator))
    if summary.person:
        yield "person", summary.person
    yield from (("cost", dollars(summary.cost)), ("folder", str(summary.folder)))
    totals = record.totals
    if summary.state == "waiting":
        yield "job", _job(record.job, root)
    elif totals and totals.message:
        yield "message", f"{totals.message} {totals.next_step}"
    before = max(len(turn.get("history", ())) for turn in record.turns)
    if before:
        exchanges = counted(before, "exchange")
        picture = record.parent_picture or "a picture"
        source = f" that led to {picture} of {summary.parent}" if summary.parent else ""
        yield "conversation", f"continues {exchanges}{source}"


def _job(name: str, root: Path) -> str:
    """Return the state of a waiting run's job when it was last looked at, and the command that collects it."""
    from prompt_kit.work.jobs import job_of

    try:
        return f"{name}, {standing(job_of(name, root))}; collect it: prompt-kit runs wait {name}"
    except PromptKitError as error:
        return f"{name}. {error}"


def _made(run: Run) -> Iterator[tuple[str, str]]:
    """Yield the files of a run: pictures, what was made from them here, pages and drafts."""
    for picture in run.pictures:
        yield "picture", picture.name
        for entry in run.fields.derived:
            if entry.source == picture.name:
                yield entry.kind, f"{entry.file}  {entry.report}"
    yield from (("page", page.name) for page in sorted(run.summary.folder.glob("page-*.md")))
    drafts = sorted(draft.name for draft in run.summary.folder.glob("draft-*"))
    if drafts:
        yield "drafts", f"{', '.join(drafts)}  from the model's thinking, no results"


def _thought(run: Run) -> Iterator[tuple[str, str]]:
    """Yield the beginning of the model's thoughts, and the file that has the rest."""
    from pathlib import Path as AnyPath

    requests = run.fields.requests
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
    """Yield the searches, the pages that were read, and Google's suggestions, which it asks to show."""
    answers = [done.answer for done in run.fields.requests]
    queries = dict.fromkeys(query for answer in answers for query in answer.queries)
    if queries:
        yield "searched", "; ".join(queries)
    sources = dict.fromkeys((source.title, source.uri) for answer in answers for source in answer.sources)
    yield from (("source", f"{title} {uri}") for title, uri in sources)
    for page in sorted(run.summary.folder.glob("search-*.html")):
        yield "suggestions", f"{page.name}  Google's, to be shown with the picture"


def _drawn(tree: tuple[Member, ...], here: str) -> Iterator[str]:
    """Yield the lines of a tree of refinements; ``here`` is the id of the run that is marked."""
    bars: list[str] = []
    for member in tree:
        del bars[max(member.depth - 1, 0) :]
        branch = "".join(bars)
        if member.depth:
            branch += "└─ " if member.last else "├─ "
            bars.append("   " if member.last else "│  ")
        yield f"{branch}{_member_line(member)}" + ("  ← this one" if member.run.id == here else "")


def _member_line(member: Member) -> str:
    name = member.run.id.rpartition("/")[2]
    if member.run.damage:
        return f"{name}  ({'its record is damaged' if member.run.folder.is_dir() else 'gone'})"
    change = shortened(" ".join(member.change.split()), SHOWN)
    made = ", ".join(member.pictures) or member.run.state
    asked = f"  {member.parent_picture}: “{change}”" if change else ""
    return f"{name}{asked}  → {made}  {dollars(member.run.cost)}"


@runs.command("spend")
@click.option("--by", type=click.Choice(DIVIDED), default=None, help="Say it for each of them.")
@click.option("--person", metavar="NAME", help="Only what was made for this person.")
@period
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def spend(*, by: By | None, person: str | None, since: date | None, until: date | None, as_json: bool) -> None:
    """Say what was spent today and this month, and what is left of the budget."""
    if by is None and (since or until):
        raise InputError("--since and --until need --by, such as --by day.")
    if by is not None and person is not None:
        raise InputError("--by and --person do not go together. Take --by person to see everybody's part.")
    if by is not None:
        _spend_by(by, since, until, as_json=as_json)
        return
    from prompt_kit.record.history import missing_history
    from prompt_kit.record.ledger import Ledger

    project = find_project()
    now = datetime.now(UTC)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with Ledger.open(project.ledger_url) as ledger:
        if warning := missing_history(ledger, project.runs_folder):
            talk(warning)
        ledger.reconcile()
        if person is not None and person not in (persons := ledger.persons()):
            raise NotFoundError("person", person, persons)
        begins = {"day": today, "month": today.replace(day=1)}
        spent = {name: ledger.spent(begin, person=person) for name, begin in begins.items()}
    # The budget is for everybody together.
    limits = {"day": project.budget.day, "month": project.budget.month} if person is None else {}
    if as_json:
        give_json({name: _plain_spending(spending) for name, spending in spent.items()})
        return
    names = {"day": "today (UTC)", "month": f"{now:%B}"}
    for name, spending in spent.items():
        line = f"{names[name]:<14}{dollars(spending.known)} booked" + _perhaps(spending)
        if (limit := limits.get(name)) is not None:
            line += f"; {dollars(limit - spending.known - spending.possible)} left of {dollars(limit)}"
        say(line)


def _spend_by(by: By, since: date | None, until: date | None, *, as_json: bool) -> None:
    """Say what was spent for each day, recipe, person or model."""
    from prompt_kit.record.archive import Archive

    lines = Archive(find_project()).spending(by=by, since=since, until=until)
    if as_json:
        give_json([{by: line.name, "requests": line.requests, **_plain_spending(line.spending)} for line in lines])
        return
    if not lines:
        talk("Nothing was spent.")
    width = max((len(line.name) for line in lines), default=0) + 2
    for line in lines:
        asked = counted(line.requests, "request")
        words = f"{line.name or '-':<{width}}{dollars(line.spending.known):>10} booked for {asked}"
        say(words + _perhaps(line.spending))


def _perhaps(spending: Spending) -> str:
    """Return what may have been spent besides, as the end of a line."""
    if not (spending.unknown_count or spending.possible):
        return ""
    return f", and {spending.unknown_count} requests that may have been paid (about {dollars(spending.possible)})"


@runs.command("rebuild-ledger")
def rebuild() -> None:
    """Restore the ledger's rows from the records of the runs, after it was lost or moved away."""
    from prompt_kit.work.rebuilding import rebuild_ledger

    project = find_project()
    rebuilt = rebuild_ledger(project)
    for problem in rebuilt.problems:
        talk(problem)
    if not rebuilt.totals_were_right:
        talk("The running totals did not agree with the rows; they were counted anew.")
    runs_read = counted(rebuilt.runs, "run")
    if not rebuilt.requests:
        say(f"Nothing was missing: the ledger has every request that the records of {runs_read} have.")
        return
    uncertain = f", {rebuilt.uncertain} of which may have been paid" if rebuilt.uncertain else ""
    say(f"Restored {counted(rebuilt.requests, 'request')} from {runs_read}{uncertain}: {dollars(rebuilt.cost)}.")


def _plain_spending(spending: Spending) -> dict[str, Any]:
    return {
        "known_usd": recorded(spending.known),
        "possible_usd": recorded(spending.possible),
        "unknown_requests": spending.unknown_count,
    }


def _plain(past: PastRun) -> dict[str, Any]:
    return past.to_dict() | {"folder": str(past.run.folder), "damage": past.run.damage}
