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
from gemini_replies import encoded_picture, parts
from gemini_server import GeminiServer

from prompt_kit.record.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path

    from gemini_replies import Asked
    from wire_server import Reply


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs a file system of its own (util-linux)")
def test_a_paid_picture_that_the_disk_has_no_room_for_is_kept_elsewhere(tmp_path: Path) -> None:
    """The message names where it is, the command ends with 1, and the ledger has what it cost."""
    disk, spare, ledger = tmp_path / "disk", tmp_path / "spare", f"sqlite:///{tmp_path / 'ledger.db'}"
    disk.mkdir()
    spare.mkdir()
    mount = 'mount -t tmpfs -o size=64k none "$1" || exit 77; cd "$1"; shift; exec "$@"'
    own = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh", str(disk)]
    command = [*own, sys.executable, "-m", "prompt_kit", "generate", "sticker", "--subject", "an owl", "-n", "2"]
    sent: set[bytes] = set()

    def large(asked: Asked) -> Reply:
        data = base64.b64decode(encoded_picture((1024, 1024), "image/png")) + os.urandom(100_000)
        sent.add(data)
        return parts({"inlineData": {"mimeType": "image/png", "data": base64.b64encode(data).decode()}})(asked)

    with GeminiServer(otherwise=large) as server:
        given = {
            "GEMINI_API_KEY": KEY,
            "GOOGLE_GEMINI_BASE_URL": server.url,
            "PROMPT_KIT_LEDGER": ledger,
            "TMPDIR": str(spare),
        }
        done = subprocess.run(command, env=os.environ | given, capture_output=True, text=True, check=False)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"this machine lends no file system: {done.stderr.strip()}")
    assert done.returncode == 1
    assert "the disk is full" in done.stderr
    kept = list(spare.glob("prompt-kit-*/*/*.png"))
    assert {path.read_bytes() for path in kept} == sent
    [folder] = {path.parent for path in kept}
    assert f"What came back was saved in {folder} instead." in done.stderr
    with Ledger.open(ledger) as opened:
        entries = opened.entries()
    assert len(entries) == len(sent)
    assert all(entry.state == "done" and entry.actual for entry in entries)
