"""Runs that are there without having been made: for tests of what is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fakes import png

from prompt_kit.outcome import Outcome, Picture, Status
from prompt_kit.prompt import Prompt, Text, Turn
from prompt_kit.record.runs import RunFolder, Sent

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
COLORS = ("#aa0000", "#00aa00", "#0000aa", "#aaaa00")


def kept(
    root: Path, *, recipe: str = "fox", pictures: int = 1, at: datetime = NOON, ended: bool = True, **more: Any
) -> Path:
    """Keep a run with pictures of different colours below the folder of all runs, and return its folder."""
    prompt = Prompt((Turn((Text(f"Draw a {recipe}."),)),), recipe=recipe, given=tuple(more.pop("values", {}).items()))
    run = RunFolder.create(
        root, prompt, generator=more.pop("generator", "gemini"), now=at, count=max(pictures, 1), **more
    )
    for take in range(pictures):
        data = png((64, 48), COLORS[take % len(COLORS)])
        answer = Outcome(Status.OK, pictures=(Picture(data, "image/png", 64, 48, ""),), billable="yes")
        run.save(answer, Sent(turn=0, take=take, entry=take + 1, model="m", fingerprint="f", sent_at=at, ended_at=at))
    if ended:
        run.finish(Outcome(Status.OK), now=at)
    else:
        run.close()
    return run.path
