"""Makes, submits or shows what a plan holds: the same for every command."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import click

from prompt_kit.cli.jobs import submit_orders
from prompt_kit.cli.output import give_json, named, say, talk
from prompt_kit.cli.progress import RunWatch, announce, budget_left, plain, plain_plan, show, show_plan
from prompt_kit.errors import PromptKitError, WorkspaceError
from prompt_kit.support import files
from prompt_kit.support.money import recorded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prompt_kit.kit import Kit
    from prompt_kit.outcome import Outcome
    from prompt_kit.work.orders import Plan, Result


def carry_out(kit: Kit, plan: Plan, options: Mapping[str, Any]) -> None:
    """Make what a plan holds and show it; with ``--batch`` submit it, with ``--dry-run`` say what that would mean.

    Exits with 1 when a picture could not be made.
    """
    if options["batch"]:
        submit_orders(plan, options)
    elif options["dry_run"]:
        _show_plans(plan, as_json=options["as_json"])
    elif not _make_all(kit, plan, options):
        click.get_current_context().exit(1)


def _make_all(kit: Kit, plan: Plan, options: Mapping[str, Any]) -> bool:
    """Make the pictures, then show them in their order; return whether all of them came."""
    _check_folder(options["out"])
    results = _made(kit, plan, new=options["new"], resend=options["resend"])
    reports = []
    there = [path for result in results if result.outcome for path in _paths_of(result.outcome)]
    errors: list[PromptKitError] = []
    with named(there):
        for number, result in enumerate(results):
            try:
                outcome = result.came()
                if options["as_json"]:
                    reports.append(plain(result.item, outcome))
                else:
                    say("", nl=number > 0)
                    show(result.item, outcome)
                _copy(outcome, options["out"])
            except PromptKitError as error:  # the others were made all the same, and all are shown
                errors.append(error)
        if reports:
            _give_reports(reports)
    for further in errors[1:]:
        talk(further)
    if errors:
        raise errors[0]
    return all(result.ok for result in results)


def _show_plans(plan: Plan, *, as_json: bool) -> None:
    """Print what would be sent, what it would cost, and what the budget has left."""
    left = budget_left(plan.project)
    if as_json:
        more = {} if left is None else {"budget_left_usd": recorded(left)}
        _give_reports([plain_plan(item) | more for item in plan.items])
        return
    for number, item in enumerate(plan.items):
        say("", nl=number > 0)
        show_plan(item, left=left)


def _give_reports(reports: list[dict[str, Any]]) -> None:
    """Print one as it is, several as a list."""
    give_json(reports[0] if len(reports) == 1 else reports)


def _made(kit: Kit, plan: Plan, *, new: bool = False, resend: bool = False) -> tuple[Result, ...]:
    """Make what a plan holds, print each step to stderr, and return what came of each item, in their order.

    What goes wrong with the output stops nothing: the pictures are paid, and saved.
    """
    from prompt_kit.work.planning import generator_for
    from prompt_kit.work.reporting import reporting

    # The command ends once the results are shown.
    click.get_current_context().with_resource(reporting())
    for name in dict.fromkeys(item.generator for item in plan.to_send):
        announce(generator_for(name, plan.project))
    watch = RunWatch()

    async def work() -> None:
        async with aclosing(kit.work(plan, new=new, resend=resend)) as steps:
            async for event in steps:
                watch(event)

    try:
        asyncio.run(work())
    except BaseException:
        watch.name_folders()
        raise
    results = tuple(watch.results[number] for number in sorted(watch.results))
    for result in results:
        if result.error is not None:
            watch.name_folder(result.item.number)
    return results


def _paths_of(outcome: Outcome) -> list[Path | None]:
    """Return the files of everything that was made."""
    return [picture.path for picture in outcome.pictures] + [derived.path for derived in outcome.derived]


def _check_folder(folder: Path | None) -> None:
    """Check that copies can be put into a folder, before anything is paid.

    Raises:
        WorkspaceError: When they cannot.
    """
    if folder is not None and (why := files.unwritable(folder)):
        raise WorkspaceError(f"{folder}: copies cannot be written here ({why}). Nothing was sent. Use another folder.")


def _copy(outcome: Outcome, folder: Path | None) -> None:
    """Put copies of the pictures where the person wants them; the masters stay with their record.

    Raises:
        WorkspaceError: When one cannot be written.
    """
    if folder is None or outcome.folder is None:
        return
    try:
        files.make_folder(folder)
        for path in filter(None, _paths_of(outcome)):
            copied = files.put_copy(folder, f"{outcome.folder.name}-{path.name}", path.read_bytes())
            talk(f"Copy: {copied}")
    except WorkspaceError as error:
        raise WorkspaceError(f"{error} The copies are not complete; the pictures are in {outcome.folder}.") from error
