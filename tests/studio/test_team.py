"""A team at the page: who is let in, who somebody is, and what each may do, see and spend, on every address."""

from __future__ import annotations

import re
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest
from badges import BADGE
from fakes import Painter
from starlette.testclient import TestClient

from prompt_kit.errors import InputError
from prompt_kit.kit import Kit
from prompt_kit.pixels.channels import CHANNELS
from prompt_kit.project import Project, find_project
from prompt_kit.record.shares import add_share
from prompt_kit.studio.access import PageAccess
from prompt_kit.studio.app import ROUTERS, create_app
from prompt_kit.studio.identity import tokens_in, trust_of
from prompt_kit.studio.roles import NEEDS
from prompt_kit.studio.serving import access_of

from .asking import HOST, Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import MakeTree

PROXY: Final = "10.1.2.3"
TRUST: Final = trust_of("X-Forwarded-User", ["10.0.0.0/8"])
LONG: Final = "t" * 32

TEAM = """\
    team:
      make: [anna, ben]
      write: [anna]
      approve: [anna]
      see: [anna]
      largest_size: 1K
      highest_tier: standard
      pictures: 2
      budget: {everyone: 0.20}
      settings: {aspect_ratio: "1:1"}
      values: {style: tin}
    """


@pytest.fixture
def team(tree: MakeTree) -> Kit:
    """A project with a policy and a recipe."""
    return Kit(find_project(tree(**BADGE, **{"prompt-kit.yaml": TEAM})))


@contextmanager
def visiting(kit: Kit, person: str, *, peer: str = PROXY, host: str = HOST) -> Iterator[Page]:
    """Somebody whom the proxy names."""
    access = PageAccess("the-own-secret", frozenset({HOST, "studio.example.com"}), trust=TRUST)
    with TestClient(
        create_app(kit, access), base_url=f"http://{host}", client=(peer, 5000), headers={"X-Forwarded-User": person}
    ) as client:
        yield Page(client, access, person)


def made_by(kit: Kit, person: str, subject: str = "an owl") -> str:
    kit.generate(kit.render("badge", {"subject": subject}), generator=Painter(), person=person, new=True)
    return next(run.id for run in kit.runs() if run.person == person)


# Who is let in.


def test_a_page_that_others_reach_needs_tokens_or_a_proxy(tmp_path: Path) -> None:
    """To listen elsewhere by mistake opens nothing; on the own computer nothing more is needed."""
    project = Project(root=tmp_path)
    for host in ("0.0.0.0", "::", "192.168.1.5", "studio.example.com"):  # noqa: S104 - these are refused
        with pytest.raises(InputError, match="--token-file"):
            access_of(project, host=host)
        assert access_of(project, host=host, token=LONG).persons == {LONG: ""}
    assert not access_of(project).persons
    assert access_of(project, host="::1").trust is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("short", "32 characters or more"),
        (f"anna {LONG}\nben {LONG}", "line 2: this token stands there twice"),
        (f"{LONG}\nben {'u' * 40}", "each has a name before it"),
        ("# nobody yet\n", "there is no token"),
    ],
)
def test_tokens_that_do_not_tell_persons_apart_are_refused(text: str, words: str) -> None:
    """The message says the line, and repeats no token."""
    with pytest.raises(InputError, match=words) as refused:
        tokens_in(text, "tokens.txt")
    assert LONG not in str(refused.value)


def test_a_policy_for_persons_needs_tokens_with_names(team: Kit) -> None:
    """With a token for everybody, each could call themselves as whoever has a budget left."""
    with pytest.raises(InputError, match="Write a name before each token"):
        access_of(team.project, host="10.0.0.1", token=LONG)
    assert access_of(team.project, host="10.0.0.1", token=f"anna {LONG}").holder(LONG) == "anna"


def test_a_proxy_is_named_by_its_network() -> None:
    """Without one, the header of anybody would count."""
    with pytest.raises(InputError, match="--proxy"):
        trust_of("X-Forwarded-User", [])
    with pytest.raises(InputError, match="no address and no network"):
        trust_of("X-Forwarded-User", ["example.com"])
    with pytest.raises(InputError, match="no name of a header"):
        trust_of("X-Forwarded: User", ["10.0.0.1"])


def test_the_header_counts_only_from_a_listed_address(team: Kit) -> None:
    """Whoever comes past the proxy is nobody, whatever headers say."""
    with visiting(team, "anna") as page:
        assert ">anna</p>" in page.get("/")
    with visiting(team, "anna", peer="192.168.0.9") as page:
        forged = {"X-Forwarded-For": PROXY, "X-Real-IP": PROXY, "Forwarded": f"for={PROXY}"}
        assert page.client.get("/", headers=forged).status_code == 403
    with visiting(team, "anna", peer="::ffff:10.1.2.3") as page:
        assert page.client.get("/").status_code == 200


@pytest.mark.parametrize("name", ["", "  ", "anna,ben", "a" * 61])
def test_a_header_that_is_no_single_name_names_nobody(team: Kit, name: str) -> None:
    """A proxy that adds its own to what a browser sent makes two of it."""
    with visiting(team, name) as page:
        assert page.client.get("/").status_code == 403


def test_a_header_that_comes_twice_names_nobody(team: Kit) -> None:
    """Which of both the proxy wrote cannot be told."""
    with visiting(team, "ben") as page:
        twice = [("X-Forwarded-User", "anna"), ("X-Forwarded-User", "ben")]
        del page.client.headers["X-Forwarded-User"]
        assert page.client.get("/", headers=twice).status_code == 403


def test_each_token_is_a_person_who_cannot_take_another_name(team: Kit) -> None:
    """The name on a run is that of the token: neither the cookie nor the form for names changes it."""
    tokens = {"a" * 32: "anna", "b" * 32: "ben"}
    access = PageAccess("own", frozenset({HOST}), tokens)
    with TestClient(create_app(team, access), base_url=f"http://{HOST}") as client:
        assert client.get("/?token=own").status_code == 403
        assert ">ben</p>" in client.get(f"/?token={'b' * 32}").text
        client.cookies.set("prompt_kit_person", "anna")
        assert ">ben</p>" in client.get("/").text
        own = {"form_token": access.form_token_of("ben"), "person": "anna"}
        assert client.post("/person", data=own).status_code == 403
        assert client.post("/favourites/badge", data={"form_token": access.form_token_of("anna")}).status_code == 403


def test_the_user_of_the_computer_is_the_person_where_a_team_has_a_policy(
    team: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the own computer, too, a budget is that of whoever sits there."""
    monkeypatch.setenv("PROMPT_KIT_PERSON", "ben")
    access = access_of(team.project)
    with TestClient(create_app(team, access), base_url=f"http://{HOST}") as client:
        assert ">ben</p>" in client.get(f"/?token={access.token}").text


def test_cookies_are_secure_where_the_page_is_reached_by_https(tmp_path: Path) -> None:
    """Elsewhere the browser would not send them back."""
    names = ["https://Studio.Example.com", "other.example.com"]
    access = access_of(Project(root=tmp_path), host="10.0.0.1", names=names, token=LONG)
    app = create_app(Kit(tmp_path), access)
    for host, secure in (("studio.example.com", True), ("other.example.com", False)):
        with TestClient(app, base_url=f"https://{host}", follow_redirects=False) as client:
            assert ("Secure" in client.get(f"/?token={LONG}").headers["set-cookie"]) is secure
    with TestClient(app, base_url="http://evil.example.com") as client:
        assert client.get("/").status_code == 400


# What each may do.


def test_every_address_says_what_it_needs() -> None:
    """An address that nobody has thought of is closed in a team, and this test says so."""
    for router in ROUTERS:
        for route in router.routes:
            path = getattr(route, "path", "")
            for method in getattr(route, "methods", ()):
                assert path in NEEDS or f"{method} {path}" in NEEDS, f"{method} {path}"


def test_whoever_may_not_make_pictures_orders_none(team: Kit) -> None:
    """The form says so before anything is sent, and neither the form nor a change is an order."""
    run = made_by(team, "anna")
    with visiting(team, "cleo") as page:
        form = page.form("/make/badge?fresh=1") | {"v.subject": "an owl"}
        assert page.post("/make/badge", form).status_code == 403
        assert "may not make pictures here" in page.post("/make/badge/preview", form).text
    with visiting(team, "anna") as page:
        assert page.get(f"/runs/{run}/01.png")
    assert team.project.team
    policy = team.project.team.model_copy(update={"see": ("everyone",)})
    with visiting(Kit(team.project.model_copy(update={"team": policy})), "cleo") as page:
        assert page.post(f"/runs/{run}/01.png/change", {"change": "warmer"}).status_code == 403


def test_only_writers_come_to_the_texts_of_recipes(team: Kit) -> None:
    """Neither the list nor saving is open to others."""
    with visiting(team, "ben") as page:
        assert page.client.get("/write").status_code == 403
        assert page.post("/write/save", {"name": "badge", "text": "title: x"}).status_code == 403
    with visiting(team, "anna") as page:
        assert page.client.get("/write").status_code == 200


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_only_approvers_approve_and_reject(team: Kit, verdict: str) -> None:
    """Both pages for it refuse; a comment is welcome."""
    run = made_by(team, "ben")
    with visiting(team, "ben") as page:
        assert re.search(r'value="approve"[^>]*disabled', page.get(f"/runs/{run}/01.png"))
        sent = {"verdict": verdict, "reason": "because"}
        assert page.post(f"/runs/{run}/01.png/review", sent).status_code == 403
        assert "may not approve and reject" in page.post(f"/review/{run}/01.png", sent).text
        page.post(f"/runs/{run}/01.png/review", {"verdict": "comment", "reason": "nice"})
    (picture,) = team.reviews(run)
    assert [review.verdict for review in picture.reviews] == ["comment"]
    with visiting(team, "anna") as page:
        page.post(f"/runs/{run}/01.png/review", {"verdict": verdict, "reason": "because"})
    assert team.reviews(run)[0].state != "waiting"


def test_nobody_sees_what_others_made_unless_the_team_lets_them(team: Kit) -> None:
    """Every address with a run in it, and every list, is as if there were no such run."""
    run = made_by(team, "anna", "a secret owl")
    token = add_share(team.project.runs_folder, [team.project.runs_folder / run / "01.png"], person="anna").token
    key = team.uploads.add((team.project.runs_folder / run / "01.png").read_bytes(), person="anna").id
    addresses = [
        f"/runs/{run}",
        f"/runs/{run}/01.png",
        f"/runs/{run}/all.zip",
        f"/sets/{run}",
        f"/sets/{run}/all.zip",
        f"/wanted/{run}/01.png",
        f"/sizes/{run}/01.png",
        f"/files/{run}/01.png",
        f"/small/320/{run}/01.png",
        f"/channel/{next(iter(CHANNELS))}/{run}/01.png",
        f"/compare?a={run}/01.png",
        f"/make/badge?run={run}",
        f"/shares/{token}",
        f"/uploads/{key}/160.webp",
    ]
    with visiting(team, "ben") as page:
        seen = {address: page.client.get(address).status_code for address in addresses}
        assert set(seen.values()) == {404}, seen
        for address in ("/history", "/history?person=anna", "/review", "/review?person=anna", "/shares", "/spending"):
            text = page.get(address)
            assert "secret owl" not in text, address
            assert run not in text, address
            assert "anna" not in text or "person=anna" in address, address  # which is what was asked for
        assert run not in page.client.get("/review/approved.zip").content.decode("latin-1")
        assert "anna" not in page.client.get("/spending/table.csv?by=person").text
        sent = {"verdict": "comment", "reason": "x"}
        assert page.post(f"/runs/{run}/01.png/review", sent).status_code == 404
        assert page.post(f"/review/{run}/01.png", sent).status_code == 404
        assert page.post("/shares", {"pictures": f"{run}/01.png"}).status_code == 404
        assert page.post(f"/shares/{token}/withdraw", {}).status_code == 404
        assert page.post(f"/runs/{run}/01.png/change", {"change": "warmer"}).status_code == 404
        assert page.post(f"/uploads/{key}/delete", {}).status_code == 404
        data = (team.project.runs_folder / run / "01.png").read_bytes()
        again = page.client.post(
            "/again", data={"form_token": page.form_token}, files={"file": ("a.png", data, "image/png")}
        )
        assert run not in again.text
        assert not again.history
    with visiting(team, "anna") as page:
        assert "secret owl" in page.get("/history")
        seen = {address: page.client.get(address).status_code for address in addresses}
        assert {address for address, status in seen.items() if status != 200} <= {addresses[-1]}


def test_the_head_counts_what_somebody_may_see_and_decide(team: Kit) -> None:
    """Whoever approves nothing is not called upon; whoever does sees the number with what it means."""
    team.generate(team.render("badge", {"subject": "an owl"}), generator=Painter(), person="ben")
    for person, said in (("anna", "1 to decide"), ("ben", "")):
        with visiting(team, person) as page:
            assert f'<span id="waiting-count" class="count">{said}</span>' in page.get("/")


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"v.style": "felt"}, "locked by the team"),
        ({"s.aspect_ratio": "16:9"}, "locked by the team"),
        ({"s.size": "4K"}, "allows pictures of 1K at the most"),
        ({"s.tier": "pro"}, "allows the tier standard at the most"),
        ({"s.model": "gemini-3-pro-image"}, "allows the tier standard at the most"),
        ({"count": "3"}, "the team allows 2"),
    ],
)
def test_what_a_form_cannot_choose_is_refused_when_it_is_sent_all_the_same(
    team: Kit, sent: dict[str, str], words: str
) -> None:
    """A form is only a form: whoever sends other fields than it has gets no order."""
    with visiting(team, "ben") as page:
        form = {**page.form("/make/badge?fresh=1"), "v.subject": "an owl", "count": "1", **sent}
        answer = page.post("/make/badge", form)
        assert (answer.status_code, words in answer.text) == (422, True)
    assert not list(team.runs())


def test_the_form_says_what_is_locked_and_not_allowed(team: Kit) -> None:
    """Nobody fills in what will be refused; the reason stands beside it."""
    with visiting(team, "ben") as page:
        text = page.get("/make/badge?fresh=1")
    assert re.search(
        r'<select id="in-s-aspect_ratio"[^>]*disabled>\s*<option value=""[^>]*>1:1 \(locked by the team\)', text
    )
    assert re.search(r'<option value="4K" disabled>[^<]*the team allows 1K at the most', text)
    assert re.search(r'<option value="pro" disabled[^>]*>[^<]*the team allows standard at the most', text)
    assert "fixed by the team" in text
    assert "$0.20 of $0.20 left for ben today" in text


def test_the_own_budget_holds_at_the_page(team: Kit) -> None:
    """What is left is that of the person, and an order beyond it is not sent."""
    painter = Painter(more={"cost": Decimal("0.19")})
    team.generate(team.render("badge", {"subject": "an owl"}), generator=painter, person="ben")
    with visiting(team, "ben") as page:
        assert "$0.01 of $0.20 left for ben today" in page.get("/make/badge?fresh=1")
        assert "for ben today" in page.get("/spending")
    with visiting(team, "anna") as page:
        assert "$0.20 of $0.20 left for anna today" in page.get("/make/badge?fresh=1")
