"""Who may use the page and with what: hosts, origins, tokens, sizes, addresses and headers."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from prompt_kit.studio.access import HEADERS, MAX_FORM, Guard, PageAccess
from prompt_kit.studio.app import ROUTERS, create_app

from .asking import HOST, TOKEN, Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prompt_kit.kit import Kit

OUTSIDE = (
    "..",
    "%2e%2e",
    "%2e%2e%2fprompt-kit.yaml",
    "..%5c..%5csecret",
    "%00",
    "%2Fetc%2Fpasswd",
    "C:%5Cwindows",
    "%5C%5Cserver%5Cshare",
    "con",
    "a" * 300,
    "%EF%BC%8E%EF%BC%8E",
    "%ED%A0%80",
    "2026-11-28",
    "link",
)
"""Names that lead nowhere, out of the folder, or to a link in it; with %2F it is no name at all."""

ADDRESSES = (
    "/files/{}/sticker/01.png",
    "/files/2026-11-28/{}/01.png",
    "/files/2026-11-28/sticker/{}",
    "/small/320/{}/sticker/01.png",
    "/small/320/2026-11-28/{}/01.png",
    "/small/320/2026-11-28/sticker/{}",
    "/uploads/{}/320.webp",
    "/orders/{}",
    "/make/{}",
    "/make/sticker/proof/{}.webp",
    "/make/{}/proof/0123456789abcdef.webp",
    "/recipes/{}/proof.webp",
    "/static/{}",
    "/share/{}",
    "/runs/{}",
    "/runs/2026-11-28/{}",
    "/runs/2026-11-28/sticker/{}",
    "/runs/2026-11-28/{}/all.zip",
    "/runs/2026-11-28/sticker/sent/{}.webp",
    "/channel/instagram/2026-11-28/{}/01.png",
    "/channel/{}/2026-11-28/sticker/01.png",
    "/shares/{}",
    "/write/{}",
    "/compare?a=2026-11-28/{0}/01.png&b={0}",
    "/make/sticker?run={}",
    "/make/sticker?example={}",
)
SECRET = "nobody-may-read-this"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "", "127.0.0.1.evil.example", "evil.example@127.0.0.1", "[::1", "127.0.0.1/", "[127.0.0.1]"],
)
def test_another_host_name_is_refused(page: Page, host: str) -> None:
    """A page of somebody else that leads its own name to this computer gets nothing, and no name breaks the server."""
    answer = page.client.get("/", headers={"host": host})
    assert (answer.status_code, "Recipes" in answer.text) == (400, False)


@pytest.mark.parametrize(
    "said",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": f"http://{HOST}:9"},
        {"origin": "http://["},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=str,
)
def test_a_form_of_another_page_does_nothing(page: Page, said: dict[str, str]) -> None:
    """A request that changes something counts only from our own pages, even with cookie and form token."""
    sent = {"form_token": page.access.form_token, "person": "Mallory"}
    answer = page.client.post("/person", data=sent, headers=said, follow_redirects=False)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


@pytest.mark.parametrize("token", [None, "", "0" * 64, TOKEN, "é"])
def test_a_form_needs_its_token(page: Page, token: str | None) -> None:
    """Without the token of our forms nothing is done, at every address that takes a form."""
    requests = [(method, address) for method in ("POST", "PUT", "PATCH", "DELETE") for address in addresses_of(method)]
    assert {"/person", "/make/x", "/uploads", "/shares", "/runs/x/x/x/review", "/write/save"} <= {
        address for _, address in requests
    }
    for method, address in requests:
        sent = {"person": "Mallory"} | ({} if token is None else {"form_token": token})
        answer = page.client.request(method, address, data=sent, follow_redirects=False)
        assert (answer.status_code, "out of date" in answer.text) == (403, True), address
    assert not page.client.cookies.get("prompt_kit_person")


def addresses_of(method: str) -> set[str]:
    """Return every address of the studio that takes a method, with x for what differs."""
    routes: list[Any] = [route for router in ROUTERS for route in router.routes]
    return {re.sub(r"\{[^}]*\}", "x", route.path) for route in routes if method in route.methods}


@pytest.mark.parametrize("given", [None, "wrong", TOKEN[:-1], f"{TOKEN}x", "é"])
def test_whoever_does_not_have_the_address_stays_out(kit: Kit, given: str | None) -> None:
    """Other users of this computer reach the port, and see nothing without the token that was printed."""
    with TestClient(create_app(kit, PageAccess(TOKEN, frozenset({HOST}))), base_url=f"http://{HOST}") as client:
        for address in ("/", "/make/sticker", "/orders/0123456789abcdef", "/recipes/sticker/proof.webp"):
            by_address = client.get(address, params={} if given is None else {"token": given}, follow_redirects=False)
            by_cookie = client.get(address, headers=cookie(given), follow_redirects=False)
            assert {by_address.status_code, by_cookie.status_code} == {403}
            assert "sticker" not in by_address.text.lower() + by_cookie.text.lower()


def cookie(value: str | None) -> dict[bytes, bytes]:
    """Return the header of the studio's cookie."""
    return {} if value is None else {b"cookie": f"prompt_kit_studio={value}".encode()}


def test_the_token_leaves_the_address_and_stays_in_a_strict_cookie(page: Page) -> None:
    """It is in no history, no Referer, and no script or other page gets it."""
    answer = page.client.get(f"/make/sticker?token={TOKEN}&fresh=1", follow_redirects=False)
    assert answer.headers["location"] == "/make/sticker?fresh=1"
    assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in answer.headers["set-cookie"].split(";")}
    assert TOKEN not in page.get("/make/sticker?fresh=1")


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_leads_out_of_its_folder(page: Page, kit: Kit, tmp_path: Path, address: str) -> None:
    """Dots, encoded dots, null bytes, absolute paths, drives, shares and links reach no file."""
    (tmp_path / "prompt-kit.yaml").write_text(f"# {SECRET}\n")
    day = kit.project.runs_folder / "2026-11-28"
    (day / "sticker").mkdir(parents=True)
    (tmp_path / "secret").write_text(SECRET)
    (day / "link").symlink_to(tmp_path)
    (day / "sticker" / "01.png").symlink_to(tmp_path / "secret")
    for name in (*OUTSIDE, "01.png"):
        answer = page.client.get(address.format(name))
        own_form = address == "/make/{}" and answer.url.path == "/"  # what the client itself has made of dots
        assert answer.status_code in {400, 404, 422} or own_form or answer.url.path in {"/make/", "/"}, name
        assert SECRET not in answer.text


def test_values_are_words_and_never_files(page: Page, tmp_path: Path) -> None:
    """A path in a field or in a slot for pictures is read from no disk."""
    (tmp_path / "secret.txt").write_text(SECRET)
    picture = str(tmp_path / "secret.txt")
    sent = page.form("/make/product-mockup?fresh=1")
    sent |= {name: picture for name in sent if name.startswith("v.")} | {"r.product_photo": picture}
    shown = page.post("/make/product-mockup/preview", sent).text
    assert SECRET not in shown
    assert SECRET not in page.post("/make/product-mockup", sent).text


def test_more_than_the_largest_form_is_not_read(page: Page) -> None:
    """The size that a request gives is enough to refuse it, whatever it says."""
    for length, code in ((str(MAX_FORM + 1), 413), ("9" * 5_000, 413), ("-1", 413), ("1e9", 413)):
        answer = page.client.post("/person", content=b"", headers={"content-length": length})
        assert answer.status_code == code


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
def test_a_request_that_does_not_say_its_size_is_read_no_further_than_others(page: Page, kind: str) -> None:
    """A hundred megabytes in pieces are answered by 413 after the largest size, and are not held in memory."""
    given = 0

    def pieces() -> Iterator[bytes]:
        nonlocal given
        yield (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
            if "b" in kind[-1]
            else b"a="
        )
        for _ in range(100):
            given += 1_000_000
            yield bytes(1_000_000)

    headers = {"content-type": kind, "x-form-token": page.access.form_token}
    answer = page.client.post("/uploads", content=pieces(), headers=headers)
    assert answer.status_code in ({413} if "multipart" in kind else {400, 413})
    assert "larger than" in answer.text or "maximum size" in answer.text


def test_thousands_of_fields_are_refused(page: Page) -> None:
    """A form has as many fields as a form of ours can have."""
    many = {f"v.{number}": "x" for number in range(5_000)}
    answer = page.post("/make/sticker/preview", many)
    assert (answer.status_code, "Too many fields" in answer.text) == (400, True)


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "utf-16", "idna", "no-such-thing", "'utf-8"])
def test_forms_are_read_as_utf_8_alone(page: Page, charset: str) -> None:
    """Another encoding would make halves of letters, which no file and no page can hold."""
    headers = {"content-type": f"multipart/form-data; boundary=b; charset={charset}"}
    body = f'--b\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n{page.access.form_token}\r\n--b--\r\n'
    assert page.client.post("/person", content=body.encode(), headers=headers).status_code == 415


@pytest.mark.parametrize("broken", ["%ED%A0%80", "%FF%FE", "%C0%AF", "%00", "%0D%0A", "%E2%80%AE"])
def test_broken_letters_break_nothing(page: Page, broken: str) -> None:
    """Halves of letters, other encodings, null bytes and line ends in a field are kept or refused, as a page."""
    sent = page.form("/make/sticker?fresh=1")
    body = f"form_token={page.access.form_token}&draft={sent['draft']}&v.subject=a{broken}fox&s.size={broken}&count={broken}"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    for address in ("/make/sticker/preview", "/make/sticker", "/make/sticker/draft"):
        assert page.client.post(address, content=body, headers=headers).status_code in {200, 422}
    assert page.client.get(f"/make/sticker?draft={sent['draft']}&{broken}={broken}").status_code == 200


@pytest.mark.parametrize("number", ["9" * 400, "-1", "1e999", "NaN", "²", "٣", "9" * 5_000])
def test_huge_and_strange_numbers_are_refused_in_words(page: Page, number: str) -> None:
    """No number of an address or form ends in a failure of the server."""
    sent = page.form("/make/social-post?fresh=1") | {"v.subject": "a fox", "count": number, "offer": number}
    assert page.post("/make/social-post/preview", sent).status_code == 200
    assert page.post("/make/social-post/draft", sent).status_code == 200
    for address in (f"/small/{number}/2026-11-28/x/01.png", f"/make/sticker/proof/{'0' * 16}.webp?turn={number}"):
        assert page.client.get(address).status_code in {404, 422}


@pytest.mark.parametrize("back", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"])
def test_no_answer_leads_to_another_place(page: Page, back: str) -> None:
    """Whatever asks where to go next, the answer stays at this address."""
    given = "0" * 12 + "-" + "0" * 32
    answers = [
        page.client.post(
            f"/uploads/{given}/delete",
            params={"back": back},
            data={"form_token": page.access.form_token},
            follow_redirects=False,
        ),
        page.client.post(
            "/person", data={"form_token": page.access.form_token}, headers={"referer": back}, follow_redirects=False
        ),
        page.client.get(f"/{quote(back, safe='/')}?token={TOKEN}", follow_redirects=False),
    ]
    for answer in answers:
        where = answer.headers.get("location", "/")
        assert re.match(r"/(?![/\\\s])", where) or where == "/", where


def test_names_make_no_headers(page: Page) -> None:
    """Line ends in a person's name stay in its cookie, and in no header of their own."""
    answer = page.post("/person", {"person": "Ann\r\nSet-Cookie: a=b\r\n\r\n<p>"}, follow=False)
    assert len(answer.headers.get_list("set-cookie")) == 1
    assert not re.search(r"[\r\n;]\s*a=b", answer.headers["set-cookie"])
    assert "Ann Set-Cookie: a=b &lt;p&gt;" in page.get("/")


def test_every_answer_says_what_a_browser_may_do(page: Page) -> None:
    """Also refusals, missing pages, files and events carry the rules for scripts and frames."""
    answers = [
        page.client.get("/"),
        page.client.get("/nothing-here"),
        page.client.get("/static/studio.js"),
        page.client.get("/static/nothing.js"),
        page.client.get("/", headers={"host": "evil.example"}),
        page.client.post("/person"),
        page.client.get("/recipes/sticker/proof.webp"),
        page.client.request("TRACE", "/"),
    ]
    for answer in answers:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "unsafe" not in answer.headers["content-security-policy"]


def test_only_files_with_their_mark_are_kept_by_browsers(page: Page) -> None:
    """A page holds what somebody typed, and is kept nowhere; our own files are asked for once."""
    script = re.search(r'src="(/static/studio\.js\?\w+)"', page.get("/"))
    assert script is not None
    assert "immutable" in page.client.get(script[1]).headers["cache-control"]
    for address in ("/", "/static/studio.js", "/static/nothing.js?1"):
        assert page.client.get(address).headers["cache-control"] == "no-store"


def test_a_request_that_stops_in_the_middle_is_given_up() -> None:
    """Somebody who sends half a form and then nothing holds no place for ever."""

    async def never() -> Any:
        await asyncio.Event().wait()

    async def sent(_: Any) -> None:
        return

    async def read(_: Any, receive: Any, __: Any) -> None:
        await receive()

    async def ask() -> None:
        guard = Guard(read, PageAccess(TOKEN, frozenset({HOST})), pause_s=0.0)
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/share/x",
            "query_string": b"",
            "headers": [(b"host", HOST.encode())],
        }
        await guard(scope, never, sent)

    with pytest.raises(Exception, match="408"):
        asyncio.run(ask())
