"""Gives out the files of runs, and small copies of their pictures; nothing else of the disk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from prompt_kit.errors import NotFoundError, PromptKitError
from prompt_kit.images import EXTENSIONS, SHOWN_EVERYWHERE
from prompt_kit.record.index.narrowing import MOST
from prompt_kit.studio.roles import check_seen
from prompt_kit.support import files
from prompt_kit.support.heads import sniff

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.studio.studio import Studio

router = APIRouter()

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_ENDINGS: Final = "|".join(ending[1:] for ending in (*EXTENSIONS.values(), ".bin"))
_PICTURE: Final = re.compile(rf"[0-9]{{2,9}}(?:-[a-z]{{1,20}})?\.(?:{_ENDINGS})")
_KEPT: Final = {"Cache-Control": "private, max-age=86400, immutable"}


def run_folder(request: Request, day: str, name: str) -> Path:
    """Return the folder of a run by the two parts of its id.

    Raises:
        NotFoundError: When there is no such run, or the person may not see it.
    """
    studio: Studio = request.app.state.studio
    if _DAY.fullmatch(day) and _NAME.fullmatch(name):
        try:
            folder = files.inside(studio.kit.project.runs_folder, f"{day}/{name}")
        except PromptKitError:
            folder = None
        if folder is not None and folder.is_dir():
            check_seen(request, folder)
            return folder
    raise NotFoundError("run", f"{day}/{name}")


def picture_file(request: Request, day: str, name: str, picture: str) -> Path:
    """Return the file of a run's picture.

    Raises:
        NotFoundError: When there is no such picture.
    """
    folder = run_folder(request, day, name)
    path = folder / picture
    if not _PICTURE.fullmatch(picture) or path.is_symlink() or not path.is_file():
        raise NotFoundError("picture", picture)
    return path


def kind_of(path: Path) -> str:
    """Return the type of a picture, by its first bytes; empty when it is none."""
    with path.open("rb") as file:
        return sniff(file.read(64)) or ""


@router.get("/files/{day}/{name}/{picture}")
def picture(request: Request, day: str, name: str, picture: str, *, download: bool = False) -> Response:
    """Return a picture as the provider sent it, byte for byte."""
    path = picture_file(request, day, name, picture)
    kind = kind_of(path) or "application/octet-stream"
    plain = kind in EXTENSIONS and (kind in SHOWN_EVERYWHERE or kind == "image/avif")
    as_file = f"{file_name(request, path)}{path.suffix}" if download or not plain else None
    return FileResponse(path, media_type=kind, filename=as_file, headers=_KEPT)


def spoken_name(request: Request, folder: Path) -> str:
    """Return what a download of a whole run is called: what it shows, in few words, its version and the run."""
    studio: Studio = request.app.state.studio
    runs = studio.kit.history(run=f"{folder.parent.name}/{folder.name}", limit=1).runs
    if not runs or not runs[0].subject:
        return folder.name
    version = f"-version-{runs[0].version}" if runs[0].version > 1 else ""
    return f"{files.token(runs[0].subject)}{version}-{folder.name.rpartition('-')[2]}"


def file_name(request: Request, path: Path) -> str:
    """Return what the download of a picture is called, without an ending.

    It says what the picture shows, in few words, the picture's number in its form, its version, its run, and what was
    made here of it.
    """
    studio: Studio = request.app.state.studio
    folder, (number, _, made) = path.parent, path.stem.partition("-")
    pictures = studio.kit.pictures(run=f"{folder.parent.name}/{folder.name}", limit=MOST).pictures
    past = next((past for past in pictures if past.name.partition(".")[0].partition("-")[0] == number), None)
    if past is None or not past.subject:
        return f"{folder.name}-{path.stem}"
    version = f"version-{past.version}" if past.version > 1 else ""
    several = number if version and len(pictures) > 1 else ""
    run = folder.name.rpartition("-")[2]
    return "-".join(filter(None, (files.token(past.subject), f"{past.number:02}", version, run, several, made)))


@router.get("/small/{size}/{day}/{name}/{picture}")
def small(request: Request, size: int, day: str, name: str, picture: str) -> Response:
    """Return a small copy of a run's picture."""
    path = picture_file(request, day, name, picture)
    studio: Studio = request.app.state.studio
    thumbnail = studio.kit.thumbnail(path, min(max(size, 1), 1280))
    if thumbnail is None:
        return Response(status_code=404)
    return FileResponse(thumbnail, media_type="image/webp", headers=_KEPT)
