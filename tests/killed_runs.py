"""Starts runs and kills them at random moments; `test_kill.py` looks at what is left.

A process of its own, so that children can be forked from one that has loaded everything and has no threads.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from fakes import png

from prompt_kit.images import open_image
from prompt_kit.kit import generate
from prompt_kit.outcome import Outcome, Picture, Status
from prompt_kit.project import Project
from prompt_kit.prompt import Earlier, Prompt, Reference, Text, Turn

if TYPE_CHECKING:
    from prompt_kit.generators import Request

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489") + b"\0" * 400_000
PANDA = png()
PROMPT = Prompt(
    (
        Turn((Reference("panda", "identity", open_image(PANDA)), Text("Draw the front.")), "front"),
        Turn((Earlier(0, "identity"), Text("Draw the back.")), "back"),
    ),
    recipe="spin",
)


@dataclass
class Paid:
    """Notes each request it is sent, as a provider's bill would, and answers with a picture."""

    bill: Path
    name: str = "gemini"

    async def generate(self, request: Request) -> Outcome:
        """Bill the request, then answer it."""
        with self.bill.open("a", encoding="utf-8") as bill:
            bill.write(f"{request.fingerprint}\n")
        await asyncio.sleep(random.uniform(0, 0.01))
        data = PNG + os.urandom(8)
        picture = Picture(data, "image/png", 1, 1, hashlib.sha256(data).hexdigest())
        return Outcome(Status.OK, (picture,), billable="yes", cost=Decimal("0.04"), model=request.model.id)


def main(folder: Path, times: int) -> None:
    """Fork, run, kill; as often as is asked."""
    project = Project(root=folder)
    generate(PROMPT, generator=Paid(folder / "bill"), project=project, new=True)
    began = time.monotonic()
    generate(PROMPT, generator=Paid(folder / "bill"), project=project, new=True)
    # On a busy machine a run takes longer; the blows must fall into its whole length there, too.
    longest = 2 * (time.monotonic() - began) + 0.03
    for _ in range(times):
        child = os.fork()
        if child == 0:
            while True:
                generate(PROMPT, generator=Paid(folder / "bill"), project=project, new=True)
        time.sleep(random.uniform(0.001, longest))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
