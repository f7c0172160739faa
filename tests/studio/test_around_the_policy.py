"""Every way to spend, tried by somebody who has spent what the policy allows, or wants what it locks: none leads around.

The provider is a server on this computer, which notes what it is asked for; the person is whom a proxy names.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest
from badges import BADGE
from fakes import Painter
from gemini_asking import KEY
from gemini_batches import Batches
from gemini_server import GeminiServer
from ledgers import request
from racing import Races

from prompt_kit.cli.main import run as command
from prompt_kit.errors import InputError
from prompt_kit.kit import Kit
from prompt_kit.policy import Policy
from prompt_kit.project import Project, find_project
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.placed import PlacedOrder, change, open_orders, place, placed
from prompt_kit.studio.serving import access_of
from prompt_kit.work.orders import Order

from .test_ordering import all_ended, made_by
from .test_team import visiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import MakeTree

    from .asking import Page

    Way = Callable[["Attacker"], Any]

TEAM: Final = """\
    generator: gemini
    team:
      groups: {designers: [zoe]}
      budget: {everyone: 0.20, designers: 5}
      largest_size: 1K
      highest_tier: standard
      settings: {aspect_ratio: "1:1"}
      values: {style: tin}
    """
SPENT: Final = Decimal("0.19")
OWL: Final = {"recipe": "badge", "values": {"subject": "an owl"}}
ORDER: Final = "an-order-of-somebody"


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    """The provider."""
    with GeminiServer() as server:
        server.batches = Batches(server)
        monkeypatch.setenv("GEMINI_API_KEY", KEY)
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        yield server


@pytest.fixture
def kit(tree: MakeTree) -> Kit:
    """A project with a policy for money, sizes and values."""
    return Kit(find_project(tree(**BADGE, **{"prompt-kit.yaml": TEAM})))


class Attacker:
    """Anna, who has a run with a picture and has spent nearly all of her budget."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        painter = Painter(more={"cost": SPENT})
        assert kit.generate(self.prompt, generator=painter, person="anna").ok
        (past,) = kit.runs()
        self.run = past.id

    @property
    def prompt(self) -> Any:
        return self.kit.render("badge", {"subject": "an owl"})

    def types(self, *words: str) -> int:
        """Give a command."""
        return command(["--person", "anna", *words])

    def visits(self, act: Callable[[Page], Any]) -> None:
        """Use the studio until everything that was ordered has ended."""
        with visiting(self.kit, "anna") as page:
            act(page)
            page.until("/", lambda _: not open_orders(self.kit.project.runs_folder))

    def fills_in(self, **more: str) -> None:
        """Send the form of the recipe."""
        self.visits(
            lambda page: page.post(
                "/make/badge", {**page.form("/make/badge?fresh=1"), "v.subject": "an owl", "count": "1", **more}
            )
        )

    def calls(self, address: str, sent: Any) -> None:
        """Send JSON to the API."""
        self.visits(
            lambda page: page.client.post(
                f"/api{address}", json=sent, headers={"Idempotency-Key": "order-0001", "X-Form-Token": page.form_token}
            )
        )

    def placed(self, **more: Any) -> PlacedOrder:
        """Put an order on the disk, as a studio leaves it that was ended before the order began."""
        order = PlacedOrder(ORDER, "badge", self.prompt.to_dict(), 1, "gemini", "anna")
        place(self.kit.project.runs_folder, order, self.prompt)
        return change(self.kit.project.runs_folder, ORDER, **more)

    def restarts(self, **more: Any) -> None:
        """Open a studio that has an order left from before."""
        self.placed(**more)

        async def resumed(runner: Any) -> None:
            await runner.resume()
            if more.get("state") == "asks":
                await runner.allow(ORDER)
            await all_ended(runner)

        made_by(self.kit, resumed)
        assert placed(self.kit.project.runs_folder, ORDER).state == "ended"


SPENDING: Final[dict[str, Way]] = {
    "form-make-4": lambda it: it.fills_in(count="4", make="all"),
    "form-try-one": lambda it: it.fills_in(make="one"),
    "change": lambda it: it.visits(lambda page: page.post(f"/runs/{it.run}/01.png/change", {"change": "warmer"})),
    "api": lambda it: it.calls("/orders", OWL),
    "api-many": lambda it: it.calls("/orders", OWL | {"count": 50}),
    "api-other-picture": lambda it: it.calls("/orders", {"recipe": "badge", "values": {"subject": "an elk"}}),
    "restart": lambda it: it.restarts(),
    "restart-ask-again": lambda it: it.restarts(state="asks", message="It may be paid."),
    "command": lambda it: it.types("generate", "badge", "--subject", "an owl", "--new"),
    "command-max-cost": lambda it: it.types("generate", "badge", "--subject", "an owl", "--new", "--max-cost", "none"),
    "command-count": lambda it: it.types("generate", "badge", "--subject", "an elk", "-n", "100"),
    "command-resend": lambda it: it.types("generate", "badge", "--subject", "an elk", "--resend"),
    "command-batch": lambda it: it.types("generate", "badge", "--subject", "an owl", "--new", "--batch", "-n", "3"),
    "compare": lambda it: it.types("compare", "badge", "--across", "subject=an owl,an elk"),
    "compare-batch": lambda it: it.types("compare", "badge", "--across", "subject=an owl,an elk", "--batch"),
    "refine": lambda it: it.types("refine", f"{it.run}/01.png", "make it warmer"),
    "refine-batch": lambda it: it.types("refine", f"{it.run}/01.png", "make it warmer", "--batch", "-n", "2"),
    "python": lambda it: it.kit.generate(it.prompt, person="anna", new=True),
}


@pytest.mark.parametrize("way", SPENDING)
def test_whoever_has_spent_the_own_budget_spends_no_more(kit: Kit, google: GeminiServer, way: str) -> None:
    """Nothing reaches the provider, by whichever way it is ordered, and the ledger has no more than before."""
    anna = Attacker(kit)
    SPENDING[way](anna)
    assert [asked.task or asked.path for asked in google.requests if asked.method == "POST"] == []
    with kit.ledger() as ledger:
        assert [entry.actual for entry in ledger.entries() if entry.actual != 0] == [SPENT]


@pytest.mark.parametrize("way", SPENDING)
def test_each_of_these_ways_makes_pictures_where_money_is_left(kit: Kit, google: GeminiServer, way: str) -> None:
    """Otherwise the test before would prove nothing: it is the budget that stops them."""
    rich = Policy.model_validate(kit.project.team.model_dump() | {"budget": {}})  # type: ignore[union-attr]
    (kit.project.root / "prompt-kit.yaml").write_text("generator: gemini\n", "utf-8")
    anna = Attacker(Kit(Project(root=kit.project.root, generator="gemini", team=rich)))
    SPENDING[way](anna)
    assert any(asked.method == "POST" for asked in google.requests)


SPELLINGS: Final = ["Anna", "ANNA", "\uff41nna", "anna\u200b", "an\u00adna", " anna", "\U0001d4b6nna", "anna\ufe0f"]


@pytest.mark.parametrize("name", SPELLINGS)
def test_another_spelling_of_a_name_has_no_budget_of_its_own(kit: Kit, name: str) -> None:
    """Whoever is called Anna instead of anna at the proxy or the command line goes on with the same money."""
    Attacker(kit)
    painter = Painter()
    prompt = kit.render("badge", {"subject": "an elk"})
    refused = kit.generate(prompt, generator=painter, person=name)
    assert (refused.ok, painter.asked) == (False, [])
    assert kit.budget_left(name) == Decimal("0.01")
    assert kit.generate(prompt, generator=painter, person="ben").ok


@pytest.mark.parametrize("name", ["Zoe", "ZOE", "zoe\u200b", "designers", "Designers", "everyone", "Everyone"])
def test_nobody_gets_the_money_of_others_by_a_name(kit: Kit, name: str) -> None:
    """The larger budget is that of its members as they are written, not of whoever is called like one, or the group."""
    team = kit.project.team
    assert team is not None
    assert team.day_budget("zoe") == 5
    assert team.day_budget(name) == Decimal("0.20")


@pytest.mark.parametrize("name", ["Anna", "anna\u200b", "ANNA"])
def test_another_spelling_has_no_more_than_the_person(name: str) -> None:
    """Also where others have more, or no limit at all; and it has none of the person's roles."""
    for others in ({"everyone": Decimal(9)}, {}):
        policy = Policy(groups={"new": ("ben",)}, approve=("anna",), budget={"anna": Decimal(1), "new": 2, **others})
        assert policy.day_budget(name) == 1
        assert policy.day_budget("BEN") == 2
        assert policy.day_budget("cleo") == others.get("everyone")
        assert not policy.may("approve", name)


@pytest.mark.parametrize("name", ["Anna", "anna\0", "an\ud800na"])
def test_spellings_that_are_booked_together_share_one_budget(kit: Kit, name: str) -> None:
    """Two requests of one step, and of two, add up under both names."""
    with Ledger.open(kit.project.ledger_url) as ledger:

        def booked(*names: str) -> list[bool]:
            wanted = [replace(request("0.08"), person=name) for name in names]
            return [isinstance(row, int) for row in ledger.book_each(wanted, budget=kit.project.budget)]

        assert booked(name, name, name) == [True, True, False]
        if name == "Anna":
            assert booked("anna", "aNNa") == [False, False]


def test_two_commands_that_race_for_the_last_cents_make_one_picture(
    kit: Kit, google: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processes begin at the same moment; the budget is enough for one of them."""
    spent = Painter(more={"cost": Decimal("0.15")})
    assert kit.generate(kit.render("badge", {"subject": "an owl"}), generator=spent, person="anna").ok
    monkeypatch.setenv("PROMPT_KIT_PERSON", "anna")
    with Races() as races:
        ended = races.at_once(["generate", "badge", "--subject", "an elk", "--new"], 4)
    assert [end.code for end in ended].count(0) == len(google.requests) == 1


# What is locked or too large.


def preset(kit: Kit, text: str) -> None:
    """Write a preset, as whoever writes recipes can."""
    path = kit.project.root / "recipes/presets/soft.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")


def values_file(kit: Kit, text: str) -> str:
    """Write a file of values, and return its path."""
    path = kit.project.root / "values.yaml"
    path.write_text(text, "utf-8")
    return str(path)


COMMANDS: Final[dict[str, list[str]]] = {
    "value": ["badge", "--subject", "an owl", "--style", "felt"],
    "values-file": ["badge", "--values", "values.yaml"],
    "setting": ["badge", "--subject", "an owl", "--aspect-ratio", "16:9"],
    "size": ["badge", "--subject", "an owl", "--size", "2K"],
    "tier": ["badge", "--subject", "an owl", "--tier", "pro"],
    "model": ["badge", "--subject", "an owl", "--model", "gemini-3-pro-image"],
    "model-other-name": ["badge", "--subject", "an owl", "--model", "nano-banana-pro-preview"],
    "model-unknown": ["badge", "--subject", "an owl", "--model", "gemini-9-huge"],
    "model-retired": ["badge", "--subject", "an owl", "--model", "gemini-3-pro-image-preview"],
    "preset-size": ["soft", "--subject", "an owl"],
    "batch": ["badge", "--subject", "an owl", "--size", "2K", "--batch"],
}


@pytest.mark.parametrize("way", COMMANDS)
def test_no_command_gets_around_a_lock_or_limit(kit: Kit, google: GeminiServer, way: str) -> None:
    """Neither words nor files nor presets."""
    preset(kit, "extends: badge\nsettings: {size: 4K, tier: pro}\n")
    values_file(kit, "subject: an owl\nstyle: felt\n")
    assert command(["--person", "ben", "generate", *COMMANDS[way]]) == 2
    assert (google.requests, list(kit.runs())) == ([], [])


@pytest.mark.parametrize(
    "given",
    [
        "extends: badge\nvalues: {style: felt}\n",
        "extends: badge\nvalues: {style: felt}\nlocked: all\n",
        "extends: badge\nsettings: {aspect_ratio: '16:9'}\n",
    ],
)
def test_a_preset_has_what_is_locked(kit: Kit, given: str) -> None:
    """Whoever may write presets changes no lock with them, and a prompt of before the lock is refused."""
    preset(kit, given)
    prompt = kit.render("soft", {"subject": "an owl"})
    assert (prompt.values["style"], prompt.settings.aspect_ratio) == ("tin", "1:1")
    before = Kit(Project(root=kit.project.root)).render("soft", {"subject": "an owl"})
    painter = Painter()
    with pytest.raises(InputError, match="is locked by the team"):
        kit.generate(before, generator=painter, person="ben")
    assert not painter.asked


def test_a_technique_brings_no_locked_value(kit: Kit) -> None:
    """A parameter of the same name that a strategy mixes in is locked, too."""
    tree = kit.project.root
    (tree / "recipes/strategies").mkdir()
    (tree / "recipes/plain.yaml").write_text("parameters: {subject: {type: text, required: true}}\n", "utf-8")
    (tree / "templates/plain.j2").write_text("Draw {{ subject }}.\n", "utf-8")
    (tree / "recipes/strategies/look.yaml").write_text(
        "title: Look\nparameters: {style: {type: text}}\n"
        "template: look.j2\nexamples: {a: {recipe: plain, values: {subject: a fox, style: tin}}}\n",
        "utf-8",
    )
    (tree / "templates/look.j2").write_text("{% if style %}In {{ style }}.{% endif %}\n", "utf-8")
    recipe = kit.recipe("plain").using("look")
    assert "In tin." in str(recipe.render(subject="an owl"))
    with pytest.raises(InputError, match="style: is locked by the team"):
        recipe.render(subject="an owl", style="felt")


def test_a_brand_brings_no_locked_value(kit: Kit) -> None:
    """The team's word stands before that of brand.yaml, and a prompt with the brand's own is refused."""
    (kit.project.root / "brand.yaml").write_text("name: Acme\ntone: loud\n", "utf-8")
    locked = kit.project.team.model_copy(update={"values": {"brand_tone": "calm"}})  # type: ignore[union-attr]
    held, free = (Kit(Project(root=kit.project.root, team=team)) for team in (locked, None))
    texts = [each.recipe("badge").using("brand").render(subject="an owl") for each in (held, free)]
    assert ["tone is calm" in str(text) for text in texts] == [True, False]
    problems = [held.plan(Order(text, person="ben"), generator=Painter()).problems for text in texts]
    assert ["locked" in {problem.code for problem in each} for each in problems] == [False, True]


@pytest.mark.parametrize("limits", ["largest_size: 1K", 'largest_size: "512"'])
def test_a_model_of_which_no_size_is_known_needs_one(tree: MakeTree, limits: str) -> None:
    """To name a model that nobody knows is no way to a size that is not allowed; one that the team lists is allowed."""
    kit = Kit(find_project(tree(**BADGE, **{"prompt-kit.yaml": f"team: {{{limits}}}"})))
    painter = Painter()

    def refusals(**settings: str) -> str:
        prompt = kit.render("badge", {"subject": "an owl"}, settings=settings)
        return "\n".join(problem.message for problem in kit.plan(prompt, generator=painter).problems)

    assert "the size of 'gemini-9-huge' is not known" in refusals(model="gemini-9-huge")
    assert "is not known" not in refusals(model="gemini-9-huge", size="512")
    listed = Project(root=kit.project.root, team=kit.project.team.model_copy(update={"models": ("gemini-9-huge",)}))  # type: ignore[union-attr]
    plan = Kit(listed).plan(kit.render("badge", {"subject": "an owl"}, settings={"model": "gemini-9-huge"}))
    assert not [problem for problem in plan.problems if problem.parameter == "size"]


# What is somebody else's.


def test_a_form_shows_and_sends_no_upload_of_somebody_else(kit: Kit, google: GeminiServer) -> None:
    """Whoever knows the id of a colleague's picture does not get to see it, nor has it drawn."""
    from fakes import png

    secret = png((64, 64), "#123456")
    key = kit.uploads.add(secret, name="the secret.png", person="anna").id
    slot = "character"
    with visiting(kit, "ben") as page:
        text = page.get(f"/make/sticker?picture={key}&slot={slot}")
        assert "the secret" not in text
        form = {**page.form("/make/sticker?fresh=1"), "v.whole": "an owl", f"r.{slot}": key, "count": "1"}
        page.post("/make/sticker", form)
    assert not [asked for asked in google.requests if "inlineData" in str(asked.body)]
    with visiting(kit, "anna") as page:
        assert "the secret" in page.get(f"/make/sticker?picture={key}&slot={slot}")


@pytest.mark.usefixtures("google")
def test_an_order_with_the_draft_of_somebody_else_stays_ones_own(kit: Kit) -> None:
    """It counts for the budget of whoever sends it, and the other one's page does not show it."""
    with visiting(kit, "anna") as page:
        draft = page.form("/make/badge?fresh=1")["draft"]
    with visiting(kit, "ben") as page:
        form = {**page.form("/make/badge?fresh=1"), "v.subject": "an owl", "count": "1", "draft": draft}
        page.post("/make/badge", form)
        page.until("/", lambda _: not open_orders(kit.project.runs_folder))
    assert {run.person for run in kit.runs()} == {"ben"}
    with kit.ledger() as ledger:
        assert {entry.person for entry in ledger.entries()} == {"ben"}
    with visiting(kit, "anna") as page:
        assert "an owl" not in page.get(f"/make/badge?draft={draft}")


def test_a_computer_that_names_nobody_opens_no_studio_for_persons(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """With a name that the page asks for, each could be whoever has money left."""
    monkeypatch.setattr("getpass.getuser", lambda: "")
    with pytest.raises(InputError, match="PROMPT_KIT_PERSON"):
        access_of(kit.project)
    monkeypatch.setenv("PROMPT_KIT_PERSON", "anna")
    assert access_of(kit.project).person == "anna"
    assert tmp_path
