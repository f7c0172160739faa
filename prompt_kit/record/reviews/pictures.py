"""The pictures of a run with what people said of them, and a further word on one of them."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final, get_args

from prompt_kit.errors import InputError, NotFoundError, Problem
from prompt_kit.record.reviews.file import add, reviews_in
from prompt_kit.record.reviews.schema import STATES, Review, ReviewState, Verdict
from prompt_kit.record.runs.listing import pictures_in
from prompt_kit.record.runs.schema import now_as_recorded
from prompt_kit.support import files
from prompt_kit.support.hashing import hash_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LONGEST: Final = 2_000
"""Longest reason or comment, in characters."""

LONGEST_NAME: Final = 200
"""Longest name of a person, in characters."""

_MADE_HERE = re.compile(r"[0-9]{2,9}-[a-z]{1,20}\.png")
_DECIDING: Final = Lock()
"""Held from looking at what was said to saying something."""

_VERDICTS: Final = get_args(Verdict)


@dataclass(frozen=True, slots=True)
class ReviewedPicture:
    """One picture of a run, and what people said of it."""

    path: Path
    sha256: str
    """The hash of its bytes, as they are now."""
    state: ReviewState
    decided: Review | None
    """The verdict that counts: the last one on these bytes."""
    reviews: tuple[Review, ...]
    """What was said of these bytes, the oldest first."""
    former: tuple[Review, ...]
    """What was said of other bytes that had this name; none of it counts."""


def reviewed(folder: Path) -> tuple[ReviewedPicture, ...]:
    """Return the pictures of a run in their order, each with its reviews.

    Raises:
        InputError: When the file of reviews is damaged.
        WorkspaceError: When a picture cannot be read.
    """
    reviews = reviews_in(folder)
    return tuple(with_reviews(path, reviews) for path in reviewable(folder))


def reviewed_by(folder: Path, reviews: Sequence[Review]) -> tuple[ReviewedPicture, ...]:
    """Return those pictures of a run that some reviews are about, each with them; only these are read.

    Raises:
        WorkspaceError: When a picture cannot be read.
    """
    names = {review.picture for review in reviews}
    return tuple(with_reviews(path, reviews) for path in reviewable(folder) if path.name in names) if names else ()


def with_reviews(path: Path, reviews: Sequence[Review]) -> ReviewedPicture:
    """Return a picture with those of the reviews that are about it.

    Raises:
        WorkspaceError: When it cannot be read.
    """
    sha256 = hash_of(path)
    named = [review for review in reviews if review.picture == path.name]
    own = tuple(review for review in named if review.sha256 == sha256)
    decided = next((review for review in reversed(own) if review.verdict in STATES), None)
    state: ReviewState = STATES[decided.verdict] if decided else "waiting"
    former = tuple(review for review in named if review.sha256 != sha256)
    return ReviewedPicture(path, sha256, state, decided, own, former)


def reviewable(folder: Path) -> tuple[Path, ...]:
    """Return the pictures of a run, each followed by what was made here from it.

    Raises:
        WorkspaceError: When the folder cannot be read.
    """
    with files.os_errors_as_workspace_errors(folder):
        made = [path for path in sorted(folder.iterdir()) if _MADE_HERE.fullmatch(path.name) and not path.is_symlink()]
    masters = pictures_in(folder)
    return tuple(
        path
        for master in masters
        for path in (master, *(file for file in made if file.name.partition("-")[0] == master.stem))
    )


def review(path: Path, verdict: Verdict, *, person: str = "", reason: str = "", shown: int | None = None) -> Review:
    """Write down what a person says of one picture, and return it; what was said before stays.

    Args:
        path: The picture, in the folder of its run.
        verdict: ``approve``, ``reject`` or ``comment``.
        person: Who says it.
        reason: Why it is approved or rejected, or the comment.
        shown: How many reviews of the picture the person was shown; left out, it does not matter.

    Raises:
        InputError: When a reason is missing, something is too long, or the verdict is none; or when somebody has
            decided otherwise since. Nothing is kept then.
        WorkspaceError: When it cannot be written.
    """
    reason, person = reason.strip(), person.strip()
    if problems := _problems(verdict, person, reason):
        raise InputError(problems)
    folder = path.parent
    with _DECIDING:
        if shown is not None and verdict in STATES:
            _check_undecided(with_reviews(path, reviews_in(folder)), STATES[verdict], shown)
        made = Review(
            id=secrets.token_hex(8),
            run=f"{folder.parent.name}/{folder.name}",
            picture=path.name,
            sha256=hash_of(path),
            verdict=verdict,
            person=person,
            reason=reason,
            at=now_as_recorded(),
        )
        add(folder, made)
    return made


def _check_undecided(picture: ReviewedPicture, wanted: ReviewState, shown: int) -> None:
    """Check that nobody has decided otherwise after so many reviews.

    Raises:
        InputError: With who has.
    """
    since = [review for review in picture.reviews[max(shown, 0) :] if review.verdict in STATES]
    if since and STATES[since[-1].verdict] != wanted:
        who, state = since[-1].person or "Somebody", STATES[since[-1].verdict]
        fact = f"{who} has {state} it meanwhile, so nothing is kept."
        raise InputError(Problem(f"{fact} Send yours again if it is to count instead.", parameter="verdict"))


def picture_of(folder: Path, name: str) -> Path:
    """Return a picture of a run by its file name, which may be left out when the run has a single one.

    Raises:
        InputError: When the run has several pictures and none is named.
        NotFoundError: When there is no such picture.
        WorkspaceError: When the folder cannot be read.
    """
    paths = {path.name: path for path in reviewable(folder)}
    if name in paths:
        return paths[name]
    run, masters = f"{folder.parent.name}/{folder.name}", pictures_in(folder)
    if name or not masters:
        raise NotFoundError("picture", name or run, paths, way_out="" if paths else f"{run} has no pictures.")
    if len(masters) > 1:
        listed = ", ".join(path.name for path in masters)
        raise InputError(f"{run} has {len(masters)} pictures: {listed}. Name one: {folder.name}/{masters[0].name}")
    return masters[0]


def _problems(verdict: str, person: str, reason: str) -> list[Problem]:
    problems = []
    if verdict not in _VERDICTS:
        listed = ", ".join(_VERDICTS)
        problems.append(Problem(f"'{verdict[:40]}' is no verdict. Use {listed}.", parameter="verdict"))
    elif verdict != "approve" and not reason:
        sentence = "Say why the picture is rejected." if verdict == "reject" else "Write the comment."
        problems.append(Problem(sentence, parameter="reason"))
    for name, text, longest in (("reason", reason, LONGEST), ("person", person, LONGEST_NAME)):
        if len(text) > longest:
            sentence = f"The {name} has {len(text):,} characters; at most {longest:,} are kept. Say it in fewer words."
            problems.append(Problem(sentence, parameter=name))
    return problems
