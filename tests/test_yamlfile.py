"""YAML as people read it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from limits import AT_ONCE

from prompt_kit.errors import InputError
from prompt_kit.recipe.spec import RecipeSpec
from prompt_kit.support.yamlfile import YamlFile

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeTree


def read(tmp_path: Path, text: str) -> object:
    """Return what a YAML text means to the kit."""
    return YamlFile(tmp_path / "x.yaml", "x.yaml", text).data


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("16:9", "16:9"),
        ("1:1", "1:1"),
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("2026-11-21", "2026-11-21"),
        ("0o17", "0o17"),
        ("012", "012"),
        ("1_000", "1_000"),
        ("true", True),
        ("false", False),
        ("12", 12),
        ("-3", -3),
        ("2.5", 2.5),
        ("~", None),
        ("null", None),
    ],
)
def test_plain_scalars_mean_what_people_read(tmp_path: Path, text: str, value: object) -> None:
    """Ratios, words and dates stay text; only true and false are booleans."""
    assert read(tmp_path, f"a: {text}") == {"a": value}


def test_two_problems_in_two_branches_are_both_reported(tree: MakeTree) -> None:
    """Someone who mends one line must not be sent round again for the next."""
    root = tree(**{"r.yaml": "title: t\nparameters: {a: {type: text, max_length: -1}, b: {type: txt}}\n"})

    with pytest.raises(InputError) as caught:
        YamlFile(root / "r.yaml").parse(RecipeSpec)

    places = [(p.place.line, p.place.column) for p in caught.value.problems if p.place]
    assert places == [(2, 42), (2, 57)]


def test_problems_come_in_the_order_of_the_lines(tree: MakeTree) -> None:
    """Every problem has its place, and a known word near the unknown one."""
    root = tree(
        **{
            "r.yaml": """\
            titel: t
            parameters:
              a:
                type: text
                max_length: 0
                requird: true
            """,
        },
    )

    with pytest.raises(InputError) as caught:
        YamlFile(root / "r.yaml", "r.yaml").parse(RecipeSpec)

    assert str(caught.value).splitlines() == [
        "r.yaml:1:1: unknown key 'titel'. Did you mean 'title'?",
        "r.yaml:5:17: a.max_length: must be above 0.",
        "r.yaml:6:5: unknown key 'requird'. Did you mean 'required'?",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "x.yaml:2:1: 'a' is here for the second time."),
        ("a: {b: 1, b: 2}", "x.yaml:1:11: 'b' is here for the second time."),
        ("a: !!python/object/apply:os.system [echo]", "the tag"),
        ("a: [1, 2", "this is not YAML"),
        ("a: b: c", "Put the value in quotes"),
        ("a: @x", "put the value in quotes"),
    ],
)
def test_what_is_no_data_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """Repeated keys, tags and slips are told with their place."""
    with pytest.raises(InputError, match="x.yaml:1|x.yaml:2") as caught:
        read(tmp_path, text)
    assert message in str(caught.value)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
)


@pytest.mark.parametrize(
    "text", [BOMB, "a: &a [*a]", "[" * 20_000, "{a: " * 5_000], ids=["bomb", "loop", "deep", "maps"]
)
def test_bombs_are_refused_at_once(tmp_path: Path, text: str) -> None:
    """A file from a stranger cannot hang the kit or fill the memory."""
    began = time.process_time()
    with pytest.raises(InputError):
        read(tmp_path, text)
    assert time.process_time() - began < AT_ONCE


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    """A gigabyte of YAML costs nothing."""
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(1_000_000_000)
    with pytest.raises(InputError, match="larger than"):
        YamlFile(path)


def test_a_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    """Old editors save Latin-1; the message says what to do."""
    path = tmp_path / "r.yaml"
    path.write_bytes("title: x\nsummary: caf\xe9\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"r\.yaml:2: the file is not UTF-8"):
        YamlFile(path, "r.yaml")


PLAIN = st.text(st.characters(categories=["L", "N", "P", "Zs", "S"]), min_size=1)


@given(
    st.recursive(
        PLAIN | st.booleans() | st.integers(-(10**17), 10**17),
        lambda inner: st.dictionaries(PLAIN, inner) | st.lists(inner),
    )
)
def test_quoted_data_comes_back_as_it_was(data: object) -> None:
    """Whatever is written in quotes is read as it was meant."""
    from pathlib import Path

    text = yaml.safe_dump({"a": data}, default_style='"', allow_unicode=True)
    text = text.replace('!!bool "true"', "true").replace('!!bool "false"', "false").replace("!!int ", "!!int ")
    assert YamlFile(Path("x.yaml"), "x.yaml", text).data == {"a": data}


def test_a_colour_that_hides_the_closing_bracket_is_named(tmp_path: Path) -> None:
    """The parser complains about the next line, where nothing is wrong."""
    with pytest.raises(InputError, match=r"2:16: #ffcc00 begins a comment.*Put the colour in quotes"):
        read(tmp_path, "parameters:\n  a: {default: #ffcc00}\nd: e\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("color: #ffcc00\n", r":1:8: #ffcc00 begins a comment.*Put the colour in quotes"),
        ("words: Sale #1\n", r":1:13: #1 begins a comment.*Put the value in quotes"),
        ("list:\n  - red\n  - #fff\n", r":3:5: #fff begins a comment"),
        ("a: b\nwords: Tag us #sunset today\n", r":2:15: #sunset begins a comment"),
    ],
)
def test_a_value_that_a_comment_cuts_off_is_reported(tmp_path: Path, text: str, message: str) -> None:
    """Half a value would go into the prompt in silence."""
    with pytest.raises(InputError, match=message):
        read(tmp_path, text)


def test_comments_and_marks_within_values_are_left_alone(tmp_path: Path) -> None:
    """Comments have a space or a line of their own; quotes, blocks and addresses may hold the mark."""
    text = (
        "# a comment\n#another: one\ncolor: '#ffcc00' # ours\nblock: |\n  Sale #1\nquoted: \"Tag #1\n  and #2\"\n"
        "address: http://x.y/#a\nnothing: # later\n"
    )
    assert read(tmp_path, text) == {
        "color": "#ffcc00",
        "block": "Sale #1\n",
        "quoted": "Tag #1 and #2",
        "address": "http://x.y/#a",
        "nothing": None,
    }
