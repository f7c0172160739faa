"""Compares two pictures of any runs: side by side, or the first over the second with a slider."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse  # noqa: TC002 - FastAPI reads the annotations

from prompt_kit.errors import NotFoundError
from prompt_kit.studio.looking import run_view, size_of
from prompt_kit.studio.naming import name_of
from prompt_kit.studio.pages import page
from prompt_kit.studio.picturepage import versions_of
from prompt_kit.studio.roles import narrowed
from prompt_kit.studio.runfiles import picture_file
from prompt_kit.studio.watching import number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_kit.record.index.pages import PastPicture
    from prompt_kit.studio.looking import PictureView, RunView

router = APIRouter()

MOST_RECENT: Final = 12
"""So many of the newest pictures of the same recipe are offered beside those of the run."""


_OTHER_SIDE: Final = {"before": "after", "after": "before"}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two pictures."""

    letter: str
    run: RunView
    picture: PictureView
    width: int
    height: int
    place: str = ""
    """Where it stands towards the other one, such as ``before`` or ``newer``; empty where neither is."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A picture that can be compared with another one."""

    address: str
    label: str


@router.get("/compare")
def compare(request: Request, a: str = "", b: str = "") -> HTMLResponse:
    """Show two pictures beside each other."""
    first = _side(request, "A", a)
    others = candidates(request, first)
    second = _side(request, "B", b) if b else None
    if second is not None:
        more = [Candidate(second.picture.address, _label(second.run, second.picture)), *candidates(request, second)]
        others = list({other.address: other for other in (*others, *more)}.values())
    sides = placed_sides(request, first, second) if second else (first,)
    return page(request, "compare.html", sides=sides, candidates=others)


def placed_sides(request: Request, first: Side, second: Side) -> tuple[Side, Side]:
    """Return two pictures with which was made from the other one, or which is the older one."""
    places = {f"{version.run.id}/{version.picture}": version.side for version in versions_of(request, first.picture)}
    towards = places.get(second.picture.address, "")
    if towards in _OTHER_SIDE:
        return replace(first, place=_OTHER_SIDE[towards]), replace(second, place=towards)
    begun = [side.run.summary.started for side in (first, second)]
    if begun[0] is None or begun[1] is None or begun[0] == begun[1]:
        return first, second
    names = ("older", "newer") if begun[0] < begun[1] else ("newer", "older")
    return replace(first, place=names[0]), replace(second, place=names[1])


def candidates(request: Request, side: Side) -> list[Candidate]:
    """Return the pictures that are likely to be compared with one: those of its run, and its versions."""
    own = [Candidate(view.address, _label(side.run, view)) for view in side.run.pictures]
    versions = [
        Candidate(
            f"{version.run.id}/{version.picture}",
            f"Version {version.depth + 1}: {version.change or version.run.subject or version.run.id}",
        )
        for version in versions_of(request, side.picture)
        if version.picture
    ]
    recent = [Candidate(f"{past.run}/{past.name}", _label_of_past(side, past)) for past in _recent(request, side)]
    return list({candidate.address: candidate for candidate in (*recent, *versions, *own)}.values())


def _recent(request: Request, side: Side) -> Sequence[PastPicture]:
    """Return the newest pictures of the same recipe that a person may see."""
    wanted = narrowed(request, {"recipe": side.run.summary.recipe, "limit": MOST_RECENT})
    pictures: Sequence[PastPicture] = request.app.state.studio.kit.pictures(**wanted).pictures
    return pictures


def _label(run: RunView, picture: PictureView) -> str:
    return run.called(picture)


def _label_of_past(side: Side, past: PastPicture) -> str:
    name = name_of(past.subject, side.run.title, past.version)
    return f"{name}: picture {number_of(past.name)}, {past.started.astimezone():%d %b, %H:%M}"


def _side(request: Request, letter: str, address: str) -> Side:
    """Return one of the two pictures.

    Raises:
        NotFoundError: When there is no such picture.
    """
    day, _, rest = address.partition("/")
    name, _, file = rest.partition("/")
    if not file:
        raise NotFoundError("picture", address or letter)
    path = picture_file(request, day, name, file)
    run = run_view(request.app.state.studio, path.parent)
    picture = run.picture(path.name)
    return Side(letter, run, picture, *size_of(path))
