"""What people say of pictures: it is kept for good, the last verdict counts, and only for the bytes that were seen."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from fakes import png
from kept_runs import kept

from prompt_kit.cli.main import run
from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.kit import Kit
from prompt_kit.project import Project
from prompt_kit.record.exporting import LEFT_OUT
from prompt_kit.record.reviews import REVIEWS, reviews_in

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """A project in the test's own folder."""
    return Kit(Project(root=tmp_path))


@pytest.fixture
def fox(tmp_path: Path) -> Path:
    """A run with two pictures."""
    return kept(tmp_path / "runs", pictures=2)


def states(kit: Kit, folder: Path) -> dict[str, str]:
    return {picture.path.name: picture.state for picture in kit.reviews(folder)}


def test_the_last_verdict_counts_and_all_of_them_stay(kit: Kit, fox: Path) -> None:
    """Rejected is not deleted: it can be approved later, and both can be read."""
    kit.review(fox.name, "01.png", "reject", person="ann", reason="The tail is cut off.")
    kit.review(fox, "01.png", "comment", reason="Look again.")
    kit.review(fox, "01.png", "approve", person="ben")

    first, second = kit.reviews(fox.name)
    assert (first.state, second.state) == ("approved", "waiting")
    assert [(review.verdict, review.person, review.reason) for review in first.reviews] == [
        ("reject", "ann", "The tail is cut off."),
        ("comment", "", "Look again."),
        ("approve", "ben", ""),
    ]
    assert first.decided == first.reviews[-1]
    assert first.decided is not None
    assert first.decided.run == f"{fox.parent.name}/{fox.name}"


def test_a_verdict_never_counts_for_other_bytes(kit: Kit, fox: Path, tmp_path: Path) -> None:
    """Somebody puts another picture under an approved name: it waits, and is not handed on."""
    kit.review(fox, "01.png", "approve")
    kit.review(fox, "02.png", "approve")
    os.utime(fox, (1_000_000_000, 1_000_000_000))  # it was left alone for long, so that its time is trusted
    kit.pictures()  # the index has them as approved
    with (fox / "01.png").open("r+b") as file:  # in place, so that the folder does not change
        file.write(png((64, 48), "#ffffff"))

    first, second = kit.reviews(fox)
    assert (first.state, first.decided, len(first.former), second.state) == ("waiting", None, 1, "approved")
    exported = kit.export_approved(tmp_path / "out")
    assert [path.name for path in exported.pictures] == [f"2026-11-28-{fox.name}-02.png"]
    assert "changed after its approval" in exported.problems[0]
    with zipfile.ZipFile(io.BytesIO(b"".join(kit.zip_approved()))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            *(path.name for path in sorted((tmp_path / "out").iterdir(), reverse=True)),
            LEFT_OUT,
        ]
        assert archive.read(LEFT_OUT).decode() == f"{exported.problems[0]}\n"


@pytest.mark.parametrize(
    ("verdict", "reason", "message"),
    [
        ("reject", " ", "Say why the picture is rejected."),
        ("comment", "", "Write the comment."),
        ("comment", "x" * 2001, "The reason has 2,001 characters; at most 2,000 are kept. Say it in fewer words."),
        ("like", "", "'like' is no verdict. Use approve, reject, comment."),
    ],
)
def test_a_review_that_says_nothing_is_refused(kit: Kit, fox: Path, verdict: Any, reason: str, message: str) -> None:
    """Whoever made the picture must learn why it was not taken."""
    with pytest.raises(InputError) as caught:
        kit.review(fox, "01.png", verdict, reason=reason)
    assert str(caught.value) == message
    assert reviews_in(fox) == ()


@pytest.mark.parametrize("name", ["03.png", "run.json", "01.json", "../../ledger.db", "/etc/passwd"])
def test_only_pictures_of_the_run_are_reviewed(kit: Kit, fox: Path, name: str) -> None:
    """A name from outside leads to no other file."""
    with pytest.raises(NotFoundError):
        kit.review(fox, name, "approve")


def test_reviews_survive_damage_at_their_end(kit: Kit, fox: Path) -> None:
    """A line that a power cut left behind was never reported as saved; the next one begins on a line of its own."""
    kit.review(fox, "01.png", "approve", person="ann")
    with (fox / REVIEWS).open("ab") as file:
        file.write(b'{"schema": 1, "id": "ab", "pict')
    kit.review(fox, "02.png", "approve", person="ben")

    assert [review.person for review in reviews_in(fox)] == ["ann", "ben"]


def test_a_line_that_says_something_else_is_reported(kit: Kit, fox: Path) -> None:
    """A verdict must not be lost because somebody changed the file by hand."""
    kit.review(fox, "01.png", "approve")
    (fox / REVIEWS).write_text((fox / REVIEWS).read_text("utf-8").replace("approve", "aprove"), "utf-8")
    with pytest.raises(InputError, match="verdict"):
        kit.reviews(fox)


def test_two_processes_review_at_the_same_time(fox: Path) -> None:
    """Each line is whole, and none is lost."""
    program = (
        "import sys; from prompt_kit.kit import Kit; kit = Kit(sys.argv[1])\n"
        "for n in range(25): kit.review(sys.argv[2], '01.png', 'comment', person=sys.argv[3], reason='x' * 1500)\n"
    )
    root = fox.parents[2]
    running = [subprocess.Popen([sys.executable, "-c", program, root, fox, who]) for who in ("ann", "ben")]
    assert [process.wait() for process in running] == [0, 0]
    persons = [review.person for review in reviews_in(fox)]
    assert (persons.count("ann"), persons.count("ben")) == (25, 25)


def test_words_of_any_kind_come_back_as_they_were(kit: Kit, fox: Path) -> None:
    """Line breaks, quotes and half characters are words like others."""
    words = 'Not\n"this" \u2028 \ud83d <script>'
    kit.review(fox, "01.png", "comment", reason=words)
    assert reviews_in(fox)[0].reason == words


def test_the_command_line_reviews_shows_and_exports(
    fox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a look at the run to the folder for the printer."""
    assert run(["runs", "approve", f"{fox.name}/01.png", "--person", "ann"]) == 0
    assert run(["runs", "reject", str(fox / "02.png"), "--reason", "Too dark."]) == 0
    assert run(["runs", "comment", f"2026-11-28/{fox.name}/02.png", "Try it at noon."]) == 0
    assert "02.png is rejected" in capsys.readouterr().out

    assert run(["runs", "show", fox.name]) == 0
    shown = [line for line in capsys.readouterr().out.splitlines() if line.startswith("review ")]
    assert [line.split(", 20")[0].split(maxsplit=1)[1] for line in shown] == [
        "01.png approved by ann",
        "02.png rejected",
        "02.png commented on",
    ]
    assert shown[1].endswith(": Too dark.")
    assert run(["runs", "list"]) == 0
    assert "(1 approved, 1 rejected)" in capsys.readouterr().out

    assert run(["runs", "export", "--approved", "out"]) == 0
    name = f"2026-11-28-{fox.name}-01"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"{name}.json", f"{name}.png"]
    assert json.loads((tmp_path / "out" / f"{name}.json").read_bytes())["picture"]["file"] == "01.png"
    assert (tmp_path / "out" / f"{name}.png").read_bytes() == (fox / "01.png").read_bytes()
    assert run(["runs", "export", "--approved", "out"]) == 0
    assert len([*(tmp_path / "out").iterdir()]) == 2, "the same again is not copied twice"


def test_a_run_with_a_single_picture_needs_no_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With several, the message says how each is called."""
    single, several = kept(tmp_path / "runs"), kept(tmp_path / "runs", pictures=2, recipe="owl")
    assert run(["runs", "approve", single.name]) == 0
    assert run(["runs", "approve", several.name]) == 2
    assert f"has 2 pictures: 01.png, 02.png. Name one: {several.name}/01.png" in capsys.readouterr().err


def test_reviews_go_where_their_run_goes(kit: Kit, fox: Path) -> None:
    """They are in the run's folder, and neither the ledger nor the index is needed to find them again."""
    kit.review(fox, "01.png", "approve")
    kit.history()
    (fox.parents[1] / ".history.db").unlink()
    moved = fox.parents[1] / "2026-11-29" / fox.name
    moved.parent.mkdir()
    fox.rename(moved)
    assert [picture.run for picture in kit.pictures(review="approved").pictures] == [f"2026-11-29/{fox.name}"]
