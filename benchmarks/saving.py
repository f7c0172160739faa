"""What saving a picture with its record costs."""

from __future__ import annotations

import hashlib
import os
import statistics
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_kit.outcome import Outcome, Picture, Status
from prompt_kit.prompt import Prompt, Text, Turn
from prompt_kit.record.runs import RunFolder, Sent

if TYPE_CHECKING:
    from collections.abc import Iterator

SAVED = 20_000
"""Size of a saved picture, in bytes."""


def lines() -> Iterator[tuple[str, float, str, str]]:
    """Yield the figures of saving, beside writing the bytes alone: CPU of the first pictures and of the last."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        run = RunFolder.create(root, Prompt((Turn((Text("Draw a fox."),)),)), generator="x", now=datetime.now(UTC))
        floor, first = _saved_cpu(root, run, 0)
        for at in range(200, 1800, 200):
            floor, last = _saved_cpu(root, run, at)
        began = time.process_time()
        run.finish(Outcome(Status.OK), now=datetime.now(UTC))
        end = (time.process_time() - began) * 1000
    detail = f"ms of CPU beyond writing the bytes ({floor:.2f})"
    yield ("saving a picture of 20 kB with its record", last - floor, "≤ 0.6", detail)
    yield ("the same after 1,600 pictures, of the first 200", last / first, "≤ 1.1", f"the end takes {end:.0f} ms")


def _saved_cpu(root: Path, run: RunFolder, begin: int) -> tuple[float, float]:
    """Return the milliseconds of CPU for a picture: of writing its bytes, and of saving it."""
    floor, ours = [], []
    for at in range(begin, begin + 200):
        data = PNG_START + os.urandom(SAVED)
        picture = Picture(data, "image/png", 1, 1, hashlib.sha256(data).hexdigest())
        now = datetime.now(UTC)
        began = time.process_time()
        with (root / f"{at}.png").open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        between = time.process_time()
        run.save(Outcome(Status.OK, (picture,), cost=Decimal("0.04")), Sent(0, "m", "f", now, now, take=at, entry=at))
        floor.append(between - began)
        ours.append(time.process_time() - between)
    return statistics.median(floor) * 1000, statistics.median(ours) * 1000


PNG_START = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
