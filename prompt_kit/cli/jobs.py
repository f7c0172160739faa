"""Commands for jobs: ``--batch``, ``runs jobs``, ``runs wait`` and ``runs cancel``."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from prompt_kit.cli.limits import limit
from prompt_kit.cli.output import give_json, named, say, talk
from prompt_kit.cli.progress import announce, budget_left, plain_plan, short, show_plan
from prompt_kit.project import find_project
from prompt_kit.support.money import about, dollars, recorded, total
from prompt_kit.support.text import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prompt_kit.project import Project
    from prompt_kit.work.jobs import Job, Row
    from prompt_kit.work.orders import Plan


def submit_orders(plan: Plan, options: Mapping[str, Any]) -> None:
    """Submit what a plan holds as jobs, or with ``--dry-run`` say what that would mean.

    Exits with 1 when a job was not submitted.
    """
    from prompt_kit.work.jobs import submit
    from prompt_kit.work.planning import generator_for

    if options["out"]:
        raise click.UsageError("--out copies pictures, and a job has none yet. 'runs wait' tells where they are.")
    if options["resend"]:
        raise click.UsageError("--resend sends a lost request once more at once. Leave out --batch, or take --new.")
    project = plan.project
    if options["dry_run"]:
        _show_submission(plan, as_json=options["as_json"])
        return
    for name in plan.makers:
        announce(generator_for(name, project))
    jobs = submit(
        *(replace(item.order, generator=item.generator) for item in plan.items),
        project=project,
        new=options["new"],
        max_cost=limit(options),
        on_priced=partial(_tell, quiet=options["as_json"]),
    )
    print_jobs(jobs, project, as_json=options["as_json"])
    for job in jobs:
        if job.message:
            talk(f"{job.id}: {job.message}")
    if any(job.state != "waiting" for job in jobs):
        click.get_current_context().exit(1)
    if not options["as_json"]:
        talk(f"Collect the pictures, today or tomorrow: prompt-kit runs wait {' '.join(job.id for job in jobs)}")


def _tell(plan: Plan, *, quiet: bool) -> None:
    """Print what is about to be submitted; ``quiet`` leaves the price to the JSON that follows."""
    for warning in dict.fromkeys(warning for item in plan.items for warning in item.warnings):
        talk(warning)
    every = sum(item.requests for item in plan.items)
    if plan.requests < every:
        talk(f"{every - plan.requests} of {every} requests are answered already; the job is for the rest.")
    if not quiet:
        talk(f"{_price(plan)}.")


@click.command("jobs")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_jobs(*, as_json: bool) -> None:
    """List the jobs, the newest first."""
    from prompt_kit.work.jobs import jobs

    project = find_project()
    listed, problems = jobs(project.runs_folder)
    for problem in problems:
        talk(str(problem))
    if not listed and not problems and not as_json:
        talk("There are no jobs. Submit one: prompt-kit generate sticker --example red-panda -n 4 --batch")
    print_jobs(listed, project, as_json=as_json)


@click.command("wait")
@click.argument("names", nargs=-1, metavar="[JOB]...")
@click.option("--timeout", type=click.FloatRange(min=0), help="Wait no longer than this; 0 looks once.", metavar="MIN")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def wait_for_jobs(names: tuple[str, ...], timeout: float | None, *, as_json: bool) -> None:
    """Wait for jobs and save what came of them; all that are not over, when none is named.

    It may be stopped at any time and started again, on any computer that has the folder.
    """
    from prompt_kit.work.jobs import collect

    project = find_project()
    _announce(project)
    seconds = None if timeout is None else timeout * 60
    jobs = collect(*names, project=project, timeout_s=seconds, on_look=_JobWatch())
    if as_json:
        print_jobs(jobs, project, as_json=True)
    else:
        if not jobs:
            talk("No job is under way.")
        for job in jobs:
            _show(job, project)
    if not all(job.ok for job in jobs):
        click.get_current_context().exit(1)


@click.command("cancel")
@click.argument("name", metavar="JOB")
def cancel_job(name: str) -> None:
    """Ask to stop a job; finished pictures can still be collected."""
    from prompt_kit.work.jobs import cancel

    project = find_project()
    _announce(project)
    job = cancel(name, project=project)
    talk(f"{job.id}: {job.message or job.state}")


def _announce(project: Project) -> None:
    from prompt_kit.work.jobs import jobs
    from prompt_kit.work.planning import generator_for

    for name in sorted({job.generator for job in jobs(project.runs_folder)[0] if not job.over}):
        announce(generator_for(name, project))


class _JobWatch:
    """Prints what has changed about a job each time it was looked at."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}

    def __call__(self, job: Job) -> None:
        """Print the job's state to stderr if it has changed."""
        said = f"{job.id}: {standing(job)}." + (f" {job.message}" if job.message else "")
        new = f"{job.state} {job.said} {job.message}"
        if self._last.get(job.id) != new:
            talk(said)
        self._last[job.id] = new


def _show_submission(plan: Plan, *, as_json: bool) -> None:
    left = budget_left(plan.project)
    if as_json:
        plain = {
            "plans": [plain_plan(item) for item in plan.items],
            "requests": plan.requests,
            "jobs": _models(plan),
            "estimate_usd": recorded(plan.estimate),
        }
        give_json(plain | ({} if left is None else {"budget_left_usd": recorded(left)}))
        return
    for item in plan.items:
        show_plan(item)
    say(f"job          {_price(plan)}")
    if left is not None:
        say(f"budget       {dollars(left, least=2)} left")


def _models(plan: Plan) -> int:
    """Return how many jobs it is: one for each model."""
    return len({item.model.id for item in plan.items})


def _price(plan: Plan) -> str:
    requests = counted(plan.requests, "request")
    where = "one job" if _models(plan) == 1 else f"{_models(plan)} jobs, one for each model"
    at_once = total(item.price() for item in plan.items)
    instead = "" if at_once is None else f" instead of {dollars(at_once)}"
    return f"{requests} in {where}: {about(plan.estimate)}{instead}"


def print_jobs(jobs: Sequence[Job], project: Project, *, as_json: bool) -> None:
    """Print one line for each job, or all about them as JSON."""
    if as_json:
        give_json([_plain(job, project) for job in jobs])
        return
    for job in jobs:
        made = sum(len(row.pictures) for row in job.rows)
        count = f"{made} of {len(job.rows)} pictures" if job.over else f"{len(job.rows)} requests"
        price = dollars(job.cost) if job.over else about(job.estimate)
        say(f"{job.id:<14}{_state(job):<22}{_age(job):>7}  {count:<20}{price:<14}{job.model}")


def _show(job: Job, project: Project) -> None:
    """Print the results of a job's requests; the paths of the pictures last, on stdout."""
    if not job.over:
        talk(f"{job.id} is not over. Go on waiting: prompt-kit runs wait {job.id}")
        return
    for row in job.rows:
        if row.message:
            talk(f"{_place(row)}: {row.message}")
    good = sum(row.status == "ok" for row in job.rows)
    unknown = sum(row.cost is None for row in job.rows)
    paid = dollars(total(row.cost for row in job.rows if row.cost is not None))
    cost = f"{paid}, and {unknown} of unknown price" if unknown else paid
    talk(f"{job.id}: {good} of {len(job.rows)} requests went well. Cost: {cost}.")
    there = [project.runs_folder / row.run / name for row in job.rows for name in row.pictures]
    with named(there):
        for path in there:
            say(short(path))


def _place(row: Row) -> str:
    return f"{row.run}, request {row.key}"


def standing(job: Job) -> str:
    """Return how far a job is: "running after 12 min"."""
    return f"{_state(job)} after {_age(job)}"


def _state(job: Job) -> str:
    word = job.said.removeprefix("BATCH_").removeprefix("JOB_").removeprefix("STATE_").lower().replace("_", " ")
    return word if word and job.state == "waiting" else job.state


def _age(job: Job) -> str:
    minutes = ((job.ended or datetime.now(UTC)) - job.submitted).total_seconds() / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"  # noqa: PLR2004 - "90 min" is still easy


def _plain(job: Job, project: Project) -> dict[str, Any]:
    plain: dict[str, Any] = job.model_dump(mode="json", exclude={"version", "label"})
    plain |= {"estimate_usd": recorded(job.estimate), "cost_usd": recorded(job.cost), "ok": job.ok}
    for row, plain_row in zip(job.rows, plain["rows"], strict=True):
        plain_row["pictures"] = [str(project.runs_folder / row.run / name) for name in row.pictures]
    return plain
