"""A disk that is full when a paid answer comes: the pictures are kept elsewhere, and nothing is booked as free."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from gemini_asking import KEY
from gemini_batches import Batches
from gemini_replies import encoded_picture, parts
from gemini_server import GeminiServer

from prompt_kit.record.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path

    from gemini_replies import Asked
    from wire_server import Reply


MOUNT = 'mount -t tmpfs -o size=64k none "$1" || exit 77; cd "$1"; shift; '
"""Begins a script in a folder that has no room for a picture; the first argument is that folder."""

needs_mounts = pytest.mark.skipif(not shutil.which("unshare"), reason="needs a file system of its own (util-linux)")


class FullDisk:
    """A disk of its own that has no room for a picture, and a server whose pictures are large."""

    def __init__(self, folder: Path) -> None:
        self.disk, self.spare, self.ledger = folder / "disk", folder / "spare", f"sqlite:///{folder / 'ledger.db'}"
        self.disk.mkdir()
        self.spare.mkdir()
        self.sent: set[bytes] = set()
        """The pictures that were paid."""

    def large(self, asked: Asked) -> Reply:
        """Answer with a picture that no other answer has."""
        data = base64.b64decode(encoded_picture((1024, 1024), "image/png")) + os.urandom(100_000)
        self.sent.add(data)
        return parts({"inlineData": {"mimeType": "image/png", "data": base64.b64encode(data).decode()}})(asked)

    def run(self, server: GeminiServer, script: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a shell script on the disk; in it, ``"$@"`` is the command line with these words."""
        own = ["unshare", "--map-root-user", "--mount", "sh", "-c", MOUNT + script, "sh", str(self.disk)]
        given = {
            "GEMINI_API_KEY": KEY,
            "GOOGLE_GEMINI_BASE_URL": server.url,
            "PROMPT_KIT_LEDGER": self.ledger,
            "TMPDIR": str(self.spare),
        }
        command = [*own, sys.executable, "-m", "prompt_kit", *words]
        done = subprocess.run(command, env=os.environ | given, capture_output=True, text=True, check=False)
        if done.returncode == 77 or "unshare" in done.stderr:
            pytest.skip(f"this machine lends no file system: {done.stderr.strip()}")
        return done

    def check_kept_elsewhere(self, said: str) -> None:
        """Check that every picture is in the folder that was named, and booked once with its price."""
        kept = list(self.spare.glob("prompt-kit-*/*/*.png"))
        assert {path.read_bytes() for path in kept} == self.sent
        [folder] = {path.parent for path in kept}
        assert f"What came back was saved in {folder} instead." in said
        with Ledger.open(self.ledger) as opened:
            entries = opened.entries()
        assert len(entries) == len(self.sent)
        assert all(entry.state == "done" and entry.actual for entry in entries)


@pytest.fixture
def full(tmp_path: Path) -> FullDisk:
    """A disk without room."""
    return FullDisk(tmp_path)


@needs_mounts
def test_a_paid_picture_that_the_disk_has_no_room_for_is_kept_elsewhere(full: FullDisk) -> None:
    """The message names where it is, the command ends with 1, and the ledger has what it cost."""
    with GeminiServer(otherwise=full.large) as server:
        done = full.run(server, 'exec "$@"', "generate", "sticker", "--subject", "an owl", "-n", "2")
    assert done.returncode == 1
    assert "the disk is full" in done.stderr
    full.check_kept_elsewhere(done.stderr)


COLLECT_TWICE = """
"$@" generate sticker --subject 'an owl' -n 2 --batch || exit 2
"$@" runs wait; echo "ended with $?" >&2
mount -o remount,size=10m .
"$@" runs wait || exit 3
ls runs/*/sticker-*
"""


@needs_mounts
def test_a_collected_picture_that_the_disk_has_no_room_for_is_kept_elsewhere(full: FullDisk) -> None:
    """The job stays open; once there is room, it is collected into its run, and nothing is booked twice."""
    with GeminiServer(otherwise=full.large) as server:
        Batches(server)
        done = full.run(server, COLLECT_TWICE)
    assert done.returncode == 0, done.stderr
    assert "ended with 1" in done.stderr
    assert "the disk is full" in done.stderr
    assert "The job stays open until that is solved." in done.stderr
    assert {"01.png", "02.png", "run.json"} <= {*done.stdout.split()}
    full.check_kept_elsewhere(done.stderr)
