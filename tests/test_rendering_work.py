"""How little is read: pictures and layouts once for many prompts, and of a file in a list only its top."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from PIL import Image as Picture

from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.templating import lay_out
from prompt_kit.support import words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import CodeType, FrameType

    from conftest import MakeTree

    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe

SPEC: Final = """\
    title: Card
    parameters:
      subject: {type: text, required: true}
      things: {type: list}
    references: {photo: {role: object, max: 3}}
    """
TEMPLATE: Final = "A card of {{ subject }}{{ ' as in ' ~ photo if photo }}, with {{ things | series }}."
HOUR_NS: Final = 3_600_000_000_000
_watching: list[list[str]] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        for opened in _watching:
            opened.append(str(arguments[0]))


@pytest.fixture(scope="module", autouse=True)
def _hook() -> None:
    sys.addaudithook(_watch)  # the interpreter keeps it for the life of the process


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """Every file that the interpreter opens in the meantime."""
    files: list[str] = []
    _watching.append(files)
    yield files
    _watching.clear()


@pytest.fixture
def card(tree: MakeTree, library: Library, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """A recipe with a picture and a list, an hour after files were written: what is newer may change unseen."""
    tree(**{"recipes/card.yaml": SPEC, "templates/card.j2": TEMPLATE})
    later = time.time_ns() + HOUR_NS
    monkeypatch.setattr("time.time_ns", lambda: later)
    return load("card", library=library)


def _picture(path: Path, colour: str) -> Path:
    Picture.new("RGB", (8, 8), colour).save(path)
    return path


def test_a_reference_is_opened_once_for_many_prompts(card: Recipe, tmp_path: Path, opened: list[str]) -> None:
    """Twenty prompts with the same three files, their fingerprints and plain data: each file is read once."""
    files = [_picture(tmp_path / f"{colour}.png", colour) for colour in ("red", "green", "blue")]
    opened.clear()
    prompts = [card.render({"subject": f"boat {number}", "photo": files}) for number in range(20)]
    assert len({prompt.fingerprint for prompt in prompts}) == len({str(prompt.to_dict()) for prompt in prompts}) == 20
    assert Counter(name for name in opened if name.endswith(".png")) == {str(file): 1 for file in files}


def test_a_reference_that_changed_is_opened_once_more(card: Recipe, tmp_path: Path, opened: list[str]) -> None:
    """What is remembered belongs to a state of the file, so that no prompt has the hash of other bytes."""
    file = _picture(tmp_path / "boat.png", "red")
    before = {card.render({"subject": "a boat", "photo": file}).fingerprint for _ in range(5)}
    _picture(file, "blue")
    opened.clear()
    after = {card.render({"subject": "a boat", "photo": file}).fingerprint for _ in range(5)}
    assert (len(before), len(after), len(before | after)) == (1, 1, 2)
    assert opened.count(str(file)) == 1


def test_texts_and_lists_are_laid_out_once(card: Recipe) -> None:
    """A prompt is laid out once, and its list made a series once, however often the prompt is looked at."""
    calls: Counter[CodeType] = Counter()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            calls[frame.f_code] += 1

    sys.setprofile(note)
    try:
        prompt = card.render({"subject": "a boat", "things": ["a mast", "a sail", "two oars"]})
        looked_at = [(str(prompt), prompt.fingerprint, prompt.to_dict()) for _ in range(5)]
    finally:
        sys.setprofile(None)
    assert looked_at[0][0] == "A card of a boat, with a mast, a sail and two oars."
    assert (calls[lay_out.__code__], calls[words.series.__code__]) == (1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "title: Boat\nparameters: {}\nsummary: A boat on water.\ncategory: sea\n",
        "# sea\r\ntitle: Boat\r\nsummary: A boat on water.\r\ncategory: sea",
        "summary: >\n  A boat\n\n\n  on water.\ncategory: sea\nparameters:\n  title: {type: text}\ntitle: Boat\n",
        "category: sea\ntitle:\n  Boat\nsummary: A boat\n  on water.",
    ],
    ids=["apart", "windows", "folded", "without a last line break"],
)
def test_the_top_of_a_file_says_what_the_file_says(tree: MakeTree, library: Library, text: str) -> None:
    """Title, summary and category are what YAML says of the whole file, wherever they stand and end."""
    tree(**{"recipes/boat.yaml": text})
    head, whole = library.heads()["boat"], yaml.safe_load(text)
    assert (head.title, head.summary.split(), head.category) == ("Boat", whole["summary"].split(), "sea")
