"""Sends a prompt while someone watches, and says what came of it."""

from __future__ import annotations

import json
import shutil
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from prompt_kit.errors import InputError, WorkspaceError
from prompt_kit.snapshots import snapshot

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from prompt_kit.outcome import Outcome
    from prompt_kit.project import Project
    from prompt_kit.prompt import Prompt
    from prompt_kit.session import Plan, Progress


def send(prompt: Prompt, project: Project, options: dict[str, Any]) -> None:
    """Make the pictures of a prompt, or with ``--dry-run`` say what that would mean.

    Exits with 1 when a picture could not be made.
    """
    from prompt_kit.session import default_generator, plan

    name = options["generator"]
    if name is None:
        name = default_generator(project)
        _talk(f"Generator: {name}" + (" (offline; no key is set)" if name == "proof" and not project.generator else ""))
    planned = plan(prompt, generator=name, project=project, count=options["count"])
    if options["dry_run"]:
        _show_plan(planned, as_json=options["as_json"])
        return
    outcome = _generated(planned, project)
    _copy(outcome, options["out"])
    if options["as_json"]:
        click.echo(json.dumps(_plain(planned, outcome), indent=2, ensure_ascii=False))
    else:
        _show(planned, outcome)
    if not outcome.ok:
        click.get_current_context().exit(1)


def _generated(planned: Plan, project: Project) -> Outcome:
    from prompt_kit.generators import generator
    from prompt_kit.session import generate

    maker = generator(planned.generator)
    if hasattr(maker, "on_wait"):
        maker = replace(maker, on_wait=lambda _seconds, sentence: _talk(sentence))  # type: ignore[type-var]
    return generate(
        planned.prompt,
        generator=maker,
        project=project,
        count=planned.count,
        on_progress=Watch(),
    )


class Watch:
    """Tells on stderr how far a run is."""

    def __init__(self) -> None:
        self._started: dict[int, float] = {}

    def __call__(self, progress: Progress) -> None:
        """Say one line about a step, where there is something to say."""
        label = f"{progress.turn}/{progress.turns} {progress.name}".strip() if progress.turns > 1 else "The picture"
        match progress.step:
            case "sent":
                self._started[progress.turn] = time.monotonic()
                if sys.stderr.isatty():
                    _talk(f"{label} is being made …")
            case "saved" if progress.outcome is not None:
                seconds = time.monotonic() - self._started[progress.turn]
                how = "is saved" if progress.outcome.ok else f"did not come ({progress.outcome.status})"
                if progress.turns > 1 or sys.stderr.isatty():
                    _talk(f"{label} {how} after {seconds:.1f} s.")


def dollars(amount: Decimal | None) -> str:
    """Return an amount as people read it; ``None`` is unknown, never free."""
    if amount is None:
        return "unknown"
    return f"${amount:.4f}".rstrip("0").rstrip(".") if amount else "$0"


def _show_plan(planned: Plan, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_plain_plan(planned), indent=2, ensure_ascii=False))
        return
    click.echo(snapshot(planned.prompt))
    click.echo(f"model        {planned.model.id}\ngenerator    {planned.generator}")
    click.echo(f"requests     {len(planned.prompt.turns) * planned.count}")
    click.echo(f"fingerprint  {planned.prompt.fingerprint}")
    cost = "$0; with the real model " if planned.generator == "proof" else ""
    click.echo(f"cost         {cost}about {dollars(planned.estimate)}")
    for warning in planned.warnings:
        _talk(warning)


def _show(planned: Plan, outcome: Outcome) -> None:
    """Print the prompt and, last, where the pictures are; the rest is talk."""
    for warning in outcome.warnings:
        _talk(warning)
    if not outcome.ok:
        _talk(outcome.explanation)
        _talk(f"Status: {outcome.status}" + (f" ({outcome.reason})" if outcome.reason else ""))
    if planned.generator == "proof":
        _talk(f"Cost: $0. With {planned.model.title} it would be about {dollars(planned.estimate)}.")
    else:
        _talk(f"Cost: {dollars(outcome.cost)} (estimated {dollars(planned.estimate)}).")
    _talk(f"Record: {_short(outcome.folder)}\n")
    click.echo(str(planned.prompt))
    if outcome.text:
        click.echo(f"\nThe model says: {outcome.text}")
    click.echo()
    for picture in outcome.pictures:
        click.echo(str(_short(picture.path)))


def _copy(outcome: Outcome, folder: Path | None) -> None:
    """Put copies of the pictures where the person wants them; the masters stay with their record."""
    if folder is None or outcome.folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for picture in outcome.pictures:
            if picture.path is not None:
                target = folder / f"{outcome.folder.name}-{picture.path.name}"
                if target.exists():
                    raise InputError(f"{target}: there is a file of that name already, and it is kept.")
                shutil.copyfile(picture.path, target)
                _talk(f"Copy: {target}")
    except OSError as error:
        raise WorkspaceError(
            f"{folder}: the copies cannot be written ({error.strerror}). The pictures are in {outcome.folder}."
        ) from error


def _plain_plan(planned: Plan) -> dict[str, Any]:
    return {
        "prompt": planned.prompt.to_dict(),
        "fingerprint": planned.prompt.fingerprint,
        "model": planned.model.id,
        "generator": planned.generator,
        "requests": len(planned.prompt.turns) * planned.count,
        "estimate_usd": None if planned.estimate is None else str(planned.estimate),
        "warnings": list(planned.warnings),
    }


def _plain(planned: Plan, outcome: Outcome) -> dict[str, Any]:
    return _plain_plan(planned) | {
        "status": str(outcome.status),
        "reason": outcome.reason,
        "message": outcome.explanation,
        "text": outcome.text,
        "cost_usd": None if outcome.cost is None else str(outcome.cost),
        "billable": outcome.billable,
        "pictures": [str(picture.path) for picture in outcome.pictures],
        "folder": str(outcome.folder) if outcome.folder else None,
        "warnings": list(outcome.warnings),
    }


def _short(path: Path | None) -> str:
    from pathlib import Path as AnyPath

    if path is None:
        return ""
    try:
        return str(path.relative_to(AnyPath.cwd()))
    except ValueError:
        return str(path)


def _talk(message: str) -> None:
    click.echo(message, err=True)
