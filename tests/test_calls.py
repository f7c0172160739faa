"""Public functions say what is wrong with a call: the running loop, a misspelled option, an argument of another kind."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, cast

import pytest
from fakes import Painter, png

import prompt_kit
from prompt_kit.errors import InputError, PromptKitError
from prompt_kit.prompt import Prompt, Reference, Text, Turn
from prompt_kit.work.jobs import cancel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOX = Prompt((Turn((Text("Draw a fox."),)),))
CALLS: dict[str, Callable[..., Any]] = {
    "generate": lambda **options: prompt_kit.generate(FOX, **options),
    "refine": lambda **options: prompt_kit.refine("fox.png", "make it red", **options),
    "compare": lambda **options: prompt_kit.compare("sticker", across={"tier": "*"}, **options),
    "submit": lambda **options: prompt_kit.submit(FOX, **options),
    "collect": prompt_kit.collect,
    "cancel": lambda **options: cancel("job-1", **options),
}
FREEFORM: Any = prompt_kit.load("freeform")


@pytest.mark.parametrize("name", CALLS)
def test_a_sync_twin_in_a_running_loop_names_the_async_one(name: str) -> None:
    """In a notebook a loop is running; nothing may be begun, and no coroutine be left over."""

    async def notebook() -> None:
        with pytest.raises(PromptKitError, match=rf"Use: await prompt_kit\.(?:work\.jobs\.)?a{name}\(…\)"):
            CALLS[name]()

    asyncio.run(notebook())


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("option", "advice"), [("genrator", "Did you mean 'generator'?"), ("foo", "It takes generator,")]
)
def test_an_option_that_does_not_exist_is_an_error(name: str, option: str, advice: str) -> None:
    """A misspelled generator must not lead to a paid picture; of comparisons the options begin with others."""
    advice = advice if name != "compare" else advice.replace("It takes generator,", "It takes ")
    with pytest.raises(TypeError, match=rf"{name}\(\) has no option '{option}'. {re.escape(advice)}"):
        CALLS[name](**{option: 1})


def test_every_misspelled_option_is_named() -> None:
    """All mistakes at once."""
    with pytest.raises(TypeError, match="'settngs'.*Did you mean 'settings'") as caught:
        CALLS["refine"](settngs={}, kep=[])

    assert "Did you mean 'keep'?" in str(caught.value)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: prompt_kit.generate(cast("Any", "a red panda")), "prompt must be what Recipe.render returns"),
        (lambda: prompt_kit.generate(cast("Any", None)), "this is of the type 'NoneType'"),
        (lambda: prompt_kit.submit(cast("Any", "a red panda"), generator=Painter()), "prompt must be"),
        (lambda: prompt_kit.generate(FOX, generator=cast("Any", object())), "generator must be a name, or an object"),
        (lambda: prompt_kit.generate(FOX, generator=cast("Any", Painter)), "this is of the type 'type'"),
        (lambda: prompt_kit.generate(FOX, project=cast("Any", ".")), "project must be what find_project returns"),
        (lambda: prompt_kit.generate(FOX, count=cast("Any", "3")), "count must be a whole number"),
        (lambda: prompt_kit.compare("sticker", across={"tier": "*"}, count=cast("Any", "3")), "count must be a whole"),
        (lambda: prompt_kit.refine("a.png", "red", generator=cast("Any", object())), "generator must be a name"),
        (lambda: prompt_kit.refine("a.png", "red", keep=cast("Any", "hat")), "keep must be a list of what must stay"),
        (lambda: prompt_kit.refine(cast("Any", None), "red"), "picture must be a picture file"),
        (lambda: prompt_kit.load(cast("Any", None)), "name must be the name of a recipe"),
        (lambda: prompt_kit.compare(cast("Any", None), across={"tier": "*"}), "name must be the name of a"),
        (lambda: prompt_kit.compare("sticker", across=cast("Any", ["styl"])), "across must be values by name"),
        (lambda: prompt_kit.compare("sticker", cast("Any", "a fox"), across={}), "values must be values by name"),
        (lambda: prompt_kit.collect(cast("Any", None)), "job must be a job or its id"),
        (lambda: Prompt.from_dict(FOX.to_dict(), cast("Any", ["mug.png"])), r"such as \[open_image\('mug.png'\)\]"),
    ],
)
def test_an_argument_of_another_kind_is_named_with_what_it_must_be(call: Callable[[], object], said: str) -> None:
    """Who writes the program must act, so that it is a TypeError: one plain sentence."""
    with pytest.raises(TypeError, match=said) as caught:
        call()

    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: FREEFORM.render(subject="x", settings="4K"), "settings: must be settings by name, such as"),
        (lambda: Prompt.from_dict(cast("Any", None)), "must be a mapping of names, as Prompt.to_dict returns it"),
        (lambda: FREEFORM.render(subject="x", use=["camera"]), r'before: recipe\.using\("camera"\)'),
        (lambda: FREEFORM.render(subject="x", strategy="camera"), r'mixed in before: recipe\.using\("camera"\)'),
    ],
)
def test_a_value_of_another_kind_is_an_input_error(call: Callable[[], object], said: str) -> None:
    """Values come from forms and files; their problems are shown as they are."""
    with pytest.raises(InputError, match=said) as caught:
        call()

    assert len(caught.value.problems) == 1


def test_a_prompt_without_its_picture_says_how_to_pass_it(tmp_path: Path) -> None:
    """Plain data has the hash of a picture alone."""
    (tmp_path / "mug.png").write_bytes(png())
    mug = prompt_kit.open_image(tmp_path / "mug.png")
    prompt = Prompt((Turn((Reference("object", "object", mug), Text("Draw it."))),))

    with pytest.raises(InputError, match=r"'mug\.png' is not among .* pass images=\[open_image\('mug\.png'\)\]"):
        Prompt.from_dict(prompt.to_dict())
    assert Prompt.from_dict(prompt.to_dict(), [mug]) == prompt


@pytest.mark.parametrize(
    ("turns", "said"),
    [
        ({}, "turns: is missing."),
        ({"turns": []}, "turns: needs at least one turn."),
        ({"turns": 1}, "turns: must be a list."),
    ],
)
def test_a_prompt_without_turns_says_so_once(turns: dict[str, Any], said: str) -> None:
    """One mistake, one sentence."""
    plain = FOX.to_dict()
    del plain["turns"]

    with pytest.raises(InputError) as caught:
        Prompt.from_dict(plain | turns)

    assert [problem.message for problem in caught.value.problems] == [said]
