"""Compares two pictures of any runs: side by side, or the first over the second with a slider."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse  # noqa: TC002 - FastAPI reads the annotations

from prompt_kit.errors import NotFoundError
from prompt_kit.images import SHOWN_EVERYWHERE
from prompt_kit.studio.looking import run_view, size_of
from prompt_kit.studio.naming import name_of
from prompt_kit.studio.offering import offer_of
from prompt_kit.studio.originals import SENT, kept_photo, photo_of
from prompt_kit.studio.pages import page
from prompt_kit.studio.picturepage import finished_address, versions_of
from prompt_kit.studio.roles import narrowed
from prompt_kit.studio.runfiles import kind_of, picture_file, run_folder
from prompt_kit.studio.sets import set_pictures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_kit.record.index.pages import PastPicture
    from prompt_kit.studio.looking import PictureView, RunView
    from prompt_kit.studio.offering import DownloadOffer
    from prompt_kit.studio.studio import Studio

router = APIRouter()

MOST_RECENT: Final = 12
"""So many of the newest pictures of the same recipe are offered beside those of the run."""


ORIGINAL: Final = "The photo it was made from"
"""What pages call the photo that a run worked on."""

_OTHER_SIDE: Final = {"before": "after", "after": "before"}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two pictures."""

    letter: str
    run: RunView
    picture: PictureView | None
    """``None`` is the photo that the run worked on."""
    address: str
    """The run and the file name, or the photo as `photo_of` names it."""
    kind: str
    """The type of its file; empty when that is no picture."""
    width: int
    height: int
    offer: DownloadOffer | None = None
    """What it can be downloaded as; ``None`` of the photo."""
    place: str = ""
    """Where it stands towards the other one, such as ``before`` or ``newer``; empty where neither is."""

    @property
    def called(self) -> str:
        """What it shows and which picture it is."""
        return self.run.called(self.picture) if self.picture else ORIGINAL

    @property
    def alt(self) -> str:
        """A text for those who do not see it."""
        return self.picture.alt if self.picture else ORIGINAL

    @property
    def page(self) -> str:
        """The address of its page; of the photo, that of the run that worked on it."""
        return f"/runs/{self.address}" if self.picture else f"/runs/{self.run.id}"

    @property
    def shown(self) -> str:
        """The address of the file itself: pixels that are equal in both pictures look equal only without loss."""
        if self.kind in SHOWN_EVERYWHERE:
            return f"/files/{self.address}" if self.picture else f"/runs/{self.address}"
        return f"/small/1280/{self.address}" if self.picture else f"/runs/{self.address}.webp?size=1280"

    @property
    def size(self) -> str:
        """Width and height in words; empty when they cannot be read."""
        return f"{self.width} × {self.height}" if self.width else ""

    @property
    def is_earlier(self) -> bool:
        """Whether the other one was made from it, or later."""
        return self.place in {"before", "older"}


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
        others = once([*others, Candidate(second.address, second.called), *candidates(request, second)])
    sides = placed_sides(request, first, second) if second else (first,)
    sizes = [side.size for side in sides if side.size]
    differ = " and ".join(sizes) if len(set(sizes)) > 1 else ""
    return page(request, "compare.html", sides=sides, candidates=others, differ=differ)


def placed_sides(request: Request, first: Side, second: Side) -> tuple[Side, Side]:
    """Return two pictures with which was made from the other one, or which is the older one."""
    if first.picture is None or second.picture is None:
        sides = [replace(side, place="after" if side.picture else "before") for side in (first, second)]
        return sides[0], sides[1]
    versions = versions_of(request, first.picture)
    places = {answer_of(f"{version.run.id}/{version.picture}"): version.side for version in versions}
    towards = places.get(answer_of(second.address), "")
    if towards in _OTHER_SIDE:
        return replace(first, place=_OTHER_SIDE[towards]), replace(second, place=towards)
    begun = [side.run.summary.started for side in (first, second)]
    if begun[0] is None or begun[1] is None or begun[0] == begun[1]:
        return first, second
    names = ("older", "newer") if begun[0] < begun[1] else ("newer", "older")
    return replace(first, place=names[0]), replace(second, place=names[1])


def candidates(request: Request, side: Side) -> list[Candidate]:
    """Return the pictures that are likely to be compared with one: its original, its form's, its versions, the newest.

    Each is offered once, as it was wanted: of a cut-out, not also the picture it was cut out of.
    """
    original = photo_of(side.run.first)
    own = [Candidate(original, ORIGINAL)] if original else []
    own += [Candidate(view.address, side.run.called(view)) for view in side.run.results]
    own += [Candidate(view.address, f"{side.run.subject}: {view.title}") for view in set_pictures(request, side.run)]
    versions = [
        Candidate(
            finished_address(version),
            f"Version {version.depth + 1}: {version.change or version.run.subject or version.run.id}",
        )
        for version in (versions_of(request, side.picture) if side.picture else ())
        if version.picture
    ]
    recent = [Candidate(f"{past.run}/{past.name}", _label_of_past(side, past)) for past in _recent(request, side)]
    this = [Candidate(side.address, side.called)]
    return once([*this, *own, *versions, *recent])


def once(offered: Sequence[Candidate]) -> list[Candidate]:
    """Return candidates without those of an answer that stands among them already."""
    first: dict[str, Candidate] = {}
    for candidate in offered:
        first.setdefault(answer_of(candidate.address), candidate)
    return list(first.values())


def answer_of(address: str) -> str:
    """Return what is equal for a picture and what was made here of it: ``01`` for ``01.png`` and ``01-cutout.png``."""
    return (
        address
        if f"/{SENT}/" in address
        else address.partition(".")[0].removesuffix("-cutout").removesuffix("-composite")
    )


def _recent(request: Request, side: Side) -> Sequence[PastPicture]:
    """Return the newest pictures of the same recipe that a person may see."""
    wanted = narrowed(request, {"recipe": side.run.summary.recipe, "limit": MOST_RECENT})
    pictures: Sequence[PastPicture] = request.app.state.studio.kit.pictures(**wanted).pictures
    return pictures


def _label_of_past(side: Side, past: PastPicture) -> str:
    name = name_of(past.subject, side.run.title, past.version)
    return f"{name}: picture {past.number}, {past.started.astimezone():%d %b, %H:%M}"


def _side(request: Request, letter: str, address: str) -> Side:
    """Return one of the two pictures.

    Raises:
        NotFoundError: When there is no such picture.
    """
    day, _, rest = address.partition("/")
    name, _, file = rest.partition("/")
    if not file:
        raise NotFoundError("picture", address or letter)
    studio: Studio = request.app.state.studio
    if file.startswith(f"{SENT}/"):
        run = run_view(studio, run_folder(request, day, name))
        photo = kept_photo(studio, run.record, file.removeprefix(f"{SENT}/"))
        return Side(letter, run, None, address, kind_of(photo), *size_of(photo))
    path = picture_file(request, day, name, file)
    run = run_view(studio, path.parent)
    own = run.picture(path.name)
    return Side(letter, run, own, address, kind_of(path), *size_of(path), offer=offer_of(run, own))
