"""Who may use which page of a team, and see which runs: looked up here, for every address of pages and API."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from fastapi import Request  # noqa: TC002 - FastAPI reads the annotations

from prompt_kit.errors import ForbiddenError, NotFoundError
from prompt_kit.record.persons import folder_name
from prompt_kit.record.runs.listing import folder_of, summary
from prompt_kit.studio.access import person_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prompt_kit.policy import Role
    from prompt_kit.record.index import HistoryChoices
    from prompt_kit.record.shares import Share
    from prompt_kit.studio.studio import Studio

OPEN: Final = ""
"""Everybody who is let in may use it; whose runs it shows is checked where a run is opened."""

NEEDS: Final[Mapping[str, Role | Any]] = {
    "/": OPEN,
    "/recipes/{name}/proof.webp": OPEN,
    "/favourites/{name}": OPEN,
    "/person": OPEN,
    "/again": OPEN,
    "/photos/{key}": OPEN,
    "/make/{name}/preview": OPEN,
    "/make/{name}/draft": OPEN,
    "/make/{name}/proof/{draft}.webp": OPEN,
    "GET /make/{name}": OPEN,
    "POST /make/{name}": "make",
    "/results/{about:path}": OPEN,
    "/events/{about:path}": OPEN,
    "/orders/{token}": OPEN,
    "/orders/{token}/cancel": OPEN,
    "/orders/{token}/drop": OPEN,
    "/orders/{token}/resend": "make",
    "/uploads": OPEN,
    "/uploads/{key}/{size}.webp": OPEN,
    "/uploads/{key}/delete": OPEN,
    "/channel/{channel}/{day}/{name}/{picture}": OPEN,
    "/runs/{day}/{name}": OPEN,
    "/runs/{day}/{name}/all.zip": OPEN,
    "/runs/{day}/{name}/sent/{sha256}.webp": OPEN,
    "/runs/{day}/{name}/sent/{sha256}": OPEN,
    "/runs/{day}/{name}/{picture}": OPEN,
    "/runs/{day}/{name}/{picture}/review": OPEN,  # everybody may comment; the kit knows who may approve
    "/runs/{day}/{name}/{picture}/change/preview": OPEN,
    "/runs/{day}/{name}/{picture}/change": "make",
    "/sets/{day}/{name}": OPEN,
    "/sets/{day}/{name}/all.zip": OPEN,
    "/wanted/{day}/{name}/{picture}": OPEN,
    "/sizes/{day}/{name}/{picture}": OPEN,
    "/compare": OPEN,
    "/history": OPEN,
    "/review": OPEN,
    "/review/{day}/{name}/{picture}": OPEN,
    "/review/approved.zip": OPEN,
    "/shares": OPEN,
    "/shares/{token}": OPEN,
    "/shares/{token}/withdraw": OPEN,
    "/spending": OPEN,
    "/spending/table.csv": OPEN,
    "/write": "write",
    "/write/new": "write",
    "/write/{name}": "write",
    "/write/{folder}/{name:path}": "write",
    "/write/try": "write",
    "/write/see": "write",
    "/write/save": "write",
    "/api": OPEN,
    "/api/openapi.json": OPEN,
    "/api/recipes": OPEN,
    "/api/recipes/{name}": OPEN,
    "/api/recipes/{name}/check": OPEN,
    "/api/recipes/{name}/render": OPEN,
    "/api/recipes/{name}/plan": OPEN,
    "/api/orders": "make",
    "/api/orders/{order}": OPEN,
    "/api/orders/{order}/cancel": OPEN,
    "/api/orders/{order}/resend": "make",
    "/api/runs": OPEN,
    "/api/runs/{day}/{name}": OPEN,
    "/api/pictures": OPEN,
    "/api/pictures/{day}/{name}/{picture}": OPEN,
    "/api/reviews/{day}/{name}": OPEN,
    "/api/reviews/{day}/{name}/{picture}": OPEN,
    "/api/uploads": OPEN,
    "/api/uploads/{key}": OPEN,
    "/api/spending": OPEN,
    "/files/{day}/{name}/{picture}": OPEN,
    "/small/{size}/{day}/{name}/{picture}": OPEN,
}
"""What each address needs, with its method where that matters. In a team, an address that is not here is closed."""

_DOES: Final[Mapping[str, str]] = {
    "make": "make pictures",
    "write": "write recipes",
    "approve": "approve and reject pictures",
}


def check_role(request: Request) -> None:
    """Check that a person may use an address.

    Raises:
        ForbiddenError: When the team does not let the person.
    """
    project = _studio(request).kit.project
    if project.team is None:
        return
    path = getattr(request.scope.get("route"), "path", "")
    needed = NEEDS.get(f"{request.method} {path}", NEEDS.get(path))
    if needed is None:
        raise ForbiddenError("Nobody has said who of the team may use this page.")
    if needed:
        need(request, needed)


def need(request: Request, role: Role) -> None:
    """Check that a person has a role.

    Raises:
        ForbiddenError: When the person has not.
    """
    person = person_of(request)
    if not _studio(request).kit.project.may(role, person):
        who = f"'{person}'" if person else "Somebody without a name"
        raise ForbiddenError(f"{who} may not {_DOES.get(role, role)} here. Ask whoever keeps the team's policy.")


def sees_others(request: Request) -> bool:
    """Return whether a person sees what others have made: by that role, or to approve it."""
    project, person = _studio(request).kit.project, person_of(request)
    return project.may("see", person) or (
        project.team is not None and not project.team.is_open("approve") and project.may("approve", person)
    )


def narrowed(request: Request, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is wanted of the history or the pictures, as far as a person may see it."""
    return dict(wanted) if sees_others(request) else {**wanted, "person": person_of(request)}


def to_decide(request: Request) -> int:
    """Return how many pictures wait for a person's decision: those that the person may see and decide on."""
    studio, person = _studio(request), person_of(request)
    if not studio.kit.project.may("approve", person):
        return 0
    return studio.waiting(None if sees_others(request) else person)


def shown_choices(request: Request, choices: HistoryChoices) -> HistoryChoices:
    """Return what a list can be narrowed to, without the names of others where they may not be seen."""
    own = person_of(request)
    return choices if sees_others(request) else replace(choices, persons=(own,) if own else ())


def check_seen(request: Request, folder: Path) -> None:
    """Check that a person may see a run.

    Raises:
        NotFoundError: When it is somebody else's, or nobody can say whose, and the person sees only the own.
    """
    if sees_others(request):
        return
    run = summary(folder)
    if run.state == "damaged" or run.person != person_of(request):
        raise NotFoundError("run", run.id)


def check_run(request: Request, run: str) -> None:
    """Check that a person may see a run, by its id.

    Raises:
        NotFoundError: As `check_seen` does, and when there is none.
    """
    if not sees_others(request):
        check_seen(request, folder_of(run, _studio(request).kit.project.runs_folder))


def check_share(request: Request, share: Share) -> None:
    """Check that a person may see and withdraw a link.

    Raises:
        NotFoundError: When it is somebody else's, and the person sees only the own.
    """
    if not sees_others(request) and share.person != person_of(request):
        raise NotFoundError("link", share.token)


def check_upload(request: Request, key: str) -> None:
    """Check that a person may use an upload.

    Raises:
        NotFoundError: When it is somebody else's, in a team.
    """
    if not may_use(_studio(request), person_of(request), key):
        raise NotFoundError("upload", key)


def may_use(studio: Studio, person: str, key: str) -> bool:
    """Return whether a person may use an upload: in a team, only the own ones."""
    return studio.kit.project.team is None or key.startswith(f"{folder_name(person)}-")


def _studio(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio
