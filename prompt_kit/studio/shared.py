"""What people without access see: the pictures behind a link, and nothing else of the studio.

It is an application of its own below ``/share``: no address in it leads to another page, no cookie is set or read, and
what goes wrong is said without anything that the other pages show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException

from prompt_kit.errors import NotFoundError, PromptKitError
from prompt_kit.images import EXTENSIONS
from prompt_kit.record.runs import prompt_from
from prompt_kit.record.shares import share_of, shared_file
from prompt_kit.studio.pages import PAGES
from prompt_kit.support.heads import sniff

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from fastapi.responses import Response

    from prompt_kit.kit import Kit
    from prompt_kit.record.shares import Closed, Share

SHOWN: Final = 1280
"""The longest side of a picture on the page, in pixels."""

HEADERS: Final = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    # Once a link is withdrawn, nothing of it may come out of a cache.
    "Cache-Control": "no-store",
}


_CLOSED: Final[Mapping[Closed, str]] = {
    "withdrawn": "This link was withdrawn. Ask the person who sent it for another one.",
    "expired": "This link has expired. Ask the person who sent it for another one.",
}
"""What a link says that was one: whoever has its long token has had it from somebody."""


def shared_pages(kit: Kit) -> FastAPI:
    """Return the application below ``/share``.

    Args:
        kit: The project, opened for work.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.kit = kit
    app.add_api_route("/{token}", show, methods=["GET"])
    app.add_api_route("/{token}/{number}", small, methods=["GET"])
    app.add_api_route("/{token}/{number}/original", original, methods=["GET"])
    for kind in (PromptKitError, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, _closed)
    return app


def show(request: Request, token: str) -> HTMLResponse:
    """Show the pictures behind a link, with their prompts if it says so."""
    root = _kit(request).project.runs_folder
    share = share_of(root, token)
    if (why := share.closed()) is not None:
        return _nothing(410, _CLOSED[why])
    there = dict(_there(root, share))
    if not there:
        raise NotFoundError("shared link", token)
    # All pictures of a run were asked for in the same words.
    first = {path.parent: path for path in reversed(there.values())} if share.with_prompt else {}
    texts = {folder: _prompt(path, root) for folder, path in first.items()}
    prompts = {number: texts.get(path.parent, "") for number, path in there.items()}
    text = PAGES.get_template("shared.html").render(share=share, there=there, prompts=prompts, missing="")
    return HTMLResponse(text, headers=HEADERS)


def small(request: Request, token: str, number: int) -> Response:
    """Return a copy of a picture that is small enough for a screen."""
    kit = _kit(request)
    share = share_of(kit.project.runs_folder, token)
    path = shared_file(kit.project.runs_folder, share, number)
    thumbnail = kit.thumbnail(path, SHOWN, sha256=share.pictures[number - 1].sha256)
    if thumbnail is None:
        raise HTTPException(404)
    return FileResponse(thumbnail, media_type="image/webp", headers=HEADERS)


def original(request: Request, token: str, number: int) -> Response:
    """Return a picture as the provider sent it, byte for byte, for keeping."""
    root = _kit(request).project.runs_folder
    path = shared_file(root, share_of(root, token), number)
    with path.open("rb") as file:
        kind = sniff(file.read(64)) or ""
    # The name of the run tells of the recipe, so the file is called by its number alone.
    name = f"picture-{number}{EXTENSIONS.get(kind, path.suffix)}"
    media_type = kind if kind in EXTENSIONS else "application/octet-stream"
    return FileResponse(path, media_type=media_type, filename=name, headers=HEADERS)


def _there(root: Path, share: Share) -> Iterator[tuple[int, Path]]:
    """Yield the pictures that can be shown, by number."""
    for number in range(1, len(share.pictures) + 1):
        try:
            yield number, shared_file(root, share, number)
        except PromptKitError:
            continue


def _prompt(path: Path, root: Path) -> str:
    try:
        return str(prompt_from(path, root))
    except PromptKitError:
        return ""


def _closed(_: Request, error: Exception) -> Response:
    """Return one and the same page for links that never were or lead nowhere."""
    status = 404 if isinstance(error, (PromptKitError, HTTPException, RequestValidationError)) else 500
    missing = "There is nothing behind this link (any more)." if status == 404 else "Something unexpected happened."  # noqa: PLR2004 - the web's own number
    return _nothing(status, missing)


def _nothing(status: int, missing: str) -> HTMLResponse:
    text = PAGES.get_template("shared.html").render(share=None, there={}, prompts={}, missing=missing)
    return HTMLResponse(text, status, headers=HEADERS)


def _kit(request: Request) -> Kit:
    kit: Kit = request.app.state.kit
    return kit
