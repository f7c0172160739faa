"""Shows what would be sent, how far a run is, and its result."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from prompt_kit.cli.output import give, give_json, say, talk
from prompt_kit.errors import WorkspaceError
from prompt_kit.outcome import Status
from prompt_kit.review.snapshots import snapshot
from prompt_kit.support import files
from prompt_kit.support.money import about, dollars, recorded

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.generators import Generator
    from prompt_kit.outcome import Outcome
    from prompt_kit.project import Project
    from prompt_kit.work.events import Event
    from prompt_kit.work.orders import Item
    from prompt_kit.work.session import GenerateOptions


def chosen_generator(name: str | None, project: Project) -> str:
    """Return the generator that was asked for, or the default one, and print its name to stderr."""
    from prompt_kit.work.session import default_generator

    if name is not None:
        return name
    name = default_generator(project)
    talk(f"Generator: {name}" + (" (offline; no key is set)" if name == "proof" and not project.generator else ""))
    return name


def announce(maker: Generator) -> None:
    """Print before the first request which computer it goes to, when that is not the provider's own."""
    from prompt_kit.generators import elsewhere

    if host := elsewhere(maker):
        talk(f"{maker.name} is asked at {host}: key, prompts and pictures go there.")


def made(
    planned: Item, project: Project, *, parent: tuple[str, str] = ("", ""), new: bool = False, resend: bool = False
) -> Outcome:
    """Make the pictures, and print each step to stderr; ``parent`` is the run and the picture that are refined."""
    from prompt_kit.generators.opening import announcing
    from prompt_kit.work.session import generate, generator_for

    generator = generator_for(planned.generator, project)
    announce(generator)
    watch = RunWatch()
    options: GenerateOptions = {
        "generator": announcing(generator, lambda _seconds, sentence: talk(sentence)),
        "project": project,
        "count": planned.count,
        "on_progress": watch,
    }
    options |= {"new": new, "resend": resend}
    if parent[0]:
        options |= {"parent": parent[0], "parent_picture": parent[1]}
    try:
        return generate(planned.prompt, **options)
    except BaseException:
        watch.name_folder()
        raise


class RunWatch:
    """Prints to stderr how far a run is."""

    def __init__(self) -> None:
        self._started: dict[int, float] = {}
        self._folder: Path | None = None
        """The run's folder, until it was printed; then ``None``."""

    def __call__(self, progress: Event) -> None:
        """Print one line about a step, if it needs one."""
        label = f"{progress.turn}/{progress.turns} {progress.name}".strip() if progress.turns > 1 else "The picture"
        match progress.step:
            case "started":
                self._folder = progress.folder
            case "kept":
                talk(f"{label} is there already.")
            case "sent":
                self._started[progress.turn] = time.monotonic()
                if sys.stderr.isatty():
                    talk(f"{label} is being made …")
            case "saved" if progress.outcome is not None:
                seconds = time.monotonic() - self._started[progress.turn]
                how = "is saved" if progress.outcome.ok else f"did not come ({progress.outcome.status})"
                if progress.turns > 1 or sys.stderr.isatty():
                    talk(f"{label} {how} after {seconds:.1f} s.")
            case "ended" if progress.outcome is not None and progress.outcome.status is Status.CANCELLED:
                talk(progress.outcome.explanation)
                self.name_folder()

    def name_folder(self) -> None:
        """Print the run's folder, once; after an error, the pictures that were paid are there."""
        if self._folder is not None:
            talk(f"Record: {short(self._folder)}")
        self._folder = None


def show_plan(planned: Item, *, as_json: bool) -> None:
    """Print what would be sent and what it would cost."""
    if as_json:
        give_json(plain_plan(planned))
        return
    give(snapshot(planned.prompt))
    say(f"model        {planned.model.id}\ngenerator    {planned.generator}")
    say(f"requests     {len(planned.prompt.turns) * planned.count}")
    say(f"fingerprint  {planned.prompt.fingerprint}")
    cost = "$0; with the real model " if planned.generator == "proof" else ""
    say(f"cost         {cost}{about(planned.estimate)}")
    for warning in planned.warnings:
        talk(warning)


def show(planned: Item, outcome: Outcome) -> None:
    """Print the prompt and, last, the paths of the pictures; everything else goes to stderr."""
    for warning in outcome.warnings:
        talk(warning)
    if not outcome.ok:
        talk(outcome.explanation)
        talk(f"Status: {outcome.status}" + (f" ({outcome.reason})" if outcome.reason else ""))
    if planned.generator == "proof":
        talk(f"Cost: $0. With {planned.model.title} it would be {about(planned.estimate)}.")
    else:
        talk(f"Cost: {dollars(outcome.cost)} (estimated {dollars(planned.estimate)}).")
    talk(f"Record: {short(outcome.folder)}\n")
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


def paths_of(outcome: Outcome) -> list[Path | None]:
    """Return the files of everything that was made."""
    return [picture.path for picture in outcome.pictures] + [derived.path for derived in outcome.derived]


def check_folder(folder: Path | None) -> None:
    """Check that copies can be put into a folder, before anything is paid.

    Raises:
        WorkspaceError: When they cannot.
    """
    if folder is not None and (why := files.unwritable(folder)):
        raise WorkspaceError(f"{folder}: copies cannot be written here ({why}). Nothing was sent. Use another folder.")


def copy(outcome: Outcome, folder: Path | None) -> None:
    """Put copies of the pictures where the person wants them; the masters stay with their record.

    Raises:
        WorkspaceError: When one cannot be written.
    """
    if folder is None or outcome.folder is None:
        return
    try:
        files.make_folder(folder)
        for picture in outcome.pictures:
            if picture.path is not None:
                name = f"{outcome.folder.name}-{picture.path.name}"
                talk(f"Copy: {files.put_copy(folder, name, picture.data)}")
    except WorkspaceError as error:
        raise WorkspaceError(f"{error} The copies are not complete; the pictures are in {outcome.folder}.") from error


def plain_plan(planned: Item) -> dict[str, Any]:
    """Return what would be sent as plain data."""
    return {
        "prompt": planned.prompt.to_dict(),
        "fingerprint": planned.prompt.fingerprint,
        "model": planned.model.id,
        "generator": planned.generator,
        "requests": len(planned.prompt.turns) * planned.count,
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
    from pathlib import Path as AnyPath

    if path is None:
        return ""
    try:
        return str(path.relative_to(AnyPath.cwd()))
    except (ValueError, OSError):  # it is elsewhere, or the current folder is gone
        return str(path)
