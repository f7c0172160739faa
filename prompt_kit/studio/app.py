"""The application: every page with its guard, and the sentences for what goes wrong."""

from __future__ import annotations

from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from prompt_kit.errors import ForbiddenError, NotFoundError, Problem, PromptKitError
from prompt_kit.review.writing.saving import finish
from prompt_kit.studio import (
    again,
    api,
    changing,
    downloading,
    filling,
    gallery,
    history,
    offering,
    picturepage,
    reviewing,
    runfiles,
    runpage,
    sets,
    sharing,
    sidebyside,
    spending,
    uploading,
    watching,
    writing,
)
from prompt_kit.studio.access import Guard, PageAccess, check_form, is_api
from prompt_kit.studio.apiviews import problem_answer
from prompt_kit.studio.ordering import OrderRunner
from prompt_kit.studio.pages import STATIC, page
from prompt_kit.studio.roles import check_role
from prompt_kit.studio.shared import shared_pages
from prompt_kit.studio.studio import Studio
from prompt_kit.support.messages import explain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi.responses import Response
    from starlette.types import ASGIApp

    from prompt_kit.kit import Kit

ROUTERS = (
    gallery.router,
    again.router,
    filling.router,
    watching.router,
    uploading.router,
    downloading.router,
    offering.router,
    runpage.router,
    sets.router,
    picturepage.router,
    changing.router,
    sidebyside.router,
    history.router,
    reviewing.router,
    sharing.router,
    spending.router,
    writing.router,
    runfiles.router,
    api.router,
)
"""The pages, in the order of the work."""


def create_app(kit: Kit, access: PageAccess) -> ASGIApp:
    """Return the studio of a project.

    Args:
        kit: The project, opened for work.
        access: Who may use it.
    """
    runner = OrderRunner(kit)

    @asynccontextmanager
    async def open_kit(_: FastAPI) -> AsyncIterator[None]:
        async with kit:
            await run_in_threadpool(finish, kit.project)
            await runner.resume()
            yield
            await runner.close()

    app = FastAPI(
        lifespan=open_kit,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(check_form), Depends(check_role)],
    )
    app.state.studio, app.state.access, app.state.runner = Studio(kit), access, runner
    app.state.watching = Counter()
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/share", shared_pages(kit), name="share")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(GZipMiddleware, compresslevel=5)
    app.add_exception_handler(PromptKitError, _problem)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(Exception, _unexpected)
    return Guard(app, access)


def _problem(request: Request, error: Exception) -> Response:
    """Return the page for something a person can act on."""
    status = 404 if isinstance(error, NotFoundError) else 403 if isinstance(error, ForbiddenError) else 422
    if is_api(request.url.path):
        problems = error.problems if isinstance(error, PromptKitError) else ()
        return problem_answer(status, "That did not work", problems)
    return page(request, "problem.html", status, title="That did not work", message=str(error))


def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    said = str(error.detail) if isinstance(error, HTTPException) else ""
    message = "There is no such page." if status == 404 else said  # noqa: PLR2004 - the web's own numbers
    if is_api(request.url.path):
        return problem_answer(status, "That did not work", detail=message)
    return page(request, "problem.html", status, title="That did not work", message=message)


def _unreadable(request: Request, error: Exception) -> Response:
    if is_api(request.url.path) and isinstance(error, RequestValidationError):
        return problem_answer(422, "The request cannot be read", _unread(error))
    message = "The address or the form has a part that cannot be read. Go back and try again."
    return page(request, "problem.html", 422, title="That did not work", message=message)


def _unread(error: RequestValidationError) -> list[Problem]:
    """Return what is wrong with a request, each with the part that it is about."""
    problems = []
    for wrong in error.errors():
        name = ".".join(map(str, wrong["loc"][1:]))
        problems.append(
            Problem(f"{name or 'The request'}: {explain(wrong)}", parameter=name or None, code="wrong_type")
        )
    return problems


def _unexpected(request: Request, _: Exception) -> Response:
    message = "Something unexpected happened in prompt-kit itself. What was made and paid is saved; reload the page."
    if is_api(request.url.path):
        return problem_answer(500, "Something unexpected happened", detail=message)
    if request.url.path.startswith("/share/"):  # its own application has answered already, and shows nothing of ours
        return PlainTextResponse(message, 500)
    return page(request, "problem.html", 500, title="That did not work", message=message)
