"""What a team allows holds for every way to make pictures: the command line, Python, jobs and what others rendered."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from badges import BADGE
from fakes import Painter
from ledgers import request

from prompt_kit.cli.main import run
from prompt_kit.errors import BudgetError, ForbiddenError, InputError
from prompt_kit.kit import Kit
from prompt_kit.outcome import Status
from prompt_kit.policy import Policy
from prompt_kit.project import Project, find_project
from prompt_kit.record.ledger import Ledger
from prompt_kit.work.jobs import submit
from prompt_kit.work.orders import Order

if TYPE_CHECKING:
    from conftest import MakeTree

    from prompt_kit.work.orders import Plan

TEAM = """\
    team:
      groups: {designers: [anna, ben]}
      make: designers
      approve: [anna]
      generators: [gemini]
      models: [gemini-nano-banana-2.1]
      largest_size: 2K
      highest_tier: standard
      pictures: 3
      budget: {everyone: 0.05, designers: 0.20}
      settings: {aspect_ratio: "1:1"}
      values: {style: tin}
    """


@pytest.fixture
def kit(tree: MakeTree) -> Kit:
    """A project with a team's policy and a recipe."""
    return Kit(tree(**BADGE, **{"prompt-kit.yaml": TEAM}))


def without_policy(kit: Kit) -> Kit:
    """Return the same project as somebody opens it who leaves the policy out."""
    return Kit(Project(root=kit.project.root))


def refusals(kit: Kit, order: Order, **how: str) -> str:
    return "\n".join(problem.message for problem in kit.plan(order, generator=how.get("generator", Painter())).problems)


def test_every_problem_of_a_policy_is_said_with_its_line(tree: MakeTree) -> None:
    """An administrator mends the file once, not once for each mistake."""
    folder = tree(
        **{
            "prompt-kit.yaml": """\
            team:
              largest_size: 8K
              pictures: 0
              budget: {anna: -1}
              settings: {sizes: 1K}
              approvers: [anna]
            """
        }
    )
    with pytest.raises(InputError) as refused:
        find_project(folder)
    places = [
        (problem.place.line, problem.message.split(":")[0]) for problem in refused.value.problems if problem.place
    ]
    assert [line for line, _ in places] == [2, 3, 4, 5, 6]
    assert "Did you mean 'approve'?" in str(refused.value)


def test_a_role_is_that_of_persons_groups_or_everyone() -> None:
    """Nobody gets a role by calling themselves as a group, or 'everyone'."""
    policy = Policy(groups={"designers": ("anna",)}, make=("designers", "cleo"), budget={"everyone": Decimal(1)})
    assert [name for name in ("anna", "cleo", "ben", "designers", "everyone", "") if policy.may("make", name)] == [
        "anna",
        "cleo",
    ]
    assert policy.may("see", "")
    assert policy.day_budget("everyone") == policy.day_budget("designers") == policy.day_budget("") == 1


def test_the_own_budget_counts_before_that_of_groups() -> None:
    """Of several groups the most counts; whoever is named has exactly that, even nothing."""
    budget = {"everyone": Decimal(1), "a": Decimal(5), "b": Decimal(9), "zoe": Decimal(0)}
    policy = Policy(groups={"a": ("anna", "zoe"), "b": ("anna",)}, budget=budget)
    assert [policy.day_budget(name) for name in ("anna", "zoe", "other")] == [9, 0, 1]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"size": "4K"}, "The team allows pictures of 2K at the most, and this is 4K."),
        ({"tier": "pro"}, "The team allows the tier standard at the most, and this is pro."),
        ({"model": "gemini-3-pro-image"}, "The team does not allow the model 'gemini-3-pro-image'."),
        ({"model": "gemini-3-pro-image", "tier": "draft"}, "The team allows the tier standard at the most"),
        ({"model": "gemini-9-huge"}, "'gemini-9-huge' has no tier"),
        ({"aspect_ratio": "16:9"}, "aspect_ratio: is locked by the team, to 1:1."),
    ],
)
def test_what_is_too_large_or_locked_is_refused_wherever_it_was_rendered(
    kit: Kit, settings: dict[str, str], words: str
) -> None:
    """A prompt that was rendered without the policy is judged like any other, and nothing of it is sent."""
    asked = without_policy(kit).render("badge", {"subject": "an owl", "style": "tin"}, settings=settings)
    order = Order(asked, person="anna")
    assert words in refusals(kit, order)
    assert words in refusals(kit, order, generator="proof")
    painter = Painter()
    with pytest.raises(InputError):
        kit.generate(asked, generator=painter, person="anna")
    with pytest.raises(InputError):
        submit(order, project=kit.project, generator=painter)
    assert not painter.asked


def test_the_size_of_a_model_counts_when_none_is_asked_for(tree: MakeTree) -> None:
    """To leave the size out is no way around the limit."""
    kit = Kit(tree(**BADGE, **{"prompt-kit.yaml": 'team: {largest_size: "512"}'}))
    assert "this is 1K" in refusals(kit, Order(kit.render("badge", {"subject": "an owl"})))


def test_a_locked_value_cannot_be_changed_nor_left_out(kit: Kit) -> None:
    """The form says it beside the field; what was rendered elsewhere, or with a preset, is refused as an order."""
    with pytest.raises(InputError, match="style: is locked by the team"):
        kit.render("badge", {"subject": "an owl", "style": "felt"})
    assert kit.render("badge", {"subject": "an owl"}).values["style"] == "tin"
    other = without_policy(kit)
    for values in ({"subject": "an owl", "style": "felt"}, {"subject": "an owl"}):
        assert "style: is locked by the team, to tin." in refusals(
            kit, Order(other.render("badge", values), person="anna")
        )
    good = other.render("badge", {"subject": "an owl", "style": "Tin"})
    assert refusals(kit, Order(good, person="anna")) == ""


def test_a_locked_setting_is_that_of_every_prompt(kit: Kit) -> None:
    """Whoever asks for another one reads why not; whoever asks for nothing gets the locked one."""
    assert kit.render("badge", {"subject": "an owl"}).settings.aspect_ratio == "1:1"
    with pytest.raises(InputError, match="aspect_ratio: is locked by the team, to 1:1"):
        kit.render("badge", {"subject": "an owl"}, settings={"aspect_ratio": "16:9"})


def test_a_preset_gives_way_to_the_policy(tree: MakeTree) -> None:
    """Whoever may write presets cannot unlock with them."""
    preset = "extends: badge\nvalues: {style: felt}\nlocked: all\n"
    kit = Kit(tree(**BADGE, **{"prompt-kit.yaml": TEAM, "recipes/presets/soft.yaml": preset}))
    assert kit.render("soft", {"subject": "an owl"}).values["style"] == "tin"


def test_examples_leave_out_what_is_locked(kit: Kit, tree: MakeTree) -> None:
    """An example that says otherwise can be rendered and opened all the same."""
    examples = "\nexamples: {one: {values: {subject: an owl, style: felt}, settings: {aspect_ratio: '3:4'}}}\n"
    import textwrap

    tree(**{"recipes/badge.yaml": textwrap.dedent(BADGE["recipes/badge.yaml"]) + examples})
    prompt = Kit(kit.project).recipe("badge").render_example("one")
    assert (prompt.values["style"], prompt.settings.aspect_ratio) == ("tin", "1:1")


def test_a_generator_that_is_not_allowed_is_refused_but_layouts_are_drawn(kit: Kit) -> None:
    """A layout sends nothing to anybody."""
    order = Order(kit.render("badge", {"subject": "an owl"}), person="anna")
    assert "does not allow the generator 'openai'" in refusals(kit, order, generator="openai")
    assert refusals(kit, order, generator="proof") == ""


def test_the_pictures_of_all_orders_of_a_plan_count(kit: Kit) -> None:
    """Four orders of a picture are as many as an order of four."""
    prompt = kit.render("badge", {"subject": "an owl"})
    assert "4 pictures are asked for at once, and the team allows 3" in refusals(kit, Order(prompt, 4, person="anna"))
    orders = [Order(prompt, person="anna", token=str(number)) for number in range(4)]
    assert all(item.refusals for item in kit.plan(*orders, generator=Painter()).items)
    assert not kit.plan(*orders[:3], generator=Painter()).problems


def test_a_plan_that_somebody_put_together_is_judged_where_it_is_sent(kit: Kit) -> None:
    """Orders that are planned one by one and sent as one plan are as many pictures as they are."""
    prompt, painter = kit.render("badge", {"subject": "an owl"}), Painter()
    single = [kit.plan(Order(prompt, person="anna", token=str(number)), generator=painter) for number in range(4)]
    items = tuple(replace(plan.items[0], number=number) for number, plan in enumerate(single))
    zoe = kit.plan(Order(prompt, person="zoe"), generator=painter)
    pardoned = replace(zoe, items=(replace(zoe.items[0], refusals=()),))
    for plan, words in ((replace(single[0], items=items), "4 pictures"), (pardoned, "'zoe' may not make")):
        with pytest.raises(InputError, match=words):
            asyncio.run(_ended(kit, plan))
    assert not painter.asked


async def _ended(kit: Kit, plan: Plan) -> None:
    async for _ in kit.work(plan):
        pass


def test_whoever_may_not_make_pictures_makes_none(kit: Kit) -> None:
    """It is said by name; somebody without a name is whoever works at this computer."""
    prompt = kit.render("badge", {"subject": "an owl"})
    assert "'zoe' may not make pictures here" in refusals(kit, Order(prompt, person="zoe"))
    assert "may not make pictures here" in refusals(kit, Order(prompt))


def test_the_environment_names_the_person_of_an_order(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program's orders are somebody's, whose budget they use up."""
    monkeypatch.setenv("PROMPT_KIT_PERSON", "ben")
    (item,) = kit.plan(Order(kit.render("badge", {"subject": "an owl"}))).items
    assert (item.order.person, item.refusals) == ("ben", ())


def test_the_command_line_is_held_to_the_policy(kit: Kit, capsys: pytest.CaptureFixture[str]) -> None:
    """A lock, a size and a role are refused there in the same words, and the person is on the run."""
    assert run(["--person", "anna", "generate", "badge", "--subject", "an owl", "--style", "felt"]) == 2
    assert run(["--person", "anna", "generate", "badge", "--subject", "an owl", "--size", "4K"]) == 2
    assert run(["--person", "zoe", "generate", "badge", "--subject", "an owl"]) == 2
    said = capsys.readouterr().err
    assert all(words in said for words in ("is locked by the team", "allows pictures of 2K", "'zoe' may not make"))
    assert not list(kit.runs())
    assert run(["--person", "anna", "generate", "badge", "--subject", "an owl", "--generator", "proof"]) == 0
    assert [summary.person for summary in kit.runs()] == ["anna"]


def test_only_those_who_may_approve_and_reject(kit: Kit, capsys: pytest.CaptureFixture[str]) -> None:
    """Everybody may comment; the command line is no way around it."""
    kit.generate(kit.render("badge", {"subject": "an owl"}), generator=Painter(), person="anna")
    (summary,) = kit.runs()
    with pytest.raises(ForbiddenError, match="'ben' may not approve and reject"):
        kit.review(summary.id, "01.png", "approve", person="ben")
    with pytest.raises(ForbiddenError):
        kit.review(summary.id, "01.png", "reject", reason="dull")
    assert run(["runs", "approve", f"{summary.id}/01.png", "--person", "ben"]) == 1
    assert "may not approve" in capsys.readouterr().err
    kit.review(summary.id, "01.png", "comment", person="ben", reason="nice")
    assert kit.review(summary.id, "01.png", "approve", person="anna").verdict == "approve"


def test_a_person_cannot_spend_more_than_the_own_budget_of_the_day(kit: Kit) -> None:
    """The own budget is used up, that of a colleague is not; nothing is sent that is not paid for by it."""
    painter = Painter(more={"cost": Decimal("0.18")})
    prompt = kit.render("badge", {"subject": "an owl"})
    assert kit.generate(prompt, generator=painter, person="anna", new=True).ok
    refused = kit.generate(prompt, generator=painter, person="anna", new=True)
    assert (refused.status, len(painter.asked)) == (Status.BUDGET, 1)
    assert "for one person and day" in refused.message
    assert kit.generate(prompt, generator=painter, person="ben", new=True).ok
    assert kit.budget_left("anna") == Decimal("0.02")
    with pytest.raises(BudgetError, match=r"has \$0\.02 left"):
        submit(Order(prompt, 3, person="anna"), project=kit.project, generator="gemini", new=True)


def test_many_orders_at_once_do_not_pass_the_own_budget(kit: Kit) -> None:
    """Orders that begin at the same moment are booked one after another."""
    painter = Painter(more={"cost": Decimal("0.03")})
    prompt = kit.render("badge", {"subject": "an owl"})

    async def all_at_once() -> list[bool]:
        orders = [Order(prompt, person="anna", token=str(number)) for number in range(8)]
        outcomes = await asyncio.gather(*(_made(kit, order, painter) for order in orders))
        return list(outcomes)

    made = asyncio.run(all_at_once())
    with kit.ledger() as ledger:
        held = sum(entry.actual or Decimal() for entry in ledger.entries())
    assert 0 < sum(made) == len(painter.asked) < 8
    assert held <= Decimal("0.20")


async def _made(kit: Kit, order: Order, painter: Painter) -> bool:
    ok = False
    async for event in kit.work(kit.plan(order, generator=painter)):
        ok = event.result.ok if event.result else ok
    return ok


def test_processes_do_not_pass_the_own_budget_together(kit: Kit) -> None:
    """Each has a connection of its own, as two studios and a command line have."""

    def book(number: int) -> bool:
        with Ledger.open(kit.project.ledger_url) as ledger:
            wanted = replace(request("0.08", run=f"2026-11-21/badge-{number}"), person="anna")
            return isinstance(ledger.book_each([wanted], budget=kit.project.budget)[0], int)

    Ledger.open(kit.project.ledger_url).close()
    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(book, range(8))) == 2


@pytest.mark.parametrize("name", ["anna\0", "an\0na"])
def test_a_name_that_the_database_changes_is_no_second_budget(kit: Kit, name: str) -> None:
    """Characters that are left out when a row is written are left out when its total is read."""
    with Ledger.open(kit.project.ledger_url) as ledger:
        booked = [
            ledger.book_each([replace(request("0.04"), person=name)], budget=kit.project.budget)[0] for _ in range(3)
        ]
    assert [isinstance(number, int) for number in booked] == [True, False, False]


def test_without_a_policy_nothing_is_limited_and_nobody_named(tree: MakeTree) -> None:
    """A single person on the own computer does everything, as before there were policies."""
    kit = Kit(tree(**BADGE))
    (item,) = kit.plan(
        Order(kit.render("badge", {"subject": "an owl"}, settings={"size": "4K", "tier": "pro"}), 100)
    ).items
    assert (item.refusals, item.order.person) == ((), "")
    assert kit.project.may("approve", "")


def test_a_comparison_counts_as_all_its_pictures(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells of a table are no way to more pictures at once, nor to sizes that are not allowed."""
    monkeypatch.setenv("PROMPT_KIT_PERSON", "anna")
    painter = Painter()
    with pytest.raises(InputError, match="4 pictures are asked for at once, and the team allows 3"):
        kit.compare("badge", {}, across={"subject": ["a", "b", "c", "d"]}, generator=painter)
    with pytest.raises(InputError, match="allows pictures of 2K"):
        kit.compare("badge", {"subject": "an owl"}, across={"size": ["1K", "4K"]}, generator=painter)
    assert not painter.asked


def test_a_refinement_is_held_to_the_policy(kit: Kit) -> None:
    """A change of a picture is an order like any other."""
    assert kit.generate(kit.render("badge", {"subject": "an owl"}), generator=Painter(), person="anna").ok
    (summary,) = kit.runs()
    painter = Painter()
    for person, settings in (("zoe", {}), ("anna", {"size": "4K"})):
        with pytest.raises(InputError, match="may not make|allows pictures of 2K"):
            kit.refine(summary.id, "make it warmer", generator=painter, person=person, settings=settings)
    assert not painter.asked


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "--token-file"),  # noqa: S104 - it is refused
        (["--host", "192.168.1.5", "--trust-header", "X-Forwarded-User"], "--proxy"),
        (["--proxy", "10.0.0.0/8"], "--trust-header"),
    ],
)
def test_a_studio_for_others_without_persons_is_not_opened(
    kit: Kit, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    """The command says what is missing, and listens nowhere."""
    assert run(["studio", "--no-open", "--port", "0", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert kit.project.team
