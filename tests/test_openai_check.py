"""Whether OpenAI, or a server like it, is ready is told without spending money."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
from typing import TYPE_CHECKING, Any

import pytest
from openai_asking import KEY
from openai_replies import broken, raw, refused
from openai_server import OpenAIServer
from untrusted_server import Untrusted

from prompt_kit.cli.main import run
from prompt_kit.generators import Checkable, generator
from prompt_kit.generators.openai import OpenAI
from prompt_kit.generators.openai.access import HOME, given_key
from prompt_kit.generators.openai.checks import CHECK_S, checked
from prompt_kit.generators.openai.connection import headers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import MakeTree
    from openai_replies import Answer

    from prompt_kit.generators import Checked

MODELS = ("gpt-image-2.5-flare", "gpt-image-2.5-sunburst")


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    """A server of the test's own."""
    with OpenAIServer() as running:
        yield running


@pytest.fixture
def home(server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> OpenAIServer:
    """The same in OpenAI's place: `look` asks it and takes it for OpenAI, whose own address needs a certificate."""
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    return server


async def at_openai(maker: OpenAI) -> tuple[Checked, ...]:
    """Examine as `OpenAI.check` does, with the environment's server in OpenAI's place."""
    key, place = given_key(maker.api_key)

    async def listed() -> str:
        async with maker:
            client = maker._connection.client(key=key, address=os.environ["OPENAI_BASE_URL"], timeout_s=CHECK_S)
            return (await client.models.with_raw_response.list(extra_headers=headers(key))).text

    return await checked(key, place, HOME, MODELS, listed)


def look(base_url: str | None = None, key: str | None = KEY, **options: Any) -> dict[str, Checked]:
    """Return what an examination says, by what it is about; nothing of it shows the key."""
    maker = OpenAI(api_key=key, base_url=base_url, **options)
    home = base_url is None and not options and os.environ.get("OPENAI_BASE_URL")
    found = asyncio.run(at_openai(maker) if home else maker.check(MODELS))
    assert KEY not in repr(found)
    for one in found:
        for text in filter(None, (one.fact, one.next_step)):
            assert text.endswith("."), text
        assert one.next_step or one.state == "good", one
    return {one.about: one for one in found}


def test_every_model_is_looked_at_and_nothing_is_charged(home: OpenAIServer) -> None:
    """One question for the list answers whether network, key and models are there."""
    found = look()

    assert list(found) == ["key", *(f"model {model}" for model in MODELS)]
    assert {one.state for one in found.values()} == {"good"}
    assert found["key"].fact == "There is a key, the one that was given."
    assert [(one.method, one.path) for one in home.requests] == [("GET", "/v1/models")]


def test_without_a_key_nothing_is_sent_to_openai(home: OpenAIServer) -> None:
    """It is simply not set up; the message says which variable is missing."""
    found = look(key=None)

    assert (list(found), home.requests) == (["key"], [])
    assert (found["key"].state, found["key"].fact) == ("odd", "There is no key for the OpenAI API.")
    assert "OPENAI_API_KEY" in found["key"].next_step


@pytest.mark.parametrize("key", ["sk-with space", "sk-ümlaut", "sk-line\nbreak"])
def test_a_key_that_is_none_is_not_sent(server: OpenAIServer, key: str) -> None:
    """It was copied with something else."""
    found = look(server.url, key)

    assert (found["key"].state, server.requests) == ("wrong", [])
    assert key not in repr(found)


def test_a_key_openai_does_not_take_is_wrong_and_never_shown(home: OpenAIServer) -> None:
    """OpenAI repeats it, and we do not; it says where the key stands, and where keys are made."""
    home.key = "another"

    found = look()

    assert list(found) == ["key"]
    assert found["key"].state == "wrong"
    assert found["key"].fact == 'The server does not accept the key ("Incorrect API key provided: …").'
    assert found["key"].next_step.endswith("api-keys. The key in use is the one that was given.")


def test_a_server_of_ones_own_may_want_a_key(server: OpenAIServer) -> None:
    """Whether none was sent or another one: OpenAI's page of keys is of no help there."""
    server.key = "another"

    none, other = look(server.url, "")["key"], look(server.url)["key"]

    assert (none.state, none.fact) == ("wrong", "The server wants a key, and none is sent.")
    assert none.next_step == "Set OPENAI_API_KEY to a key that this server takes. OPENAI_API_KEY is not set."
    assert (other.state, "platform.openai.com" in other.next_step) == ("wrong", False)


def test_a_country_that_is_left_out_is_told(home: OpenAIServer) -> None:
    """OpenAI's own reasons come through."""
    home.next(
        refused(403, "Country, region, or territory not supported", reason="unsupported_country_region_territory")
    )

    assert "the country" in look()["key"].fact


def test_a_key_that_may_not_list_models_may_still_draw(home: OpenAIServer) -> None:
    """Restricted keys are good keys, so it is only worth knowing."""
    for code in (401, 403):
        home.next(
            refused(code, "You have insufficient permissions for this operation. Missing scopes: api.model.read.")
        )
        found = look()

        assert [(one.about, one.state) for one in found.values()] == [("key", "good"), ("models", "odd")]
        assert found["models"].fact == "The key is not allowed to list models."


def test_a_model_the_key_does_not_have_is_named(home: OpenAIServer) -> None:
    """The other one is there all the same."""
    home.withdrawn.add(MODELS[1])

    found = look()

    assert (found[f"model {MODELS[0]}"].state, found[f"model {MODELS[1]}"].state) == ("good", "wrong")
    assert found[f"model {MODELS[1]}"].fact == "This key does not have it."


def test_a_model_that_will_be_shut_down_is_worth_knowing(home: OpenAIServer) -> None:
    """OpenAI tells the day with the list."""
    home.ends[MODELS[0]] = "2027-02-01"

    one = look()[f"model {MODELS[0]}"]

    assert (one.state, one.fact) == ("odd", "It is available until 2027-02-01.")


def test_a_server_of_ones_own_has_models_of_its_own() -> None:
    """That it has none of OpenAI's is as it should be, and it needs no key."""
    with OpenAIServer(strict=False) as local:
        local.models = ("flux-local",)
        found = look(local.url, "")

    assert {about: one.state for about, one in found.items()} == {"key": "good", "network": "good"}
    assert found["key"].fact == "No key is sent; this server may need none."
    assert found["network"].fact == f"{local.url[7:-3]} answers, with models of its own."
    assert "authorization" not in local.requests[0].headers


def test_a_gateway_with_some_of_the_models_lacks_the_others() -> None:
    """Whoever has one of them was meant to have them all."""
    with OpenAIServer(strict=False) as local:
        local.models = MODELS[:1]
        found = look(local.url, "")

    assert (found[f"model {MODELS[0]}"].state, found[f"model {MODELS[1]}"].state) == ("good", "wrong")
    assert found[f"model {MODELS[1]}"].fact == "The server does not have it."


@pytest.mark.parametrize(
    "body",
    [{"object": "list", "data": None}, [{"id": "flux-local"}], {"data": [{"id": "flux-local"}]}, {"data": [{"id": 5}]}],
    ids=["none", "without a frame", "with little else", "numbers"],
)
def test_lists_of_other_servers_are_read_as_they_come(server: OpenAIServer, body: Any) -> None:
    """Not all of them keep the shape that the SDK promises."""
    server.next(raw(body))

    assert look(server.url)["network"].state == "good"


@pytest.mark.parametrize("code", [404, 405, 501])
def test_a_server_without_a_list_may_draw_nevertheless(server: OpenAIServer, code: int) -> None:
    """Or its address is wrong; OpenAI has a list, so there it is the address."""
    server.next(raw({"detail": "Not Found"}, code))

    one = look(server.url)["network"]

    assert (one.state, one.fact) == ("odd", f"{server.url[7:-3]} lists no models.")
    assert "it usually ends with /v1" in one.next_step


def test_openai_at_a_wrong_path_is_wrong(home: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenAI always has a list."""
    monkeypatch.setenv("OPENAI_BASE_URL", home.url.removesuffix("/v1"))
    one = look()["network"]

    assert (one.state, one.fact) == ("wrong", "api.openai.com lists no models.")
    assert [asked.path for asked in home.requests] == ["/models"]


NO_LISTS: dict[str, Answer] = {
    "a page": raw("<html>Welcome to our hotel</html>"),
    "nothing": raw(""),
    "half of it": raw('{"data": ['),
    "brackets": raw("[" * 100_000),
    "no text": raw(b"\xff\xfe\xfa"),
    "a number": raw("7"),
    "null": raw("null"),
    "other words": raw({"hello": 1}),
    "no list": raw({"data": 5}),
    "names alone": raw({"data": ["gpt-image-2"]}),
    "no ids": raw({"data": [{"name": "x"}]}),
    "odd ids": raw({"data": [{"id": []}]}),
}


@pytest.mark.parametrize("answer", NO_LISTS.values(), ids=NO_LISTS)
def test_an_answer_that_is_no_list_is_told(server: OpenAIServer, answer: Answer) -> None:
    """A hotel's login page answers everything with 200; whatever comes, there is no traceback."""
    server.next(answer)

    found = look(server.url)

    assert (found["key"].state, found["network"].state) == ("good", "wrong")
    assert found["network"].fact == f"What {server.url[7:-3]} answers is not the OpenAI API."


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504, 524])
@pytest.mark.parametrize("body", ["<html>", "[" * 100_000, {"error": {"message": "No."}}], ids=["page", "deep", "json"])
def test_passing_trouble_at_the_server_is_no_fault_here(server: OpenAIServer, code: int, body: Any) -> None:
    """Tomorrow it is gone."""
    server.next(raw(body, code))

    assert look(server.url)["network"].state == "odd"


def test_an_address_that_leads_elsewhere_is_wrong(server: OpenAIServer) -> None:
    """The key would go along."""
    server.next(raw("moved", 307, location="http://127.0.0.1:9/v1/models"))

    one = look(server.url)["network"]

    assert (one.state, len(server.requests)) == ("wrong", 1)
    assert "a proxy or a wrong base URL" in one.fact


@pytest.mark.parametrize("ending", ["half", "reset", "never", "trickle"])
def test_an_answer_that_does_not_end_is_told(server: OpenAIServer, ending: Any) -> None:
    """Nobody is kept waiting for the rest."""
    server.next(broken(ending))

    one = look(server.url, timeout_s=2)["network"]

    assert (one.state, one.fact) == ("wrong", f"{server.url[7:-3]} does not answer.")


def test_a_server_that_is_not_there_is_told() -> None:
    """Nobody listens there; a password in the address is not repeated."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{taken.getsockname()[1]}"

        found = look(f"http://name:password@{where}/v1")

    assert (found["key"].state, found["network"].state) == ("good", "wrong")
    assert found["network"].fact == f"{where} does not answer."
    assert "password" not in repr(found)


def test_a_name_that_nobody_knows_is_told() -> None:
    """The network is down, or its DNS is."""
    assert look("https://nobody.invalid/v1")["network"].fact.startswith("nobody.invalid cannot be reached")


def test_a_certificate_that_is_not_trusted_is_told(tmp_path: Path) -> None:
    """A company's proxy that reads along shows a certificate of its own."""
    with Untrusted(tmp_path) as address:
        one = look(f"{address}/v1")["network"]

    assert "is not trusted: its certificate is not valid" in one.fact


def test_a_proxy_that_refuses_is_told_by_its_variable(home: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy's address may hold a password, so only the variable is named."""
    proxy = home.url.removesuffix("/v1").replace("//", "//name:password@")
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.delenv("OPENAI_BASE_URL")

    found = look()

    assert found["network"].fact == "The proxy in HTTPS_PROXY does not let the request through."
    assert "password" not in repr(found)


@pytest.mark.parametrize(
    "address",
    [
        "localhost:8000",
        "ftp://localhost/v1",
        "http://[broken",
        "//localhost/v1",
        "http://localhost:99999/v1",
        "http://a b/v1",
    ],
)
def test_an_address_that_is_none_is_said(address: str) -> None:
    """No traceback, whatever stands in the environment."""
    one = look(address)["network"]

    assert (one.state, one.fact) == ("wrong", "The base URL is not the address of a server.")


def test_looking_closes_what_it_opened_and_keeps_what_was_open(server: OpenAIServer) -> None:
    """Inside ``async with`` the same connection serves pictures afterwards."""

    async def twice() -> None:
        async with OpenAI(api_key=KEY, base_url=server.url) as maker:
            assert (await maker.check(MODELS))[-1].state == "good"
            assert (await maker.check(MODELS))[-1].state == "good"

    asyncio.run(twice())

    assert (len(server.requests), server.connections) == (2, 1)


def test_openai_can_be_asked_whether_it_is_ready() -> None:
    """So the doctor asks it."""
    assert isinstance(generator("openai"), Checkable)


def test_the_doctor_looks_at_openai(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each model has its line and sign, and only the list is asked for."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)

    assert run(["doctor"]) == 0

    out = capsys.readouterr().out
    assert re.search(r"^✓  openai: key +There is a key, in OPENAI_API_KEY\.", out, re.MULTILINE)
    for model in MODELS:
        assert re.search(rf"^✓  openai: model {re.escape(model)} +It is available\.", out, re.MULTILINE)
    assert [one.method for one in server.requests] == ["GET"]


def test_the_doctor_tells_a_wrong_key_and_never_shows_it(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with 1, for scripts."""
    server.key = "another"
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)

    assert run(["doctor", "--json"]) == 1

    out, err = capsys.readouterr()
    rows = {row["about"]: row for row in json.loads(out)}
    assert rows["openai: key"]["state"] == "wrong"
    assert rows["openai: key"]["next_step"].endswith("The key in use is in OPENAI_API_KEY.")
    assert KEY not in out + err


def test_the_doctor_looks_for_a_projects_own_model_at_its_own_server(
    tree: MakeTree, capsys: pytest.CaptureFixture[str]
) -> None:
    """Address and model stand in the project's files; there is no key anywhere."""
    with OpenAIServer(strict=False) as local:
        local.models = ("flux-local",)
        tree(
            **{
                "prompt-kit.yaml": f"generator: openai\ngenerators: {{openai: {{base_url: '{local.url}'}}}}\n",
                "models.yaml": "models: {flux-local: {generator: openai, tiers: [draft, standard, pro]}}\n",
            }
        )
        assert run(["doctor"]) == 0, capsys.readouterr()

    assert re.search(r"^✓  openai: model flux-local +It is available\.", capsys.readouterr().out, re.MULTILINE)


def test_a_project_that_wants_openai_is_not_ready_without_a_key(
    tree: MakeTree, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever has chosen the generator cannot work without it; to all others it is only worth knowing."""
    assert run(["doctor"]) == 0
    tree(**{"prompt-kit.yaml": "generator: openai\n"})
    assert run(["doctor"]) == 1

    before, after = capsys.readouterr().out.split("✗", 1)
    assert re.search(r"^!  openai: key +There is no key for the OpenAI API\.", before, re.MULTILINE)
    assert after.lstrip().startswith("openai: key")
