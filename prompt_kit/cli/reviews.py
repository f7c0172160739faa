"""Commands that say something about pictures: ``runs approve``, ``runs reject``, ``runs comment``, ``runs export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from prompt_kit.cli.output import say, talk
from prompt_kit.project import find_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.record.reviews import Review, Verdict

_DONE = {"approve": "approved", "reject": "rejected", "comment": "commented on"}

_picture = click.argument("picture", metavar="RUN/PICTURE")
_person = click.option("--person", default="", metavar="NAME", help="Who says it.")


@click.command("approve")
@_picture
@_person
@click.option("--reason", default="", metavar="WORDS", help="Why.")
def approve(picture: str, person: str, reason: str) -> None:
    """Approve one picture, such as sticker-7f3a/01.png."""
    _review(picture, "approve", person, reason)


@click.command("reject")
@_picture
@_person
@click.option("--reason", required=True, metavar="WORDS", help="Why.")
def reject(picture: str, person: str, reason: str) -> None:
    """Reject one picture; it is kept, and can be approved later."""
    _review(picture, "reject", person, reason)


@click.command("comment")
@_picture
@click.argument("words")
@_person
def comment(picture: str, words: str, person: str) -> None:
    """Say something about one picture."""
    _review(picture, "comment", person, words)


@click.command("export")
@click.option(
    "--approved",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Copy the pictures that are approved into this folder.",
)
@click.option("--recipe", default="", metavar="NAME", help="Those of one recipe.")
@click.option("--person", default=None, metavar="NAME", help="Those that were made for one person.")
def export(folder: Path, recipe: str, person: str | None) -> None:
    """Copy pictures out of their runs, each with its sidecar."""
    from prompt_kit.record.archive import Archive

    exported = Archive(find_project()).export_approved(folder, recipe=recipe, person=person)
    for problem in exported.problems:
        talk(problem)
    for path in exported.pictures:
        say(path)
    if not exported.pictures:
        talk("No picture is approved. Approve one: prompt-kit runs approve RUN/PICTURE")


def _review(where: str, verdict: Verdict, person: str, reason: str) -> None:
    from prompt_kit.record.archive import Archive

    made = Archive(find_project()).review(*_named(where), verdict, person=person, reason=reason)
    say(f"{made.run}/{made.picture} is {_DONE[verdict]}.")


def _named(where: str) -> tuple[str | Path, str]:
    """Return the run and the file name of a picture, by its path or its name below its run."""
    path = Path(where)
    if path.is_file():
        return path.parent, path.name
    run, _, name = where.rpartition("/")
    return (run, name) if run and "." in name else (where, "")


def review_lines(reviews: tuple[Review, ...]) -> Iterator[str]:
    """Yield a line for each review of a run's pictures, the oldest first."""
    for review in reviews:
        by = f" by {review.person}" if review.person else ""
        reason = f": {' '.join(review.reason.split())}" if review.reason else ""
        yield f"{review.picture} {_DONE[review.verdict]}{by}, {review.at.astimezone():%Y-%m-%d %H:%M}{reason}"


def verdicts(approved: int, rejected: int) -> str:
    """Return how many pictures of a run have which verdict, as the end of a line; nothing when none has any."""
    counts = ((approved, "approved"), (rejected, "rejected"))
    return ", ".join(f"{count} {state}" for count, state in counts if count)
