"""The sheet of a comparison: one file that needs nothing, for everybody, at every size."""

from __future__ import annotations

import hashlib
import io
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from comparing import SHOP, Seen
from fakes import BLOCKED, Painter, png
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from prompt_kit.comparing.wording import wording
from prompt_kit.kit import compare
from prompt_kit.pixels.thumbnails import thumbnail
from prompt_kit.prompt import Prompt, Text, Turn
from prompt_kit.recipe.assembly import load

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeTree

    from prompt_kit.comparing import Comparison
    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe

FOX: dict[str, Any] = {"subject": "a fox"}


@pytest.fixture
def card(tree: MakeTree, library: Library) -> Recipe:
    """A small recipe in the test's own folder."""
    tree(**SHOP)
    return load("card", library=library)


def made(card: Recipe, across: dict[str, Any], **options: Any) -> Comparison:
    """Make a comparison with a painter."""
    chosen: dict[str, Any] = {"values": FOX, "generator": Painter(), "max_cost": None} | options
    return compare(card, across=across, **chosen)


WORLDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "one cell": ({"style": "ink"}, {}),
    "48 cells": ({"subject": [f"animal {n}" for n in range(16)], "style": "*"}, {"values": {}}),
    "8:1": ({"style": "*"}, {"generator": Painter(size=(1536, 192))}),
    "1:8": ({"style": "*", "gold": "*"}, {"generator": Painter(size=(192, 1536))}),
    "repeated": ({"style": "*"}, {"count": 15}),
    "failed and refused": (
        {"tier": "*", "size": ["1K", "4K"]},
        {"generator": Painter(answers={"Draw": BLOCKED}), "skip_refused": True},
    ),
    "proof": ({"style": ["flat", "ink"]}, {"generator": "proof"}),
}


@pytest.mark.parametrize("world", WORLDS)
def test_the_sheet_needs_nothing_else(card: Recipe, world: str) -> None:
    """No script, nothing from elsewhere but links to pictures that are there; every picture has words, every head a scope."""
    across, options = WORLDS[world]
    comparison = made(card, across, **options)
    page = Seen(comparison.sheet)
    assert not page.all("script")
    assert not page.all("link")
    assert not [attrs for _, attrs in page.tags if any(name.startswith("on") for name in attrs)]
    assert "http://" not in page.source
    assert "https://" not in page.source
    assert "url(" not in page.source
    for image in page.all("img"):
        assert image["src"].startswith("data:image/webp;base64,")
        assert image["alt"].startswith("Card, ")
        assert int(image["width"]) > 0
    for link in page.all("a"):
        assert (comparison.folder / unquote(link["href"])).is_file()
    assert all(head["scope"] in {"col", "row"} for head in page.all("th"))
    shown = sum(min(len(result.pictures), 12) for result in comparison.results)
    assert len(page.all("img")) == shown


def test_alt_texts_tell_the_pictures_apart(card: Recipe) -> None:
    """By what differs, and by number where a cell has several."""
    page = Seen(made(card, {"style": ["flat", "ink"], "gold": "*"}, count=2).sheet)
    alts = [image["alt"] for image in page.all("img")]
    assert "Card, style Flat vector, golden edge yes, picture 1 of 2" in alts
    assert len(set(alts)) == len(alts) == 8


def test_two_axes_make_a_table_the_longer_one_down(card: Recipe) -> None:
    """A page is longer than wide."""
    page = Seen(made(card, {"gold": "*", "style": "*"}).sheet)
    heads = page.all("th")
    assert [head["scope"] for head in heads].count("col") == 3
    assert [head["scope"] for head in heads].count("row") == 3


def test_under_each_picture_stands_what_differs(card: Recipe) -> None:
    """The common words once, the others marked; model, cost, pixels and time."""
    page = Seen(made(card, {"style": ["flat", "ink"]}).sheet)
    assert page.text.count("The line is bold.") == 1
    assert page.source.count("<mark>ink</mark>") == 1
    for part in ("Nano Banana 2.1", "$0.04", "64 × 48", "2 cells · 2 pictures · $0.08"):
        assert part in page.text
    assert re.search(r"\b\d+\.\d s", page.text)


def test_words_of_others_are_only_words(card: Recipe) -> None:
    """Markup in a value, and in what a model says."""
    evil = "<script>alert(1)</script><img src=http://evil.example/x>"
    refusal = Painter(answers={"ink": BLOCKED.__class__(BLOCKED.status, message=evil, reason=evil)})
    page = Seen(made(card, {"style": ["flat", "ink"], "subject": [evil, "a bee"]}, values={}, generator=refusal).sheet)
    assert not page.all("script")
    assert all(image["src"].startswith("data:") for image in page.all("img"))
    assert "alert(1)" in page.text


def test_masters_are_only_read(card: Recipe) -> None:
    """Copies are shown; what the provider made stays as it is."""
    painter = Painter(size=(2000, 1000))
    comparison = made(card, {"style": "*"}, generator=painter)
    for result in comparison.results:
        [shown] = result.pictures
        assert (shown.width, shown.height) == (2000, 1000)
        request = next(one for one in painter.asked if result.cell.plan and one.prompt == result.cell.plan.prompt)
        wanted = png((2000, 1000), "#" + request.fingerprint[:6])
        assert hashlib.sha256(shown.master.read_bytes()).digest() == hashlib.sha256(wanted).digest()
    assert all(max(int(image["width"]), int(image["height"])) == 640 for image in Seen(comparison.sheet).all("img"))


def test_a_sheet_elsewhere_finds_its_pictures(card: Recipe, tmp_path: Path) -> None:
    """Its links start where it stands, also through names with spaces."""
    (tmp_path / "for the boss").mkdir()
    out = tmp_path / "for the boss" / "sheet.html"
    made(card, {"style": "*"}, out=out)
    links = [link["href"] for link in Seen(out).all("a")]
    assert len(links) == 3
    assert all((out.parent / unquote(link)).is_file() for link in links)


def test_a_picture_that_is_gone_leaves_the_others(card: Recipe) -> None:
    """And is named."""
    broken = Painter()
    first = made(card, {"style": ["flat", "ink"]}, generator=broken)
    first.results[0].pictures[0].path.write_bytes(b"no picture")
    from prompt_kit.comparing.sheet import sheet

    page = sheet(first, first.folder)
    assert page.count("<img") == 1
    assert "01.png cannot be shown here." in page


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((1024, 1024), (640, 640)),
        ((1376, 768), (640, 357)),
        ((3072, 384), (1280, 160)),
        ((192, 1536), (160, 1280)),
        ((100, 50), (100, 50)),
    ],
)
def test_copies_are_small_and_still_seen(tmp_path: Path, size: tuple[int, int], small: tuple[int, int]) -> None:
    """The longest side has 640 pixels, unless nothing would be seen of it; nothing is made larger."""
    path = tmp_path / "a.png"
    path.write_bytes(png(size))
    found = thumbnail(path)
    assert found is not None
    assert (found.width, found.height) == small
    assert Image.open(io.BytesIO(found.data)).size == small


def test_copies_keep_what_is_transparent(tmp_path: Path) -> None:
    """A cut-out stands on the sheet as one."""
    path = tmp_path / "a.png"
    Image.new("RGBA", (900, 900), (255, 0, 0, 0)).save(path)
    found = thumbnail(path)
    assert found is not None
    assert found.transparent
    assert Image.open(io.BytesIO(found.data)).getpixel((5, 5))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n\0\0", png()[:60], b"<svg/>"])
def test_what_is_no_picture_has_no_copy(tmp_path: Path, data: bytes) -> None:
    """Half a file, or something else."""
    path = tmp_path / "a.png"
    path.write_bytes(data)
    assert thumbnail(path) is None
    assert thumbnail(tmp_path / "gone.png") is None


SENTENCES = st.sampled_from(["The sky is blue.", "The sky is deep red.", "A fox sleeps.", "Draw it.", "Ink runs. "])
PROMPTS = st.lists(SENTENCES, max_size=6).map(lambda several: Prompt((Turn((Text(" ".join(several)),)),)))


@given(st.lists(PROMPTS, min_size=1, max_size=5))
def test_common_and_own_words_together_are_the_prompt(prompts: list[Prompt]) -> None:
    """Nothing is lost, and nothing is added."""
    found = wording(prompts)
    for prompt, own in zip(prompts, found.own, strict=True):
        mine = {one.place: "".join(span.text for span in one.spans) for one in own}
        pieces = [one.line.text if one.line else mine.get(one.place, "") for one in found.common]
        assert " ".join(" ".join(pieces).split()) == " ".join(str(prompt).split())
    assert all(one.spans for own in found.own for one in own)


def test_prompts_too_long_to_compare_differ_as_a_whole() -> None:
    """The time grows with the pairs of sentences; a sheet must not wait for minutes."""
    prompts = [
        Prompt((Turn((Text(" ".join(["It is calm.", *(f"{name} {n} sits." for n in range(1001))])),)),))
        for name in ("Fox", "Owl")
    ]
    differences = wording(prompts)
    assert [common.line for common in differences.common] == [None]
    stayed = [span.text for several in differences.own for own in several for span in own.spans if span.kind != "in"]
    assert set(stayed) == {" "}


def test_equal_prompts_have_nothing_of_their_own() -> None:
    """Settings may differ all the same."""
    prompt = Prompt((Turn((Text("Draw a fox. The line is bold."),)),))
    found = wording([prompt, prompt])
    assert found.own == ((), ())
    assert [one.line.text for one in found.common if one.line] == ["Draw a fox.", "The line is bold."]
