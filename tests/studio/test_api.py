"""The API for programs: the same as the pages, with a token of its own, held to the same policy."""

from __future__ import annotations

import io
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest
from badges import BADGE
from fakes import png
from gemini_asking import KEY
from gemini_server import GeminiServer
from limits import AT_ONCE
from starlette.testclient import TestClient

from prompt_kit.kit import Kit
from prompt_kit.project import find_project
from prompt_kit.studio.access import PageAccess
from prompt_kit.studio.api import router
from prompt_kit.studio.app import create_app

from .asking import HOST
from .test_team import TEAM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import MakeTree
    from httpx2 import Response

TOKENS: Final = {letter * 32: name for letter, name in (("a", "anna"), ("b", "ben"), ("c", "cleo"))}
RULES: Final = f"    generator: proof\n{TEAM}"
OWL: Final = {"recipe": "badge", "values": {"subject": "an owl"}}


@dataclass(frozen=True)
class Program:
    """A program with a person's token."""

    client: TestClient
    token: str

    def get(self, address: str) -> Any:
        """Return what an address gives; it must be there."""
        answer = self.client.get(f"/api{address}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, address: str, sent: Any, *, key: str = "") -> Response:
        """Send JSON."""
        more = {"Idempotency-Key": key} if key else {}
        return self.client.post(f"/api{address}", json=sent, headers=self.headers | more)

    def ended(self, order: str) -> Any:
        """Return an order once it has ended."""
        end = time.monotonic() + AT_ONCE
        while (there := self.get(f"/orders/{order}"))["state"] == "open":
            assert time.monotonic() < end, there
            time.sleep(0.02)
        return there

    @property
    def headers(self) -> dict[str, str]:
        """What it sends with each request."""
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def kit(tree: MakeTree) -> Kit:
    """A project with a policy and a recipe, in which pictures are proofs."""
    return Kit(find_project(tree(**BADGE, **{"prompt-kit.yaml": RULES})))


@contextmanager
def opened(kit: Kit) -> Iterator[TestClient]:
    access = PageAccess("the-own-secret", frozenset({HOST}), TOKENS)
    with TestClient(create_app(kit, access), base_url=f"http://{HOST}") as client:
        yield client


@pytest.fixture
def client(kit: Kit) -> Iterator[TestClient]:
    """Somebody without any token."""
    with opened(kit) as opened_client:
        yield opened_client


@pytest.fixture
def anna(client: TestClient) -> Program:
    """A program of a person who may do everything that the policy allows."""
    return Program(client, "a" * 32)


@pytest.fixture
def ben(client: TestClient) -> Program:
    """A program of a person who makes pictures, and sees only the own."""
    return Program(client, "b" * 32)


@pytest.fixture
def cleo(client: TestClient) -> Program:
    """A program of a person who may make nothing."""
    return Program(client, "c" * 32)


def said(answer: Response) -> str:
    """Return everything that an error says; it must be one."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    plain = answer.json()
    assert plain["status"] == answer.status_code
    return "\n".join([plain["detail"], *(problem["message"] for problem in plain["problems"])])


def codes(answer: Response) -> list[tuple[str, str]]:
    return [(problem.get("code", ""), problem.get("parameter", "")) for problem in answer.json()["problems"]]


# Who is let in.


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer the-own-secret", f"Basic {'a' * 32}", f"Bearer {'a' * 31}"])
def test_without_a_right_token_nothing_is_open(client: TestClient, header: str) -> None:
    """Neither reading nor ordering; the answer says how to send one."""
    headers = {"Authorization": header} if header else {}
    for route in router.routes:
        path = getattr(route, "path", "").format(name="n", order="o" * 20, day="2026-01-01", picture="01.png", key="k")
        for method in getattr(route, "methods", ()):
            answer = client.request(method, path, headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), path


def test_a_token_in_a_header_opens_the_api_alone(client: TestClient, anna: Program) -> None:
    """Pages ask for their cookie, so that a header which a script adds opens none of them."""
    assert client.get("/", headers=anna.headers).status_code == 403
    assert anna.client.get("/api", headers=anna.headers).status_code == 200
    assert not client.cookies


def test_a_page_of_ours_needs_its_form_token_for_the_api_too(client: TestClient, kit: Kit) -> None:
    """With a cookie alone, any other page could order in somebody's name."""
    client.get(f"/?token={'a' * 32}")
    key = {"Idempotency-Key": "12345678"}
    assert client.get("/api/recipes").status_code == 200
    assert client.post("/api/orders", json=OWL, headers=key).status_code == 403
    own = PageAccess("the-own-secret", frozenset({HOST})).form_token_of("anna")
    assert client.post("/api/orders", json=OWL, headers=key | {"X-Form-Token": own}).status_code == 201
    assert (
        client.post(
            "/api/orders", json=OWL, headers=key | {"X-Form-Token": own, "Origin": "http://evil.example"}
        ).status_code
        == 403
    )
    assert kit.project.team


# What it gives.


def test_its_description_has_every_address(anna: Program) -> None:
    """Programs are written by it; people read the same on a page that loads nothing from elsewhere."""
    described = anna.get("/openapi.json")
    paths = {getattr(route, "path", "") for route in router.routes} - {"/api", "/api/openapi.json"}
    assert set(described["paths"]) == paths
    text = anna.client.get("/api", headers=anna.headers).text
    assert all(path in text for path in paths)
    assert "//cdn" not in text


def test_the_schema_of_a_recipe_is_that_of_its_form(anna: Program, kit: Kit) -> None:
    """What is locked stands there as the only value."""
    asked = anna.get("/recipes/badge")
    assert asked["schema"] == kit.recipe("badge").form.json_schema()
    assert asked["schema"]["properties"]["style"]["const"] == "tin"
    assert "badge" in {recipe["name"] for recipe in anna.get("/recipes")}


def test_problems_are_all_told_with_parameter_code_and_repair(anna: Program) -> None:
    """A program shows each beside its field, as the page does."""
    wrong = {"values": {"sujbect": "an owl", "style": "felt"}}
    checked = anna.send("/recipes/badge/check", wrong).json()
    assert {(problem["code"], problem["parameter"]) for problem in checked["problems"]} >= {
        ("missing", "subject"),
        ("locked", "style"),
    }
    answer = anna.send("/recipes/badge/render", wrong)
    assert (answer.status_code, ("locked", "style") in codes(answer)) == (422, True)
    locked = next(problem for problem in answer.json()["problems"] if problem["code"] == "locked")
    assert locked["offers"][0]["parameter"] == "style"


@pytest.mark.parametrize(
    "sent", [{"recipe": "badge", "count": "many"}, {"recipe": "badge", "person": "anna"}, [], None]
)
def test_a_body_of_another_shape_is_refused(anna: Program, sent: Any) -> None:
    """Nobody names another person in it either."""
    answer = anna.send("/orders", sent, key="12345678")
    assert answer.status_code == 422
    assert said(answer)


def test_what_is_not_there_is_said_as_a_problem(anna: Program) -> None:
    """Addresses, recipes, orders and runs alike."""
    for address in ("/nothing", "/recipes/nothing", "/orders/" + "x" * 20, "/runs/2026-01-01/no"):
        answer = anna.client.get(f"/api{address}", headers=anna.headers)
        assert (answer.status_code, bool(said(answer))) == (404, True)


def test_a_prompt_and_its_price_cost_nothing(anna: Program, kit: Kit) -> None:
    """The price, what is left of the own budget, and what would be refused are there before anything is sent."""
    rendered = anna.send("/recipes/badge/render", {"values": {"subject": "an owl"}}).json()
    assert rendered["text"] == str(kit.render("badge", {"subject": "an owl"}))
    planned = anna.send("/recipes/badge/plan", {"values": {"subject": "an owl"}, "count": 2}).json()
    assert (planned["count"], planned["problems"], planned["budget_left_usd"]) == (2, [], "0.2")
    assert Decimal(planned["estimate_usd"]) > 0
    assert not list(kit.runs())


def test_an_order_becomes_a_run_with_pictures_and_reviews(anna: Program) -> None:
    """From the order to the approved picture without a page."""
    placed = anna.send("/orders", OWL | {"count": 2}, key="order-0001")
    assert placed.status_code == 201
    order = anna.ended(placed.json()["id"])
    assert [take["state"] for take in order["takes"]] == ["done", "done"]
    assert order["person"] == "anna"
    run = order["run"]
    assert anna.get(f"/runs/{run}")["recipe"] == "badge"
    assert [past["id"] for past in anna.get("/runs")["runs"]] == [run]
    name = anna.get("/pictures")["pictures"][0]["name"]
    assert anna.client.get(f"/api/pictures/{run}/{name}", headers=anna.headers).content.startswith(b"\x89PNG")
    assert anna.send(f"/reviews/{run}/{name}", {"verdict": "approve"}).status_code == 201
    states = {picture["name"]: picture["state"] for picture in anna.get(f"/reviews/{run}")}
    assert states[name] == "approved"
    assert anna.get("/spending?by=person")["limits"][0]["period"] == "for anna today"


def test_the_same_key_is_one_order_however_often_it_comes(anna: Program, kit: Kit) -> None:
    """A program that saw no answer asks again; with another order, the key is refused."""
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: anna.send("/orders", OWL, key="order-0001"), range(6)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    (order,) = {answer.json()["id"] for answer in answers}
    anna.ended(order)
    assert anna.send("/orders", OWL, key="order-0001").status_code == 200
    assert len(list(kit.runs())) == 1
    other = anna.send("/orders", OWL | {"count": 2}, key="order-0001")
    assert (other.status_code, "another order" in said(other)) == (422, True)
    assert anna.send("/orders", OWL).status_code == 422


def test_uploads_are_given_sent_and_deleted(anna: Program, ben: Program) -> None:
    """Each person's pictures are the person's own."""
    file = {"file": ("a.png", io.BytesIO(png((64, 64), "#aa0000")), "image/png")}
    given = anna.client.post("/api/uploads", files=file, headers=anna.headers)
    key = given.json()["id"]
    assert [upload["id"] for upload in anna.get("/uploads")] == [key]
    assert ben.get("/uploads") == []
    assert ben.client.delete(f"/api/uploads/{key}", headers=ben.headers).status_code == 404
    stolen = ben.send("/recipes/sticker/check", {"values": {}, "references": {"character": [key]}})
    assert (stolen.status_code, "not_a_picture" in {code for code, _ in codes(stolen)}) == (422, True)
    assert anna.client.delete(f"/api/uploads/{key}", headers=anna.headers).status_code == 204
    assert anna.get("/uploads") == []


# What the policy forbids.


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"values": {"subject": "an owl", "style": "felt"}}, "style: is locked by the team"),
        ({"settings": {"aspect_ratio": "16:9"}}, "aspect_ratio: is locked by the team"),
        ({"settings": {"size": "4K"}}, "allows pictures of 1K at the most"),
        ({"settings": {"tier": "pro"}}, "allows the tier standard at the most"),
        ({"settings": {"model": "gemini-3-pro-image"}}, "allows the tier standard at the most"),
        ({"count": 3}, "the team allows 2"),
        ({"generator": "gemini"}, "There is no generator 'gemini'"),
    ],
)
def test_no_order_gets_around_a_lock_or_limit(ben: Program, kit: Kit, more: dict[str, Any], words: str) -> None:
    """Everything that a page refuses is refused here, in the same words."""
    answer = ben.send("/orders", OWL | more, key="order-0001")
    assert answer.status_code in {404, 422}
    assert words in said(answer)
    assert not list(kit.runs())


def test_roles_hold_for_programs(anna: Program, ben: Program, cleo: Program) -> None:
    """Who may not make, approve or see on pages may not here."""
    answer = cleo.send("/orders", OWL, key="order-0001")
    assert (answer.status_code, "'cleo' may not make pictures" in said(answer)) == (403, True)
    mine = ben.ended(ben.send("/orders", OWL, key="order-0001").json()["id"])["run"]
    refused = ben.send(f"/reviews/{mine}/01.png", {"verdict": "approve"})
    assert (refused.status_code, "may not approve" in said(refused)) == (403, True)
    order = anna.send("/orders", OWL, key="order-0001").json()["id"]
    run = anna.ended(order)["run"]
    for address in (f"/runs/{run}", f"/pictures/{run}/01.png", f"/reviews/{run}", f"/orders/{order}"):
        assert ben.client.get(f"/api{address}", headers=ben.headers).status_code == 404, address
    for address in (f"/orders/{order}/cancel", f"/orders/{order}/resend"):
        assert ben.send(address, {}).status_code == 404
    assert ben.send(f"/reviews/{run}/01.png", {"verdict": "comment", "reason": "x"}).status_code == 404
    assert [past["id"] for past in ben.get("/runs?person=anna")["runs"]] == [mine]
    assert {past["run"] for past in ben.get("/pictures?person=anna")["pictures"]} == {mine}
    assert {line["name"] for line in ben.get("/spending?by=day")["lines"]} <= {"ben"}
    assert {past["id"] for past in anna.get("/runs")["runs"]} == {mine, run}


def test_orders_at_once_do_not_pass_the_own_budget(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten orders of a person with money for fewer, all at the same moment."""
    with GeminiServer() as server:
        monkeypatch.setenv("GEMINI_API_KEY", KEY)
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        paying = Kit(kit.project.model_copy(update={"generator": "gemini"}))
        with opened(paying) as client:
            anna = Program(client, "a" * 32)
            with ThreadPoolExecutor(8) as pool:
                sent = list(pool.map(lambda n: anna.send("/orders", OWL, key=f"order-{n:04}"), range(10)))
            ended = [anna.ended(answer.json()["id"]) for answer in sent]
        with paying.ledger() as ledger:
            held = sum(max(entry.actual or Decimal(), entry.estimate or Decimal()) for entry in ledger.entries())
    states = [order["takes"][0]["state"] for order in ended]
    assert 0 < states.count("done") < len(states)
    assert held <= Decimal("0.20") + Decimal("0.05")  # the answers may cost more than the estimates did
    assert any("for one person and day" in str(order) for order in ended), ended[-1]
