"""Takes pictures from people, shows them small, and deletes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from prompt_kit.errors import PromptKitError
from prompt_kit.studio.access import person_of
from prompt_kit.studio.pages import is_part, page
from prompt_kit.studio.roles import check_upload

if TYPE_CHECKING:
    from prompt_kit.record.uploads import Upload
    from prompt_kit.studio.studio import Studio

router = APIRouter()


@router.post("/uploads")
async def add(request: Request) -> HTMLResponse:
    """Take pictures, and return what the slot shows of each; a picture that cannot be used says why."""
    form = await request.form()
    studio: Studio = request.app.state.studio
    slot = str(form.get("slot", ""))[:100]
    added: list[Upload] = []
    refused: list[str] = []
    for sent in form.getlist("file"):
        if not isinstance(sent, UploadFile):
            continue
        data = await sent.read()
        await sent.close()
        try:
            name = sent.filename or ""
            added.append(await run_in_threadpool(studio.kit.uploads.add, data, name=name, person=person_of(request)))
        except PromptKitError as error:
            refused.append(str(error))
    return page(request, "uploads.html", 200 if added else 422, slot=slot, added=added, refused=refused)


@router.get("/uploads/{key}/{size}.webp")
def thumbnail(request: Request, key: str, size: int) -> Response:
    """Return an upload as a small picture."""
    studio: Studio = request.app.state.studio
    try:
        check_upload(request, key)
        path = studio.kit.uploads.thumbnail(key, min(max(size, 1), 1280))
    except PromptKitError:
        path = None
    if path is None:
        return Response(status_code=404)
    return FileResponse(path, media_type="image/webp", headers={"Cache-Control": "private, max-age=86400"})


@router.post("/uploads/{key}/delete")
def delete(request: Request, key: str, back: str = "/") -> Response:
    """Delete an upload; runs that sent it keep their own copy."""
    studio: Studio = request.app.state.studio
    check_upload(request, key)
    studio.kit.uploads.delete(key)
    if is_part(request):
        return HTMLResponse("")
    return RedirectResponse(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/", 303)
