"""Links for people without access: what they show, and that nothing opens them once they are withdrawn."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from kept_runs import kept

from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.record.shares import MOST, Share, add_share, share_of, shared_file, shares, withdraw

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of all runs, with a run of two pictures."""
    kept(tmp_path / "runs", pictures=2)
    return tmp_path / "runs"


def pictures_of(root: Path) -> list[Path]:
    return sorted(root.glob("2026-*/*/*.png"))


@pytest.fixture
def link(root: Path) -> Share:
    """A link to both pictures."""
    return add_share(root, pictures_of(root), person="ann")


def file_of(root: Path, link: Share) -> Path:
    return root / "shares" / f"{link.token}.jsonl"


def test_a_link_shows_its_pictures_and_no_others(root: Path, link: Share) -> None:
    """What was not shared has no number."""
    again = share_of(root, link.token)
    assert again == link
    assert [shared_file(root, again, number) for number in (1, 2)] == pictures_of(root)
    for number in (-1, 0, 3):
        with pytest.raises(NotFoundError):
            shared_file(root, again, number)


def test_a_withdrawn_link_stays_withdrawn_and_on_record(root: Path, link: Share) -> None:
    """It shows nothing any more, and the list still says who had shared what."""
    withdraw(root, link.token, person="ben")
    withdraw(root, link.token)
    assert [(share.token, share.withdrawn, share.person) for share in shares(root)] == [(link.token, True, "ann")]
    with pytest.raises(NotFoundError):
        shared_file(root, share_of(root, link.token), 1)
    assert len(file_of(root, link).read_bytes().splitlines()) == 2


def test_a_withdrawal_that_was_cut_short_counts(root: Path, link: Share) -> None:
    """After a power cut a link may be closed too early, but never open too long."""
    with file_of(root, link).open("ab") as file:
        file.write(b'{"withd')
    assert share_of(root, link.token).withdrawn


def test_bytes_that_came_later_are_not_shown(root: Path, link: Share) -> None:
    """Whoever shared a picture has shared these bytes, not whatever has the name afterwards."""
    first, second = pictures_of(root)
    first.write_bytes(second.read_bytes())
    with pytest.raises(NotFoundError):
        shared_file(root, link, 1)
    assert shared_file(root, link, 2) == second


@pytest.mark.parametrize(
    "change",
    [
        lambda plain: (
            plain | {"pictures": [{"run": "..", "picture": "secret.txt", "sha256": plain["pictures"][0]["sha256"]}]}
        ),
        lambda plain: plain | {"pictures": [{"run": "/etc", "picture": "passwd", "sha256": ""}]},
        lambda plain: plain | {"pictures": "all"},
        lambda plain: [plain],
        lambda _: "?",
    ],
    ids=["above", "absolute", "no list", "list", "word"],
)
def test_an_edited_file_opens_nothing_outside(root: Path, link: Share, change: Callable[[Any], Any]) -> None:
    """A link is as far as the folder of runs, whatever stands in its file."""
    (root.parent / "secret.txt").write_bytes(pictures_of(root)[0].read_bytes())
    path = file_of(root, link)
    path.write_text(json.dumps(change(json.loads(path.read_bytes()))) + "\n")
    with pytest.raises(NotFoundError):
        shared_file(root, share_of(root, link.token), 1)


def test_a_token_has_more_than_128_bits_and_counts_letter_by_letter(root: Path, link: Share) -> None:
    """It cannot be guessed, and a file system that does not tell capitals from small letters makes it no shorter."""
    assert len(link.token) * 6 >= 128
    path, other = file_of(root, link), link.token.swapcase()
    path.rename(path.with_name(f"{other}.jsonl"))
    for token in (other, "", "..", f"../shares/{link.token}", f"{link.token}/", "a" * 10_000):
        with pytest.raises(NotFoundError):
            share_of(root, token)


def test_nothing_but_a_picture_comes_behind_a_link(root: Path) -> None:
    """The sidecar beside a picture holds its prompt, and the record of the run holds all of them."""
    first, _ = pictures_of(root)
    for name in ("01.json", "run.json", "04.png"):
        with pytest.raises(NotFoundError):
            add_share(root, [first.with_name(name)])
    assert shares(root) == ()


def test_a_link_needs_at_least_one_picture_and_not_too_many(root: Path) -> None:
    """Both are said with what to do instead."""
    with pytest.raises(InputError, match="Choose at least one"):
        add_share(root, [])
    with pytest.raises(InputError, match="Make several links"):
        add_share(root, [root / f"{number}.png" for number in range(MOST + 1)])
    assert shares(root) == ()
