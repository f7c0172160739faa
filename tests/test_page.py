"""The page of an answer in words and pictures: in order, with the model's Markdown, and harmless to open."""

from __future__ import annotations

import html.parser
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import AT_ONCE
from markdown_it import MarkdownIt

from prompt_kit.outcome import Piece, WebPage
from prompt_kit.record.runs.page import page

if TYPE_CHECKING:
    from collections.abc import Iterable

FILES = ("01.jpg", "02.jpg", "03.jpg")


class Shown(html.parser.HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.pictures: list[tuple[str, str]] = []
        reader = MarkdownIt("commonmark", {"html": True})
        reader.validateLink = lambda url: True  # type: ignore[method-assign] # noqa: ARG005 - all: a reader may not look
        self.html = reader.render(markdown)
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        known = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.pictures.append((known["src"], known.get("alt", "")))
        if tag == "a":
            self.links.append(known["href"])


def said(*words: str) -> Iterable[Piece]:
    """Return words as pieces of an answer."""
    return [Piece(text) for text in words]


def test_words_and_pictures_keep_their_order() -> None:
    """A recipe's third picture belongs under its third step."""
    pieces = [Piece("Whisk the eggs."), Piece(picture=0), Piece("Fold in the flour."), Piece(picture=1)]

    assert page("Sponge cake", pieces, FILES) == (
        "# Sponge cake\n\n"
        "Whisk the eggs.\n\n![Whisk the eggs.](01.jpg)\n\n"
        "Fold in the flour.\n\n![Fold in the flour.](02.jpg)\n"
    )


def test_headings_lists_and_emphasis_of_the_model_survive() -> None:
    """Its Markdown is the layout of the guide."""
    words = "## Step 1\n\n- two **eggs**\n- 3 < 4 cups\n\n> Mind the oven.\n\n```\nbake(180)\n```"

    shown = Shown(page("Cake", said(words), FILES))

    assert {"h2", "ul", "li", "strong", "blockquote", "pre"} <= set(shown.tags)
    assert "3 &lt; 4 cups" in shown.html


@pytest.mark.parametrize(
    ("words", "alt"),
    [
        ("Intro.\n\n### 2. Fold *gently*", "Fold gently"),
        ("1. See [the *bowl*](https://example.org/a)", "See the bowl"),
        ("A <b>bold</b> ] bracket & more\n\n---\n", "A bbold/b bracket & more"),
        ("", "Picture 1"),
        ("***", "Picture 1"),
    ],
)
def test_a_picture_is_described_by_the_words_before_it(words: str, alt: str) -> None:
    """Whoever cannot see it reads that; marks of Markdown are nothing to read aloud."""
    assert Shown(page("Cake", [Piece(words), Piece(picture=0)], FILES)).pictures == [("01.jpg", alt)]


def test_a_long_description_is_cut_between_words() -> None:
    """An alternative text of a page helps nobody."""
    ((_, alt),) = Shown(page("Cake", [Piece("whisk and fold, " * 40), Piece(picture=0)], FILES)).pictures

    assert len(alt) <= 122
    assert alt.endswith("and fold, whisk …")


def test_a_second_picture_in_a_row_has_a_name_of_its_own() -> None:
    """The words before the first one say nothing about it."""
    shown = Shown(page("Cake", [Piece("Eggs."), Piece(picture=0), Piece(picture=1)], FILES))

    assert [alt for _, alt in shown.pictures] == ["Eggs.", "Picture 2"]


def test_a_picture_that_was_not_saved_is_left_out() -> None:
    """The page still holds everything else."""
    assert Shown(page("Cake", [Piece("Eggs."), Piece(picture=7)], FILES)).pictures == []


def test_file_names_are_addresses() -> None:
    """A space or a bracket would end the link."""
    assert Shown(page("Cake", [Piece(picture=0)], ["a cake (1).jpg"])).pictures == [
        ("a%20cake%20%281%29.jpg", "Picture 1")
    ]


def test_sources_stand_at_the_end_as_links() -> None:
    """Google asks for a link to each page that was used."""
    sources = [
        WebPage("Weather & wind", "https://example.org/a?x=1&y=(2)"),
        WebPage("[odd](javascript:x)", "javascript:alert(1)"),
    ]

    text = page("Cake", said("Sunny."), FILES, sources)

    assert Shown(text).links == ["https://example.org/a?x=1&y=%282%29"]
    assert text.endswith("## Sources\n\n- [Weather &amp; wind](https://example.org/a?x=1&amp;y=%282%29)\n- odd\n")


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "handler": '<img src=x onerror="alert(1)">',
    "escaped bracket": "\\<script>alert(1)</script>",
    "comment": "<!-- hidden -->",
    "link": "[x](javascript:alert(1))",
    "case": "[x](JaVaScRiPt:alert(1))",
    "blanks": "[x]( \n javascript:alert(1))",
    "entity": "[x](javascript&#58;alert(1))",
    "named entity": "[x](java&Tab;script&colon;alert(1))",
    "backslash": "[x](javascript\\:alert(1))",
    "in brackets": "[x](<javascript:alert(1)>)",
    "invisible": "[x](java\u200bscript:alert(1))",
    "padded": f"[x]({'&#9;' * 400}javascript:alert(1))",
    "padded raw": f"[x]({' ' * 2000}javascript:alert(1))",
    "data": "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "vbscript": "[x](vbscript:msgbox(1))",
    "file": "[x](file:///etc/passwd)",
    "reference": "[x][1]\n\n[1]: javascript:alert(1)",
    "reference below": "[x][1]\n\n[1]:\n   javascript:alert(1)",
    "quoted reference": "> [1]: javascript:alert(1)\n\n[1]",
    "autolink": "<javascript:alert(1)>",
    "two": "[a](https://example.org) [x](javascript:alert(1))",
    "nested": "[![x](javascript:alert(1))](javascript:alert(2))",
    "attributes": '[x](https://example.org){onclick="alert(1)"}',
    "heading attributes": "# H {: onmouseover=alert(1) }",
    "program": "{{ config }} {% include 'secret' %}",
}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_nothing_in_a_models_words_runs(words: str) -> None:
    """It may repeat what stood on a page it looked at; the page is opened in viewers that run HTML."""
    text = page("Cake", said(words), FILES)
    shown = Shown(text)

    assert not {"script", "img", "iframe"} & set(shown.tags)
    assert shown.attributes <= {"href", "title", "class"}
    assert {urlsplit(link).scheme for link in shown.links} <= {"", "http", "https", "mailto"}
    assert not re.search(r"\{[^\n]*=|\{\{|\{%", text)


@pytest.mark.parametrize(
    "words", ["![x](https://tracker.example/p.gif)", "\\![x](https://t.example)", "![x][1]\n\n[1]: https://t.example"]
)
def test_no_picture_is_fetched_from_elsewhere(words: str) -> None:
    """Opening a page must not tell anybody; what remains is a link."""
    shown = Shown(page("Cake", said(words), FILES))

    assert shown.pictures == []
    assert len(shown.links) == 1


@pytest.mark.parametrize(
    "address", ["https://example.org/a:b", "mailto:a@example.org", "#steps", "/a/b", "a.html?x=1:2"]
)
def test_ordinary_links_stay_links(address: str) -> None:
    """Only what leads elsewhere than to the web is broken."""
    assert Shown(page("Cake", said(f"See [this]({address})."), FILES)).links == [address]


@pytest.mark.parametrize("words", ["```\ncode", "~~~ python\ncode\n```", "> ```\n> code", "- a\n\n  ```\n  code"])
def test_code_that_never_ends_hides_no_picture(words: str) -> None:
    """A piece may be cut in the middle of a block."""
    assert len(Shown(page("Cake", [Piece(words), Piece(picture=0), Piece("More.")], FILES)).pictures) == 1


def test_a_title_is_one_plain_line() -> None:
    """It may come from somebody's values."""
    text = page("A # *cake*\n<script>\u202e", said("Eggs."), FILES)

    assert text.splitlines()[0] == "# A cake script"


def test_half_a_character_can_be_saved() -> None:
    """JSON can say it; a file in UTF-8 cannot."""
    assert page("a\ud800", said("b\ud800"), FILES, [WebPage("c", "https://e.org/\ud800")]).encode()


def test_many_links_take_no_time() -> None:
    """An answer of a hundred thousand signs is set at once."""
    began = time.process_time()
    page("Cake", said("[](" * 33_000), FILES)

    assert time.process_time() - began < AT_ONCE


@given(
    st.lists(
        st.sampled_from(
            [
                *"[]()<>!{}:=\\`~&#;\n\t \"'",
                "javascript",
                "data",
                "http://e.org",
                "&#58;",
                "&Tab;",
                "script",
                "]:",
                "](",
            ]
        ),
        max_size=30,
    )
)
def test_no_words_at_all_run_or_fetch(signs: list[str]) -> None:
    """Whatever the signs are put together to."""
    shown = Shown(page("Cake", said("".join(signs)), FILES))

    assert not {"script", "img"} & set(shown.tags)
    assert not [link for link in shown.links if re.match(r"\s*(?:javascript|data)\s*:", link, re.IGNORECASE)]


@given(st.lists(st.builds(Piece, text=st.text(), picture=st.none() | st.integers(-3, 5))))
def test_every_page_can_be_written(pieces: list[Piece]) -> None:
    """Pictures come in their order, and the text is a text."""
    text = page("Cake", pieces, FILES)

    assert text.endswith("\n")
    assert text.encode()
