"""Values of strangers and mistakes in calls of a kit: nothing is read, sent or lost, and the message says what to do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from badges import BADGE
from fakes import Painter, png

import prompt_kit
from prompt_kit.cli.main import run
from prompt_kit.work.guiding import with_guide

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeTree

    from prompt_kit.generators import Request


@pytest.fixture
def kit(tree: MakeTree) -> prompt_kit.Kit:
    """Return the kit of a project with a recipe for badges."""
    return prompt_kit.Kit(project=prompt_kit.Project(root=tree(**BADGE)))


def test_a_text_of_a_stranger_is_no_file(kit: prompt_kit.Kit, tmp_path: Path) -> None:
    """Not even one that is there."""
    (tmp_path / "secret.png").write_bytes(png())
    with pytest.raises(prompt_kit.InputError, match="character") as caught:
        kit.render("sticker", {"subject": "a fox", "character": str(tmp_path / "secret.png")})
    assert [problem.code for problem in caught.value.problems] == ["not_a_picture"]

    prompt = kit.render("sticker", {"subject": "a fox"}, references={"character": tmp_path / "secret.png"})
    assert len(prompt.turns[0].references) == 1


def test_a_setting_is_no_value(kit: prompt_kit.Kit) -> None:
    """A request cannot choose the size by the name of an argument."""
    with pytest.raises(prompt_kit.InputError) as caught:
        kit.render("badge", {"subject": "a fox", "settings": {"size": "4K"}, "self": 1})
    assert {problem.code for problem in caught.value.problems} == {"unknown"}


@pytest.mark.parametrize("most", [float("nan"), float("inf"), -1, True])
def test_an_odd_limit_is_refused(kit: prompt_kit.Kit, most: float) -> None:
    """Before anything is planned."""
    with pytest.raises(prompt_kit.InputError, match="is no amount"):
        kit.plan(kit.render("badge", {"subject": "a fox"}), max_cost=most)


def test_an_unknown_delivery_is_refused(kit: prompt_kit.Kit) -> None:
    """There are two."""
    odd: Any = "soon"
    with pytest.raises(prompt_kit.InputError, match="Take 'now' or 'job'"):
        kit.plan(kit.render("badge", {"subject": "a fox"}), delivery=odd)


class Sync(Painter):
    """A generator whose author forgot that it is awaited."""

    def generate(self, request: Request) -> Any:  # noqa: ARG002 - the shape of the protocol
        """Return a number."""
        return 1


class Silent(Painter):
    """A generator that returns nothing."""

    async def generate(self, request: Request) -> Any:
        """Return nothing."""


@pytest.mark.parametrize("maker", [Sync(), Silent()], ids=["sync", "silent"])
def test_a_generator_that_answers_otherwise_is_named(kit: prompt_kit.Kit, maker: Painter) -> None:
    """With what its protocol asks."""
    with pytest.raises(prompt_kit.GeneratorError, match="must have an async 'generate' that returns an Outcome"):
        asyncio.run(kit.agenerate(kit.render("badge", {"subject": "a fox"}), generator=maker))


@pytest.mark.parametrize("odd", [None, [], "x"])
def test_values_that_are_no_mapping_are_named(kit: prompt_kit.Kit, odd: Any) -> None:
    """A form says what it takes."""
    with pytest.raises(TypeError, match="values must be"):
        kit.recipe("badge").form.check(odd)


def test_an_unknown_field_has_a_near_name(kit: prompt_kit.Kit) -> None:
    """As everything that is looked up by name."""
    with pytest.raises(prompt_kit.NotFoundError, match="Did you mean 'style'"):
        kit.recipe("badge").form.field("stile")


def test_a_layout_goes_along_once(kit: prompt_kit.Kit) -> None:
    """However often it is asked for."""
    guided = with_guide(kit.render("negative-space", {"subject": "a fox", "position": "left"}))
    assert with_guide(guided) is guided


def test_none_of_two_values_is_lost_in_silence(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """Where one is taken, giving two is a problem."""
    tree(**BADGE)
    assert run(["render", "badge", "--subject", "a fox", "--subject", "a cat"]) == 2
    assert capsys.readouterr().err == "--subject: takes one value, and 2 are given. Leave the others out.\n"
