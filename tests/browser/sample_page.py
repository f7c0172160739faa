"""A small page that uses htmx in the ways the studio may, under a strict content security policy.

Start it with a port: ``python sample_page.py 0``. What it stores is in the folder it was started in.
"""

from __future__ import annotations

import asyncio
import sys
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import uvicorn
from fastapi import FastAPI, Form, Header, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles

import prompt_kit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
CONFIG = '{"history":false,"morphIgnore":["data-htmx-powered","open"],"noSwap":[204,304,"5xx"]}'
PAGE = """<!doctype html>
<html lang="en"><head><title>Sample</title><meta name="viewport" content="width=device-width">
<meta name="htmx-config" content='{config}'>
<link rel="stylesheet" href="/static/studio.css"><script src="/static/htmx.min.js"></script><script defer src="/static/hx-sse.min.js"></script></head>
<body hx-headers:inherited='{{"X-Form-Token":"secret"}}'><main><h1>Sample</h1>
{form}
<div id="errors"></div><p id="preview">Nothing yet.</p><p id="price">Free.</p>
<div id="watch" hx-sse:connect="/events" hx-sse:close="done" hx-swap="none"></div>
<div id="stored" hx-get="/stored" hx-trigger="changed from:#watch" hx-swap="innerMorph">{stored}</div>
</main></body></html>"""
FORM = """<form id="form" method="post" action="/save" enctype="multipart/form-data" hx-post="/save" hx-swap="outerMorph"
 hx-status:422="target:#errors swap:innerHTML">
<p><label for="name">Name</label> <input id="name" name="name" value="{name}"></p>
<p><label for="loud">Loud</label> <input id="loud" name="loud" type="checkbox"{checked}></p>
<p><label for="file">Picture</label> <input id="file" name="file" type="file"></p>
<details id="more"><summary>More</summary><p>Words.</p></details>
<div hx-post="/preview" hx-encoding="application/x-www-form-urlencoded" hx-sync="replace"
 hx-trigger="input from:#form delay:20ms" hx-target="#preview" hx-swap="innerMorph"></div>
<button id="save">Save</button>
<button id="example" type="button" hx-get="/example" hx-target="#form" hx-swap="outerHTML">Use an example</button>
<button id="morphed" type="button" hx-get="/example" hx-target="#form" hx-swap="outerMorph">Morph an example</button>
</form>"""
STORE = Path("stored.txt")

app = FastAPI()
app.mount("/static", StaticFiles(directory=Path(prompt_kit.__file__).parent / "studio" / "static"))


@app.middleware("http")
async def guard(request: Request, forward: Callable[[Request], Awaitable[Response]]) -> Response:
    """Answer every request with the policy."""
    response = await forward(request)
    response.headers["Content-Security-Policy"] = POLICY
    return response


def form(name: str = "", *, loud: bool = False) -> str:
    """Return the form, filled in."""
    return FORM.format(name=escape(name), checked=" checked" if loud else "")


def words() -> str:
    """Return the words that are stored."""
    return STORE.read_text("utf-8") if STORE.exists() else ""


@app.get("/")
def page() -> HTMLResponse:
    """Return the whole page."""
    return HTMLResponse(PAGE.format(config=CONFIG, form=form(), stored=escape(words())))


@app.post("/preview")
def preview(name: Annotated[str, Form()] = "", x_form_token: Annotated[str, Header()] = "") -> HTMLResponse:
    """Return what changes while somebody types, for two places."""
    text = f"Hello {escape(name)}, {escape(x_form_token)}."
    return HTMLResponse(f'{text}<hx-partial hx-target="#price"><b>{len(name)} cents</b></hx-partial>')


@app.post("/save")
def save(name: Annotated[str, Form()] = "", hx_request: Annotated[str, Header()] = "") -> HTMLResponse:
    """Store a name, and return the form (or the page, without scripts); some names are refused."""
    if name == "bad":
        return HTMLResponse("<p>bad is no name.</p>", 422)
    if name == "crash":
        return HTMLResponse("<p>Crash.</p>", 500)
    STORE.write_text(name, "utf-8")
    return HTMLResponse(form(name.title())) if hx_request else page()


@app.get("/example")
def example() -> HTMLResponse:
    """Return the form as an example fills it in."""
    return HTMLResponse(form("Ann", loud=True))


@app.get("/stored")
def stored() -> HTMLResponse:
    """Return what is stored."""
    return HTMLResponse(escape(words()))


@app.get("/flawed")
def flawed() -> HTMLResponse:
    """Return a page with faults: no language, a picture of another host without words, a script in the page."""
    return HTMLResponse('<title>Flawed</title><img src="http://example.com/a.png"><script>let a = 1</script>')


@app.get("/events", response_class=EventSourceResponse)
async def events() -> AsyncIterator[ServerSentEvent]:
    """Say so whenever what is stored changes, and at the beginning."""
    last = None
    while True:
        if (now := words()) != last:
            last = now
            yield ServerSentEvent(event="changed", raw_data="stored")
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), timeout_graceful_shutdown=1)
