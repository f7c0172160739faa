"""Who may use the page: the address with its token, the hosts and origins that count, and the token of each form."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from fastapi import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE: Final = "prompt_kit_studio"
PERSON: Final = "prompt_kit_person"
FORM_TOKEN: Final = "form_token"  # noqa: S105 - the name of a field
"""The field of a form, and with dashes the header, that says that it is one of our own pages'."""

LONGEST_NAME: Final = 60
"""Longest name of a person, in characters."""

MAX_BODY: Final = 60_000_000
"""Largest request that is read, in bytes: one picture of the largest size, and the rest of a form."""

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")

HEADERS: Final = {
    # Scripts and styles come from our own files alone, so that nothing in a value can run.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
    " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
"""What every answer says to the browser."""


@dataclass(frozen=True)
class PageAccess:
    """What opens the page."""

    token: str
    """The secret in the address that was printed when the page was started."""
    hosts: frozenset[str]
    """The host names that the page answers to, in lower case and without ports."""

    @cached_property
    def form_token(self) -> str:
        """What our own forms send along, so that no other page can send one in somebody's name."""
        return hmac.new(self.token.encode(), b"forms", hashlib.sha256).hexdigest()

    def opens(self, token: str) -> bool:
        """Return whether this is the secret; it takes the same time for every wrong one."""
        return hmac.compare_digest(token.encode(), self.token.encode())

    def is_own_host(self, host: str) -> bool:
        """Return whether a Host header, with or without its port, names this page."""
        name = urlsplit(f"//{host}").hostname if host and "/" not in host and "@" not in host else None
        return (name or "") in self.hosts


def person_of(request: Request) -> str:
    """Return the name that a person has given; empty when nobody has."""
    return named(unquote(request.cookies.get(PERSON, "")))


def named(name: str) -> str:
    """Return a person's name on one line and in its length."""
    return " ".join(_CONTROL.sub(" ", name).split())[:LONGEST_NAME]


def person_cookie(response: Response, name: str) -> None:
    """Have the browser remember a person's name."""
    response.set_cookie(PERSON, quote(named(name)), max_age=31_536_000, httponly=True, samesite="strict")


async def check_form(request: Request) -> None:
    """Check that a request that changes something comes from one of our own pages.

    Raises:
        HTTPException: When its token is missing or wrong.
    """
    if request.method in _SAFE:
        return
    access: PageAccess = request.app.state.access
    sent = request.headers.get("x-form-token", "")
    if not sent:
        form = await request.form()
        sent = str(form.get(FORM_TOKEN, ""))
    if not hmac.compare_digest(sent.encode(), access.form_token.encode()):
        raise HTTPException(
            403, "This form is out of date: the studio was started anew. Reload the page and send again."
        )


class Guard:
    """Lets through only requests that name this host, come from this origin and have the token."""

    def __init__(self, app: ASGIApp, access: PageAccess) -> None:
        self.app, self.access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it in a sentence."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        counted, limited = _limited(receive)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    own.setdefault(name, value)
                own.setdefault("Cache-Control", "no-store")
            await send(message)

        if refusal is not None:
            await refusal(scope, receive, with_headers)
            return
        try:
            await self.app(scope, limited, with_headers)
        except _TooLargeError:
            if not counted["answered"]:
                await _too_large()(scope, receive, with_headers)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not self.access.is_own_host(host):
            return PlainTextResponse("This page answers only under the address that was printed.", 400)
        if scope["method"] not in _SAFE and not self._is_own_origin(headers, host):
            return PlainTextResponse("This comes from another page, so nothing was done.", 403)
        if headers.get("content-length", "0").isdecimal() and int(headers.get("content-length", "0")) > MAX_BODY:
            return _too_large()
        if scope["path"].startswith(("/static/", "/share/")):
            return None
        return self._without_token(scope, headers)

    def _is_own_origin(self, headers: Headers, host: str) -> bool:
        """Return whether a request that changes something comes from a page of ours; browsers always say it."""
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return False
        origin = headers.get("origin")
        return origin is None or urlsplit(origin).netloc == host

    def _without_token(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to a request without the token, or with the token in its address; else nothing."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = next((value for name, value in query if name == "token"), None)
        if given is not None:
            if not self.access.opens(given):
                return PlainTextResponse(_CLOSED, 403)
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            opened = RedirectResponse(_path_of(scope) + (f"?{rest}" if rest else ""), 303)
            opened.set_cookie(COOKIE, self.access.token, httponly=True, samesite="strict", path="/")
            return opened
        if self.access.opens(_cookie(headers, COOKIE)):
            return None
        return PlainTextResponse(_CLOSED, 403)


_CLOSED: Final = (
    "This page opens with the address that 'prompt-kit studio' printed when it was started, with its token."
    " Copy the whole address from the terminal."
)


def _path_of(scope: Scope) -> str:
    """Return the path of a request as an address of this host, whatever stands at its beginning."""
    return "/" + quote(scope["path"].lstrip("/\\"))


def _cookie(headers: Headers, name: str) -> str:
    try:
        jar: SimpleCookie = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


def _too_large() -> Response:
    return PlainTextResponse(f"This is larger than {MAX_BODY // 1_000_000} MB. Save a smaller copy and try again.", 413)


class _TooLargeError(Exception):
    """More was sent than is read."""


def _limited(receive: Receive) -> tuple[dict[str, int], Receive]:
    """Return a reader that stops at the largest size, for requests that do not say theirs."""
    counted = {"bytes": 0, "answered": 0}

    async def limited() -> Message:
        message = await receive()
        counted["bytes"] += len(message.get("body", b""))
        if counted["bytes"] > MAX_BODY:
            raise _TooLargeError
        return message

    return counted, limited
