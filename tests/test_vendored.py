"""Files of others that we ship or test with are byte for byte what their authors published."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LISTS = [ROOT / "prompt_kit/studio/static/VENDORED.md", ROOT / "tests/browser/VENDORED.md"]
ROW = re.compile(r"^\| `([^`]+)` \| `[\w.-]+` \d+\.\d+\.\d+, `[^`]+` \| [\w.-]+ \| `([0-9a-f]{64})` \|$", re.MULTILINE)


@pytest.mark.parametrize("listed", LISTS, ids=lambda path: path.parent.name)
def test_a_file_of_others_is_what_its_list_says(listed: Path) -> None:
    """A changed file would run in people's browsers; each has a row with package, version, licence and sum."""
    rows = dict(ROW.findall(listed.read_text("utf-8")))
    assert rows == {path.name: sha256(path.read_bytes()).hexdigest() for path in listed.parent.glob("*.min.js")}
    assert rows
