"""From a command to a picture of the second provider: the command line, the real SDK and a server with its rules."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openai_asking import KEY
from openai_replies import blocked, encoded_picture, refused
from openai_server import OpenAIServer
from PIL import Image
from planned import plan

from prompt_kit.cli.main import run
from prompt_kit.errors import InputError
from prompt_kit.recipe.assembly import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import MakeTree

    from prompt_kit.recipe.library import Library


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    """A server that the command line is pointed to, with a key."""
    with OpenAIServer() as started:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", started.url)
        yield started


def test_a_recipe_works_as_it_is(server: OpenAIServer, capsys: pytest.CaptureFixture[str]) -> None:
    """The same command with another key: the words of the recipe, its format, and a cost from what was counted."""
    assert run(["generate", "sticker", "--example", "red-panda", "--generator", "openai", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    [path] = [Path(one) for one in told["pictures"]]
    assert path.suffix == ".png"
    assert server.requests[0].fields["size"] == "1024x1024"
    assert "red panda" in server.requests[0].fields["prompt"]
    assert float(told["cost_usd"]) > 0.013


def test_with_only_its_key_it_is_the_generator(server: OpenAIServer, capsys: pytest.CaptureFixture[str]) -> None:
    """Who has no key of Google's need not name it."""
    assert run(["generate", "sticker", "--example", "red-panda", "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["model"] == "gpt-image-2.5-sunburst"
    assert len(server.requests) == 1


def test_a_later_turn_edits_the_pictures_of_earlier_ones(
    server: OpenAIServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Turns need no conversation: earlier pictures go along, byte for byte."""
    assert run(["generate", "character-360", "--example", "fencer", "--json"]) == 0

    made = [Path(path).read_bytes() for path in json.loads(capsys.readouterr().out)["pictures"]]
    sent = [asked.files["image"] for asked in server.requests]
    assert [len(pictures) for pictures in sent] == [2, 3, 4]
    assert sent[2][2:] == made[:2]


def test_a_mask_goes_along(server: OpenAIServer, tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """A recipe with a slot for a mask needs nothing else: it is sent as OpenAI wants it."""
    folder = tree(
        **{
            "recipes/patch.yaml": """\
                title: Patch
                summary: Changes what a mask leaves free.
                task: edit
                parameters: {change: {type: text, required: true}}
                references:
                  picture: {role: base, min: 1}
                  free: {role: mask}
                template: patch.j2
                """,
            "templates/patch.j2": "{{ change }} Keep everything else in {{ picture }} as it is.\n",
        }
    )
    (folder / "room.png").write_bytes(base64.b64decode(encoded_picture((64, 48))))
    mask = Image.new("L", (64, 48), 0)
    mask.paste(255, (0, 0, 20, 48))
    mask.save(folder / "free.png")
    command = ["generate", "patch", "--change", "Make the lamp red.", "--picture", "room.png", "--free", "free.png"]

    assert run(command) == 0, capsys.readouterr().err

    [asked] = server.requests
    alpha = Image.open(io.BytesIO(asked.files["mask"][0])).getchannel("A")
    assert (len(asked.files["image"]), alpha.size, alpha.getextrema()) == (1, (64, 48), (0, 255))
    assert (alpha.getpixel((10, 24)), alpha.getpixel((40, 24))) == (0, 255)


def test_what_it_cannot_do_costs_nothing(server: OpenAIServer, capsys: pytest.CaptureFixture[str]) -> None:
    """Looking things up is Google's: said at once, with nothing sent, exit code 2."""
    assert run(["generate", "infographic", "--example", "moon-week", "--generator", "openai"]) == 2

    assert "gpt-image-2.5-sunburst does not look up 'web'. Leave it out." in capsys.readouterr().err
    assert server.requests == []


def test_a_refusal_is_told_in_plain_words(server: OpenAIServer, capsys: pytest.CaptureFixture[str]) -> None:
    """What the safety rules held back, what to do, exit code 1."""
    server.next(blocked("output", "violence"))

    assert run(["generate", "sticker", "--example", "red-panda"]) == 1

    told = capsys.readouterr().err
    assert "safety_violations=[violence]" in told
    assert "try again" in told


def test_the_key_is_nowhere_to_be_found(server: OpenAIServer, capsys: pytest.CaptureFixture[str]) -> None:
    """Not in what is printed, not in any file of the run, not in the ledger."""
    assert run(["generate", "sticker", "--example", "red-panda"]) == 0
    server.next(refused(401, f"Incorrect API key provided: {KEY}.", reason="invalid_api_key"))
    assert run(["generate", "sticker", "--example", "red-panda"]) == 1

    out, err = capsys.readouterr()
    assert KEY not in out + err
    for path in Path("runs").rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes()


def test_a_project_points_to_a_server_of_its_own(
    tree: MakeTree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No key, a model of one's own that costs nothing: two files, and every recipe draws on it."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with OpenAIServer(strict=False) as local:
        tree(
            **{
                "prompt-kit.yaml": f"generator: openai\ngenerators: {{openai: {{base_url: '{local.url}'}}}}\n",
                "models.yaml": """\
                    models:
                      flux-local:
                        generator: openai
                        tiers: [draft, standard, pro]
                        input_price: "0"
                        image_price: "0"
                    """,
            }
        )
        assert run(["generate", "sticker", "--example", "red-panda", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert (told["model"], float(told["cost_usd"])) == ("flux-local", 0)
    assert local.requests[0].fields["response_format"] == "b64_json"
    assert "authorization" not in local.requests[0].headers


def test_every_recipe_can_be_made_with_openai_but_for_what_it_lacks(built_in_library: Library) -> None:
    """Recipes stay untouched: only looking things up, and words and pictures in turn, are refused."""
    refused_ones: dict[str, set[str]] = {}
    for name in built_in_library.names("recipe"):
        recipe = load(name, library=built_in_library)
        prompt = recipe.render_example(next(iter(recipe.examples)))
        try:
            planned = plan(prompt, generator="openai")
        except InputError as error:
            refused_ones[name] = {problem.parameter or "" for problem in error.problems}
        else:
            assert planned.model.id.startswith("gpt-image-2.5"), name

    assert refused_ones == {"illustrated-guide": {"output"}}
