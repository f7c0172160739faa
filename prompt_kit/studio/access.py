"""Who may use the page: the address with its token, the hosts and origins that count, and the token of each form."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from fastapi import Request  # noqa: TC002 - FastAPI reads the annotations
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from prompt_kit.studio.identity import LONGEST_NAME, ProxyTrust, holder_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE: Final = "prompt_kit_studio"
PERSON: Final = "prompt_kit_person"
FORM_TOKEN: Final = "form_token"  # noqa: S105 - the name of a field
"""The field of a form, and with dashes the header, that says that it is one of our own pages'."""

SURE: Final = "prompt_kit.person"
"""The key of a request's scope with the person, where that is sure: nobody calls themselves otherwise then."""

BEARER: Final = "prompt_kit.bearer"
"""The key of a request's scope that says that a program sent its token along, which no other page can make it do."""

MAX_BODY: Final = 60_000_000
"""Largest request with pictures that is read, in bytes: one of the largest size, and the rest of a form."""

MAX_FORM: Final = 4_000_000
"""Largest request without pictures that is read, in bytes; it is held in memory."""

PAUSE: Final = 60.0
"""So many seconds the next part of a request may take to come."""

LONGEST_LENGTH: Final = 12
"""Longest number that a request may give as its size."""

OK: Final = 200
FOREVER: Final = "public, max-age=31536000, immutable"

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
    persons: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Whose token each is, where there are others than the printed one; of a token for everybody, an empty name."""
    trust: ProxyTrust | None = None
    """Where the person's name comes from, when a proxy knows who somebody is."""
    person: str = ""
    """Who is at the page in any case, such as the user of the computer where a team has a policy."""
    https: frozenset[str] = frozenset()
    """Those of the host names that are reached by https only."""

    @cached_property
    def form_token(self) -> str:
        """What our own forms send along, so that no other page can send one in somebody's name."""
        return self.form_token_of("")

    def form_token_of(self, person: str) -> str:
        """Return the same for a person who is sure, so that no colleague can send a form in the person's name."""
        return hmac.new(self.token.encode(), b"forms" + person.encode(), hashlib.sha256).hexdigest()

    def holder(self, token: str) -> str | None:
        """Return whose secret this is, empty when it is everybody's; ``None`` when it is none."""
        return holder_of(token, self.persons or {self.token: ""})

    def is_own_host(self, host: str) -> bool:
        """Return whether a Host header, with or without its port, names this page."""
        plain = host and "/" not in host and "@" not in host
        return bool(plain) and (_parts_of(f"//{host}").hostname or "") in self.hosts

    def is_secure(self, host: str) -> bool:
        """Return whether a Host header names a page that is reached by https, so that cookies go by that only."""
        return (_parts_of(f"//{host}").hostname or "") in self.https


def person_of(request: Request) -> str:
    """Return who is at the page: as it is sure, else the name that a person has given; empty when nobody has."""
    sure = request.scope.get(SURE)
    return sure if isinstance(sure, str) and sure else named(unquote(request.cookies.get(PERSON, "")))


def is_sure(request: Request) -> bool:
    """Return whether nobody can call themselves otherwise."""
    return bool(request.scope.get(SURE))


def form_token_for(request: Request) -> str:
    """Return what forms for this person send along."""
    access: PageAccess = request.app.state.access
    return access.form_token_of(str(request.scope.get(SURE) or ""))


def named(name: str) -> str:
    """Return a person's name on one line and in its length."""
    return " ".join(_CONTROL.sub(" ", name).split())[:LONGEST_NAME]


def person_cookie(request: Request, response: Response, name: str) -> None:
    """Have the browser remember a person's name."""
    access: PageAccess = request.app.state.access
    secure = access.is_secure(request.headers.get("host", ""))
    response.set_cookie(PERSON, quote(named(name)), max_age=31_536_000, httponly=True, samesite="strict", secure=secure)


async def check_form(request: Request) -> None:
    """Check that a request that changes something comes from one of our own pages.

    Raises:
        HTTPException: When its token is missing or wrong.
    """
    if request.method in _SAFE or request.scope.get(BEARER):
        return
    sent = request.headers.get("x-form-token", "")
    if not sent:
        form = await request.form()
        sent = str(form.get(FORM_TOKEN, ""))
    if not hmac.compare_digest(sent.encode(), form_token_for(request).encode()):
        raise HTTPException(
            403, "This form is out of date: the studio was started anew. Reload the page and send again."
        )


class Guard:
    """Lets through only requests that name this host, come from this origin and have the token."""

    def __init__(self, app: ASGIApp, access: PageAccess, *, pause_s: float = PAUSE) -> None:
        self.app, self.access, self.pause_s = app, access, pause_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it in a sentence."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    own.setdefault(name, value)
                # The address of one of our own files changes with its content.
                keeps = scope["path"].startswith("/static/") and scope["query_string"] and message["status"] == OK
                own.setdefault("Cache-Control", FOREVER if keeps else "no-store")
            await send(message)

        if refusal is not None:
            await refusal(scope, receive, with_headers)
        else:
            await self.app(scope, _limited(receive, _most(headers), self.pause_s), with_headers)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not self.access.is_own_host(host):
            return PlainTextResponse("This page answers only under the address that was printed.", 400)
        if scope["method"] not in _SAFE and not self._is_own_origin(headers, host):
            return PlainTextResponse("This comes from another page, so nothing was done.", 403)
        if _charset(headers) not in {"", "utf-8"}:
            return PlainTextResponse("Forms are read as UTF-8 only.", 415)
        length = headers.get("content-length", "0")
        if len(length) > LONGEST_LENGTH or not length.isdecimal() or int(length) > _most(headers):
            return PlainTextResponse(_too_large(_most(headers)), 413)
        if scope["path"].startswith(("/static/", "/share/")):
            return None
        return self._without_token(scope, headers) if self.access.trust is None else self._not_named(scope, headers)

    def _not_named(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to a request in which no listed proxy names a person; else nothing."""
        trust = self.access.trust
        scope[SURE] = trust.person(scope, headers) if trust else ""
        return None if scope[SURE] else PlainTextResponse(_NOBODY, 403)

    def _is_by_program(self, scope: Scope, headers: Headers) -> bool:
        """Return whether a program sent a right token with a request to the API."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        if (
            kind.lower() != "bearer"
            or not is_api(scope["path"])
            or (person := self.access.holder(token.strip())) is None
        ):
            return False
        scope[SURE], scope[BEARER] = person or self.access.person, True
        return True

    def _is_own_origin(self, headers: Headers, host: str) -> bool:
        """Return whether a request that changes something comes from a page of ours; browsers always say it."""
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return False
        origin = headers.get("origin")
        return origin is None or _parts_of(origin).netloc == host

    def _without_token(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to a request without the token, or with the token in its address; else nothing."""
        if self._is_by_program(scope, headers):
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = next((value for name, value in query if name == "token"), None)
        if given is not None:
            if self.access.holder(given) is None:
                return PlainTextResponse(_CLOSED, 403)
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            opened = RedirectResponse(_path_of(scope) + (f"?{rest}" if rest else ""), 303)
            secure = self.access.is_secure(headers.get("host", ""))
            opened.set_cookie(COOKIE, given, httponly=True, samesite="strict", path="/", secure=secure)
            return opened
        if (person := self.access.holder(_cookie(headers, COOKIE))) is not None:
            scope[SURE] = person or self.access.person
            return None
        if is_api(scope["path"]):
            said = {"title": "There is no token", "status": 401, "detail": _HOW}
            asks = {"WWW-Authenticate": "Bearer"}
            return JSONResponse(said, 401, asks, media_type="application/problem+json")
        return PlainTextResponse(_CLOSED, 403)


_NOBODY: Final = (
    "This page opens through the proxy that says who you are. It names nobody here: open it by its usual address, or"
    " ask whoever set it up."
)
_HOW: Final = "Send a token that opens this page with each request: Authorization: Bearer TOKEN."
_CLOSED: Final = (
    "This page opens with the address that 'prompt-kit studio' printed when it was started, with its token."
    " Copy the whole address from the terminal."
)


def is_api(path: str) -> bool:
    """Return whether an address is one for programs."""
    return path == "/api" or path.startswith("/api/")


def _path_of(scope: Scope) -> str:
    """Return the path of a request as an address of this host, whatever stands at its beginning."""
    return "/" + quote(scope["path"].lstrip("/\\"))


def _cookie(headers: Headers, name: str) -> str:
    try:
        jar: SimpleCookie = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


def _parts_of(address: str) -> SplitResult:
    """Return the parts of an address; those of an empty one when it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _charset(headers: Headers) -> str:
    """Return the encoding that a request gives for its form; others than UTF-8 can make letters that are none."""
    _, options = parse_options_header(headers.get("content-type"))
    return options.get(b"charset", b"").decode("latin-1").lower()


def _most(headers: Headers) -> int:
    """Return how many bytes of a request are read; pictures come in parts, which are not held in memory."""
    return MAX_BODY if headers.get("content-type", "").lower().startswith("multipart/") else MAX_FORM


def _too_large(most: int) -> str:
    return f"This is larger than {most // 1_000_000} MB. Save a smaller copy and try again."


def _limited(receive: Receive, most: int, pause_s: float) -> Receive:
    """Return a reader that stops at a size, for requests that do not say theirs, and does not wait for ever.

    What it raises becomes a page, as long as none has begun.
    """
    read, going_on = 0, True

    async def limited() -> Message:
        nonlocal read, going_on
        if not going_on:
            return await receive()  # waits until whoever asks is gone
        try:
            async with asyncio.timeout(pause_s):
                message = await receive()
        except TimeoutError as error:
            raise HTTPException(408, "The rest of this did not come. Send it again.") from error
        read += len(message.get("body", b""))
        going_on = message.get("more_body", False)
        if read > most:
            raise HTTPException(413, _too_large(most))
        return message

    return limited
