"""Review, sharing and export with two hundred pictures: pages stay light, and what is handed on is what was approved."""

from __future__ import annotations

import hashlib
import io
import json
import re
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import pytest
from fakes import png
from kept_runs import NOON, kept

from prompt_kit.kit import Kit
from prompt_kit.outcome import Outcome, Picture, Status
from prompt_kit.prompt import Prompt, Text, Turn
from prompt_kit.record.runs import RunFolder, Sent
from prompt_kit.record.shares import add_share

from .test_weight import MOST, sent

if TYPE_CHECKING:
    from pathlib import Path

    from .asking import Page

MANY = 200


def run_of_many(root: Path, count: int, more: bytes = b"") -> Path:
    """Keep a run with so many pictures, saved at once, and return its folder."""
    prompt = Prompt((Turn((Text("Draw a secret fox."),)),), recipe="sticker", given=(("subject", "a fox " * 20),))
    run = RunFolder.create(root, prompt, generator="gemini", now=NOON, count=count, person="ann")
    answers = []
    for take in range(count):
        data = png((8, 6), f"#{take:06x}") + more
        answer = Outcome(Status.OK, pictures=(Picture(data, "image/png", 8, 6, ""),), billable="yes")
        answers.append(
            (answer, Sent(turn=0, take=take, entry=take + 1, model="m", fingerprint="f", sent_at=NOON, ended_at=NOON))
        )
    run.save_all(answers)
    run.finish(Outcome(Status.OK), now=NOON)
    return run.path


def pictures_of(folder: Path) -> list[Path]:
    """Return the pictures of a run in their order."""
    return sorted(folder.glob("*.png"), key=lambda path: int(path.stem))


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A run with two hundred pictures, some of them approved, some rejected with a reason."""
    folder = run_of_many(tmp_path / "runs", MANY)
    kit = Kit(tmp_path)
    for number, path in enumerate(pictures_of(folder)[:60]):
        verdict, reason = ("approve", "") if number % 2 else ("reject", "much too dark, and the fox looks away")
        kit.review(folder, path.name, verdict, person="ann", reason=reason)  # type: ignore[arg-type]
    return folder


def test_pages_stay_light_and_lists_come_in_parts(page: Page, many: Path) -> None:
    """Each with its style sheets and scripts is less than 60 kB on its way, whatever it shows; pictures come later."""
    run, root = f"{many.parent.name}/{many.name}", many.parent.parent
    token = add_share(root, pictures_of(many), with_prompt=True, person="ann").token
    addresses = ["/review", "/review?state=approved", "/review?state=rejected", "/review?by=recipe", "/shares"]
    for address in (*addresses, f"/shares/{token}", f"/share/{token}", f"/runs/{run}", f"/runs/{run}/01.png"):
        total, text = sent(page, address)
        for own in sorted(set(re.findall(r'(?:src|href)="(/static/[^"]+)"', text))):
            total += sent(page, own)[0]
        assert total < MOST, f"{address} and its files have {total:,} bytes"
        if address.startswith("/review"):
            assert text.count("data-case ") <= 24


def test_a_link_to_many_pictures_says_nothing_of_them_and_reads_each_run_once(page: Page, many: Path) -> None:
    """Without the prompts unless somebody said so, and the whole page at once."""
    root = many.parent.parent
    silent, open_one = (add_share(root, pictures_of(many), with_prompt=tells).token for tells in (False, True))
    text = page.get(f"/share/{silent}")
    assert text.count("<img") == MANY
    assert not re.search(r"secret|sticker|fox", text.replace(silent, ""))
    assert page.get(f"/share/{open_one}").count("Draw a secret fox.") == MANY


def test_the_sidecars_of_an_export_agree_with_its_files(page: Page, many: Path) -> None:
    """Every approved picture, no other, each beside what was asked for it and the hash of these very bytes."""
    answer = page.client.get("/review/approved.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    pictures = {name: data for name, data in files.items() if name.endswith(".png")}
    assert len(pictures) == 30
    assert len(files) == 2 * len(pictures)
    for name, data in pictures.items():
        sidecar = json.loads(files[f"{name.removesuffix('.png')}.json"])
        assert sidecar["picture"]["sha256"] == hashlib.sha256(data).hexdigest()
        assert name.endswith(sidecar["picture"]["file"])
        assert data == (many / sidecar["picture"]["file"]).read_bytes()


def test_the_memory_of_an_export_does_not_grow_with_the_pictures(tmp_path: Path) -> None:
    """Thirty pictures of a megabyte are sent while few of them are in memory."""
    folder = run_of_many(tmp_path / "runs", 30, b"\0" * 1_000_000)
    kit = Kit(tmp_path)
    for path in pictures_of(folder):
        kit.review(folder, path.name, "approve")
    tracemalloc.start()
    total = sum(len(piece) for piece in kit.zip_approved())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total > 30_000_000
    assert most < 8_000_000


def test_what_was_changed_after_its_approval_is_not_handed_on(page: Page, many: Path) -> None:
    """The zip says which and why; a picture that is gone neither stops the others nor breaks the archive."""
    first, second, *_ = pictures_of(many)[1::2]
    first.write_bytes(png((9, 9)))
    kept(many.parent.parent, recipe="logo")
    second.unlink()
    answer = page.client.get("/review/approved.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        left_out = archive.read("left-out.txt").decode() if "left-out.txt" in names else ""
    assert len([name for name in names if name.endswith(".png")]) == 28
    assert not left_out or first.name in left_out
