"""``prompt-kit runs show``: everything one run has, on a few lines."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from fakes import Painter, encoded
from gemini_asking import KEY
from gemini_batches import Batches
from gemini_server import GeminiServer
from PIL import Image, ImageDraw

from prompt_kit.cli.main import run
from prompt_kit.generators.gemini import Gemini
from prompt_kit.kit import generate, refine
from prompt_kit.outcome import WebPage
from prompt_kit.project import Project
from prompt_kit.prompt import Prompt, Settings, Text, Turn
from prompt_kit.work.jobs import jobs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOX = Prompt((Turn((Text("Draw a fox."),)),), recipe="fox")


def painter(**more: Any) -> Painter:
    """Return a generator whose pictures can be cut out, and whose answers say more."""
    image = Image.new("RGB", (512, 512), "#00b140")
    ImageDraw.Draw(image).ellipse((106, 106, 406, 406), "#7a2a6a")
    return Painter(data=encoded(image), size=(512, 512), more=more)


class Kit:
    """A project, a generator that speaks to our server, and what ``runs show`` prints."""

    def __init__(self, root: Path, server: GeminiServer, capsys: pytest.CaptureFixture[str]) -> None:
        self.project = Project(root=root)
        self.server = server
        self.gemini = Gemini(api_key=KEY, base_url=server.url)
        self._capsys = capsys

    def make(self, prompt: Prompt = FOX, *, generator: Any = None, count: int = 1, **settings: Any) -> Path:
        """Make a prompt and return the folder of its run."""
        asked = Prompt(prompt.turns, Settings(**settings), recipe=prompt.recipe)
        outcome = generate(asked, generator=generator or self.gemini, project=self.project, count=count, new=True)
        assert outcome.folder
        return outcome.folder

    def shown(self, folder: Path, *words: str) -> str:
        """Return what ``runs show`` prints about a run."""
        self._capsys.readouterr()
        assert run(["runs", "show", folder.name, *words]) == 0
        return self._capsys.readouterr().out

    def facts(self, folder: Path) -> list[tuple[str, str]]:
        """Return the labels and texts before the prompt."""
        head = self.shown(folder).partition("\n\n")[0]
        return [(line[:13].rstrip(), line[13:]) for line in head.splitlines()]


@pytest.fixture
def kit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Kit]:
    """All of it in the test's own folder."""
    with GeminiServer() as server:
        yield Kit(tmp_path, server, capsys)


def test_what_was_made_from_a_picture_stands_below_it(kit: Kit) -> None:
    """The cut-out with its report, beside its own master."""
    facts = kit.facts(kit.make(generator=painter(), count=2, background="keyed"))
    made = [(label, text.partition("  ")[0]) for label, text in facts if label in {"picture", "cutout"}]
    assert made == [
        ("picture", "01.png"),
        ("cutout", "01-cutout.png"),
        ("picture", "02.png"),
        ("cutout", "02-cutout.png"),
    ]
    assert dict(facts)["cutout"].partition("  ")[2].startswith("The subject was cut out from")


def test_thoughts_are_shortened_and_drafts_are_no_results(kit: Kit) -> None:
    """The whole of the thoughts stands in the picture's sidecar."""
    folder = kit.make(generator=painter(thoughts="The light\nshould be warmer. " * 30), thoughts=True)
    [thoughts] = [text for label, text in kit.facts(folder) if label == "thoughts"]
    assert thoughts.startswith("The light should be warmer. The light")
    assert thoughts.endswith("…  whole in 01.json")
    assert len(thoughts) < 280
    assert "should be warmer" in json.loads((folder / "01.json").read_text("utf-8"))["answer"]["thoughts"]

    folder = kit.make(thoughts=True)
    facts = kit.facts(folder)
    assert ("thoughts", "The light should be warmer. The light should be warmer.") in facts
    names = ", ".join(sorted(path.name for path in folder.glob("draft-*")))
    assert ("drafts", f"{names}  from the model's thinking, no results") in facts
    assert not any(label == "picture" and text != "01.jpg" for label, text in facts)


def test_what_was_looked_up_is_shown(kit: Kit) -> None:
    """Searches and sources once each, and the suggestions that have to be shown."""
    folder = kit.make(count=2, grounding="web")
    facts = kit.facts(folder)
    assert [fact for fact in facts if fact[0] in {"searched", "source", "suggestions"}] == [
        ("searched", "weather Berlin today"),
        ("source", "Weather in Berlin https://weather.example.org/page"),
        ("source", "Berlin https://city.example.org/page"),
        ("suggestions", "search-01.html  Google's, to be shown with the picture"),
        ("suggestions", "search-02.html  Google's, to be shown with the picture"),
    ]
    # The page is a stranger's: it sends no form, and no link of it starts from another address.
    page = (folder / "search-01.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert "form-action 'none'; base-uri 'none'" in page


def test_the_words_of_others_do_not_command_the_terminal(kit: Kit) -> None:
    """A page's title comes from the web."""
    source = WebPage("\x1b[2JGone\nrun          forged", "https://example.org")
    out = kit.shown(kit.make(generator=painter(sources=(source,), queries=("a\x07b",))))
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "Gone run          forged https://example.org\n" in out
    assert len(re.findall(r"^run  ", out, re.MULTILINE)) == 1


def test_the_page_of_an_illustrated_answer_is_named(kit: Kit) -> None:
    """Words and pictures in their order."""
    assert ("page", "page-01.md") in kit.facts(kit.make(output="interleaved"))


def test_a_conversation_that_goes_on_says_from_where(kit: Kit) -> None:
    """How many exchanges went along, and which picture they had led to."""
    first = kit.make()
    facts = dict(kit.facts(first))
    assert "conversation" not in facts

    second = refine(first / "01.jpg", "bluer", chat=True, generator=kit.gemini, project=kit.project)
    assert second.folder
    name = f"{first.parent.name}/{first.name}"
    assert dict(kit.facts(second.folder))["conversation"] == f"continues 1 exchange that led to 01.jpg of {name}"

    third = refine(second.folder / "01.jpg", "redder", chat=True, generator=kit.gemini, project=kit.project)
    assert third.folder
    assert dict(kit.facts(third.folder))["conversation"].startswith("continues 2 exchanges")


def test_a_run_that_waits_names_its_job(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """How far it was when somebody last looked, and the command that collects it; without its file, that it is gone."""
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", kit.server.url)
    batches = Batches(kit.server)
    batches.script("RUNNING", "SUCCEEDED")
    assert run(["generate", "sticker", "--example", "red-panda", "--batch"]) == 0
    root = kit.project.runs_folder
    [job] = jobs(root)[0]
    folder = root / job.runs[0]
    told = dict(kit.facts(folder))
    assert told["state"] == "waiting"
    assert told["job"] == f"{job.id}, waiting after 0 min; collect it: prompt-kit runs wait {job.id}"

    file = root / "jobs" / f"{job.id}.json"
    kept = file.read_bytes()
    file.unlink()
    assert dict(kit.facts(folder))["job"] == f"{job.id}. There is no job '{job.id}'."
    file.write_bytes(kept)

    assert run(["runs", "wait", "--timeout", "0"]) == 1
    assert f"{job.id}, running after 0 min" in dict(kit.facts(folder))["job"]
    assert run(["runs", "wait"]) == 0
    capsys.readouterr()
    assert "job" not in dict(kit.facts(folder))


def test_the_record_as_it_is(kit: Kit) -> None:
    """``--json`` prints run.json."""
    folder = kit.make(thoughts=True, grounding="web")
    assert json.loads(kit.shown(folder, "--json")) == json.loads((folder / "run.json").read_text("utf-8"))


@pytest.mark.parametrize("spoilt", [{"requests": [{}]}, {"turns": []}, {"derived": [7]}])
def test_a_damaged_record_is_told(kit: Kit, capsys: pytest.CaptureFixture[str], spoilt: dict[str, Any]) -> None:
    """One sentence, and nothing is changed."""
    folder = kit.make()
    path = folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | spoilt), "utf-8")
    before = path.read_bytes()
    capsys.readouterr()
    assert run(["runs", "show", folder.name]) == 2
    assert "the record is damaged" in capsys.readouterr().err
    assert path.read_bytes() == before
