"""Gives pictures away: copies at the size of a channel, and all pictures of a run at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response, StreamingResponse

from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.generators.standing import draws_layouts
from prompt_kit.images import SHOWN_EVERYWHERE
from prompt_kit.pixels.channels import for_channel
from prompt_kit.record.reviews import reviewable
from prompt_kit.record.runs import RunRecord, run_record
from prompt_kit.record.zipping import zipped
from prompt_kit.studio.originals import kept_photo
from prompt_kit.studio.runfiles import file_name, kind_of, picture_file, run_folder, spoken_name
from prompt_kit.support.heads import sniff

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from prompt_kit.pixels.xmp import SourceType
    from prompt_kit.studio.studio import Studio

router = APIRouter()

_COMPOSITE: Final = re.compile(r"-composite\.")
_ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png"}


def record_of(folder: Path) -> RunRecord | None:
    """Return the record of a run; ``None`` when it cannot be used."""
    try:
        return run_record(folder)
    except InputError:
        return None


def source_type(record: RunRecord | None, picture: str) -> SourceType:
    """Return how a picture was made."""
    if _COMPOSITE.search(picture):
        return "compositeWithTrainedAlgorithmicMedia"
    drawn = record is not None and draws_layouts(record.generator)
    return "algorithmicMedia" if drawn else "trainedAlgorithmicMedia"


@router.get("/channel/{channel}/{day}/{name}/{picture}")
def channel(request: Request, channel: str, day: str, name: str, picture: str) -> Response:
    """Return a copy of a picture at the size of a channel; the picture itself stays as it is."""
    path = picture_file(request, day, name, picture)
    kind = source_type(record_of(path.parent), picture)
    data = for_channel(path.read_bytes(), channel, name=picture, kind=kind)
    media_type = sniff(data) or "application/octet-stream"
    file = f"{file_name(request, path)}-{channel}.{_ENDINGS[media_type]}"
    return Response(data, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{file}"'})


@router.get("/runs/{day}/{name}/all.zip")
def everything(request: Request, day: str, name: str) -> Response:
    """Return all pictures of a run with their sidecars, packed while they are sent."""
    folder = run_folder(request, day, name)
    pictures = reviewable(folder)
    if not pictures:
        raise NotFoundError("picture", f"{day}/{name}", way_out="The run has no pictures.")
    return zip_of(request, spoken_name(request, folder), pictures)


def zip_of(request: Request, name: str, pictures: Iterable[Path]) -> StreamingResponse:
    """Return pictures with their sidecars as a zip file, each called as when it is downloaded alone."""
    entries = []
    for path in pictures:
        stem = f"{name}/{file_name(request, path)}"
        entries += [(path, f"{stem}{path.suffix}"), (path.with_suffix(".json"), f"{stem}.json")]
    there = [(path, file) for path, file in entries if path.is_file()]
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"'}
    return StreamingResponse(zipped(there), media_type="application/zip", headers=headers)


@router.get("/runs/{day}/{name}/sent/{sha256}.webp")
def sent(request: Request, day: str, name: str, sha256: str, size: int = 320) -> Response:
    """Return a small copy of a picture that was sent with a run, from those that are kept for all runs."""
    studio: Studio = request.app.state.studio
    path = kept_photo(studio, record_of(run_folder(request, day, name)), sha256)
    small = studio.kit.thumbnail(path, min(max(size, 1), 1280), sha256=sha256)
    if small is None:
        return Response(status_code=404)
    return FileResponse(small, media_type="image/webp", headers={"Cache-Control": "private, max-age=86400"})


@router.get("/runs/{day}/{name}/sent/{sha256}")
def sent_whole(request: Request, day: str, name: str, sha256: str) -> Response:
    """Return a picture that was sent with a run, byte for byte, where browsers show it."""
    path = kept_photo(request.app.state.studio, record_of(run_folder(request, day, name)), sha256)
    kind = kind_of(path)
    if kind not in SHOWN_EVERYWHERE:
        raise NotFoundError("picture", sha256)
    return FileResponse(path, media_type=kind, headers={"Cache-Control": "private, max-age=86400"})
