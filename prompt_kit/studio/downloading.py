"""Gives pictures away: copies at the size of a channel, and all pictures of a run at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response, StreamingResponse

from prompt_kit.errors import InputError, NotFoundError, PromptKitError
from prompt_kit.generators.standing import draws_layouts
from prompt_kit.images import open_image
from prompt_kit.pixels.channels import for_channel
from prompt_kit.record.reviews import reviewable
from prompt_kit.record.runs import REFERENCES, RunRecord, run_record
from prompt_kit.record.zipping import zipped
from prompt_kit.studio.runfiles import picture_file, run_folder, spoken_name
from prompt_kit.support.heads import sniff

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.pixels.xmp import SourceType
    from prompt_kit.studio.studio import Studio

router = APIRouter()

_HASH: Final = re.compile(r"[0-9a-f]{64}")
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
    file = f"{spoken_name(request, path.parent)}-{path.stem}-{channel}.{_ENDINGS[media_type]}"
    return Response(data, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{file}"'})


@router.get("/runs/{day}/{name}/all.zip")
def everything(request: Request, day: str, name: str) -> Response:
    """Return all pictures of a run with their sidecars, packed while they are sent."""
    folder = run_folder(request, day, name)
    pictures = reviewable(folder)
    if not pictures:
        raise NotFoundError("picture", f"{day}/{name}", way_out="The run has no pictures.")
    sidecars = [path.with_suffix(".json") for path in pictures]
    paths = [path for pair in zip(pictures, sidecars, strict=True) for path in pair if path.is_file()]
    named = {"Content-Disposition": f'attachment; filename="{spoken_name(request, folder)}.zip"'}
    return StreamingResponse(zipped(paths, prefix=f"{name}/"), media_type="application/zip", headers=named)


@router.get("/runs/{day}/{name}/sent/{sha256}.webp")
def sent(request: Request, day: str, name: str, sha256: str) -> Response:
    """Return a small copy of a picture that was sent with a run, from those that are kept for all runs."""
    studio: Studio = request.app.state.studio
    record = record_of(run_folder(request, day, name))
    kept = next((kept for kept in record.references if kept.sha256 == sha256), None) if record else None
    if kept is None or not _HASH.fullmatch(sha256):
        return Response(status_code=404)
    folder = studio.kit.project.runs_folder / REFERENCES
    path = next((path for path in folder.glob(f"{sha256}.*") if _is_whole(path, sha256)), None)
    small = studio.kit.thumbnail(path, 320, sha256=sha256) if path else None
    if small is None:
        return Response(status_code=404)
    return FileResponse(small, media_type="image/webp", headers={"Cache-Control": "private, max-age=86400"})


def _is_whole(path: Path, sha256: str) -> bool:
    try:
        return not path.is_symlink() and open_image(path).sha256 == sha256
    except PromptKitError:
        return False
