"""Prompts of ours beside other people's: blind, reproducible, and counted as readers judged them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from pairs import Pair, lay, main, note

if TYPE_CHECKING:
    from conftest import MakeTree

    from prompt_kit.errors import Problem
    from prompt_kit.recipe.library import Library


@pytest.fixture
def books(tree: MakeTree, library: Library) -> Library:
    """A library with a recipe of one turn, one of two, and one that works on a picture."""
    tree(
        **{
            "recipes/badge.yaml": "parameters: {subject: {type: text, required: true, max_length: 20}}\n",
            "templates/badge.j2": "Draw a badge of {{ subject }}.\n\nIt is round.\n",
            "recipes/strip.yaml": "parameters: {scenes: {type: list}}\nturns: [{for_each: scenes}]\n",
            "templates/strip.j2": "Draw {{ item }}.\n",
            "recipes/edit.yaml": "task: edit\nparameters: {what: {type: text}}\nreferences: {picture: {role: base, min: 1}, logo: {role: logo}}\n",
            "templates/edit.j2": "Paint {{ picture }} {{ what }}.\n",
        }
    )
    return library


def row(name: str, recipe: str = "badge", **changed: Any) -> dict[str, Any]:
    """Return one brief."""
    filled = {"recipe": recipe, "values": {"subject": "a fox"}} | changed.pop("filled", {})
    return {
        "id": name,
        "brief": "A fox.",
        "reference": "A red fox on a badge.",
        "format": "1:1",
        "filled": filled,
    } | changed


def briefs(*rows: dict[str, Any] | str) -> Path:
    """Write a file of briefs."""
    path = Path("briefs.jsonl")
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows), "utf-8")
    return path


def test_both_sides_stand_there_with_the_same_note(books: Library) -> None:
    """A reader sees two prompts and what goes along with either."""
    problems: list[Problem] = []
    ((pair, key),) = lay(briefs(row("p1", reference="A red  fox\non a badge.  ")), "7", problems, books)
    sides = {"A": pair.A, "B": pair.B}
    ours = sides.pop(key.ours)
    assert ours == "Draw a badge of a fox.\n\nIt is round.\n\n[No picture is attached. Format: 1:1.]"
    assert list(sides.values()) == ["A red fox\non a badge.\n\n[No picture is attached. Format: 1:1.]"]
    assert (key.recipe, key.words_ours, key.words_reference, key.ratio) == ("badge", 9, 6, 1.5)
    assert problems == []


def test_nothing_of_a_pair_tells_which_side_is_ours() -> None:
    """The file for readers has these fields and no more."""
    assert list(Pair.model_fields) == ["id", "brief", "A", "B"]


def test_the_seed_decides_the_sides(books: Library) -> None:
    """The same seed lays the same way, whatever rows there are; others lay otherwise, and ours is on either side."""
    path = briefs(*(row(f"p{n}") for n in range(40)))

    def sides(seed: str) -> list[str]:
        return [key.ours for _, key in lay(path, seed, [], books)]

    first = sides("1")
    assert first == sides("1") != sides("2")
    assert 10 < first.count("A") < 30
    assert [key.ours for _, key in lay(briefs(row("p7")), "1", [], books)] == [first[7]]


def test_turns_stand_there_in_order(books: Library) -> None:
    """On both sides alike, and headings are not counted as words."""
    filled = {"values": {"scenes": ["a fox", "a bee"]}}
    path = briefs(row("p1", "strip", filled=filled, reference=["A fox.", "Now a bee."]))
    ((pair, key),) = lay(path, "1", [], books)
    ours, reference = (pair.A, pair.B) if key.ours == "A" else (pair.B, pair.A)
    assert ours.startswith("Turn 1:\nDraw a fox.\n\nTurn 2:\nDraw a bee.\n\n[")
    assert reference.startswith("Turn 1:\nA fox.\n\nTurn 2:\nNow a bee.\n\n[")
    assert (key.words_ours, key.words_reference) == (6, 5)


def test_each_side_lists_the_pictures_in_its_own_order(books: Library) -> None:
    """A recipe sends the base first, the reference counts as the brief does; the numbers in the words must agree."""
    filled = {"values": {"what": "blue"}, "pictures": {"picture": [2], "logo": [1]}}
    path = briefs(row("p1", "edit", filled=filled, attached=["a logo", "a cup"], format="3:2"))
    problems: list[Problem] = []
    ((pair, key),) = lay(path, "1", problems, books)
    assert problems == []
    sides = {"A": pair.A, "B": pair.B}
    ours = sides.pop(key.ours)
    assert ours == "Paint the first image blue.\n\n[Attached: 1. a cup; 2. a logo. Format: 3:2.]"
    assert next(iter(sides.values())).endswith("[Attached: 1. a logo; 2. a cup. Format: 3:2.]")


def test_all_problems_of_all_rows_are_told_and_the_others_come_out(books: Library) -> None:
    """Whoever mends one row must not be sent round again for the next."""
    path = briefs(
        row("p1"),
        "{not json",
        row("p3", brief="", formt="1:1"),
        row("p4", "bagde"),
        row("p5", filled={"values": {"subject": "a fox that is far too long", "colour": "red"}}),
        row("p1"),
        row("p7", "edit", filled={"values": {}, "pictures": {"picture": [1]}}),
        row("p8", reference="A fox.\n\n[No picture is attached. Format: 1:1.]"),
        row("p9", filled={"settings": {"aspect": "1:7"}, "values": {"generator": "x"}}),
        row("p10", filled={"settings": {"aspect": "1:7"}}),
        row("p11"),
    )
    problems: list[Problem] = []
    assert [pair.id for pair, _ in lay(path, "1", problems, books)] == ["p1", "p11"]
    messages = [str(problem) for problem in problems]
    for line, what in (
        (2, "this is not JSON"),
        (3, "brief: "),
        (3, "formt: "),
        (4, "There is no recipe 'bagde'. Did you mean 'badge'?"),
        (5, "subject: "),
        (5, "colour"),
        (6, "'p1' is here for the second time."),
        (7, "picture: there is no attached picture 1."),
        (8, "the reference ends with a note on the format."),
        (9, "'generator' does not belong among the values."),
        (10, "there is no setting 'aspect'"),
    ):
        assert any(text.startswith(f"briefs.jsonl:{line}: ") and what in text for text in messages), (
            line,
            what,
            messages,
        )
    assert len(messages) == 11


def test_the_note_names_every_picture() -> None:
    """In the order in which they are sent, with numbers when there are several."""
    from pairs import Brief

    brief = Brief.model_validate(row("p1", attached=["a cup", "a logo"], format="3:2"))
    assert note(brief, [2, 1]) == "[Attached: 1. a logo; 2. a cup. Format: 3:2.]"
    assert note(brief, [1]) == "[Attached: a cup. Format: 3:2.]"
    assert note(brief, []) == "[No picture is attached. Format: 3:2.]"


KEY = [
    {"id": "p1", "ours": "A", "recipe": "badge", "words_ours": 20, "words_reference": 10, "ratio": 2.0},
    {"id": "p2", "ours": "B", "recipe": "badge", "words_ours": 10, "words_reference": 10, "ratio": 1.0},
    {"id": "p3", "ours": "B", "recipe": "strip", "words_ours": 15, "words_reference": 10, "ratio": 1.5},
]


def written(name: str, rows: list[dict[str, Any]]) -> str:
    """Write rows as JSONL and return the name of the file."""
    Path(name).write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    return name


def test_verdicts_are_counted_for_ours_whichever_side_it_was() -> None:
    """For each reader, for each recipe, and flaws on both sides."""
    first = [
        {
            "id": "p1",
            "preferred": "A",
            "strength": 2,
            "harmful": ["A: stock line", "B: blur"],
            "missing_A": ["the hat"],
        },
        {"id": "p2", "preferred": "A", "strength": 1, "contradictions": ["B: wide and square"], "missing_A": ["red"]},
        {"id": "p3", "preferred": "tie", "strength": 0, "missing_B": ["blue", "round"], "reason": "The same."},
    ]
    second = [{"id": name, "preferred": "B", "strength": 3} for name in ("p1", "p2", "p3")]
    files = [written("key.jsonl", KEY), written("ann.jsonl", first), written("ben.jsonl", second)]
    result = CliRunner().invoke(main, ["tally", *files])
    assert result.exit_code == 0, result.output
    assert [line.split() for line in result.output.splitlines()] == [
        ["ours", "better", "equal", "worse"],
        ["ann", "1", "1", "1"],
        ["ben", "2", "0", "1"],
        ["all", "3", "1", "2"],
        ["by", "recipe"],
        ["badge", "2", "0", "2"],
        ["strip", "1", "1", "0"],
        ["contradictions:", "ours", "1,", "reference", "0"],
        ["harmful:", "ours", "1,", "reference", "1"],
        ["missing", "requirements:", "ours", "3,", "reference", "1"],
        ["median", "length:", "ours", "1.50", "×", "the", "reference"],
    ]


def test_verdicts_that_cannot_be_counted_are_told(tmp_path: Path) -> None:
    """With their lines; pairs that a reader left out are named, so that no lost round goes missing."""
    rows = [
        {"id": "p1", "preferred": "C", "strength": 1},
        {"id": "p9", "preferred": "A", "strength": 1},
        {"id": "p2", "preferred": "B", "strength": 1, "harmful": ["blur"]},
        {"id": "p3", "preferred": "B", "strength": 1},
    ]
    files = [written("key.jsonl", KEY), written("ann.jsonl", rows)]
    result = CliRunner().invoke(main, ["tally", *files])
    assert result.exit_code == 1
    for words in (
        "ann.jsonl:1: preferred",
        "ann.jsonl:2: the key has no 'p9'.",
        "ann.jsonl:3: harmful.0",
        "ann.jsonl: there is no verdict on p1, p2.",
    ):
        assert words in result.output
    assert tmp_path.is_dir()


def test_pairs_and_key_are_two_files() -> None:
    """Rows that came out are written although others did not; the end says so."""
    filled = {"values": {"subject": "a fox"}}
    path = briefs(row("p1", "sticker", filled=filled), row("p2", "no-such", filled=filled))
    result = CliRunner().invoke(main, ["lay", str(path), "out", "--seed", "3"])
    assert result.exit_code == 1
    assert "briefs.jsonl:2: There is no recipe 'no-such'." in result.output
    (pair,) = [json.loads(line) for line in Path("out/pairs.jsonl").read_text("utf-8").splitlines()]
    (key,) = [json.loads(line) for line in Path("out/key.jsonl").read_text("utf-8").splitlines()]
    assert (set(pair), key["id"], key["recipe"]) == ({"id", "brief", "A", "B"}, "p1", "sticker")
    assert "A red fox" not in pair[key["ours"]]
