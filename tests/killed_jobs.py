"""Submits and collects jobs, and is killed at random moments; `test_jobs.py` looks at what is left.

A process of its own, so that children can be forked from one that has loaded everything and has no threads.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

from prompt_kit.generators.gemini import Gemini
from prompt_kit.project import Project
from prompt_kit.prompt import Prompt, Settings, Text, Turn
from prompt_kit.work.jobs import Order, collect, submit


def prompt(number: int) -> Prompt:
    """Return a prompt like no other, with two turns that do not need each other."""
    turns = tuple(Turn((Text(f"Draw {animal} number {number}."),), animal) for animal in ("cat", "dog"))
    return Prompt(turns, Settings(size="1K"), recipe="pets")


def cycle(folder: Path, url: str) -> None:
    """Submit two prompts, one of them twice, and collect whatever is there."""
    gemini = Gemini(api_key="a-key-of-nobody-at-all", base_url=url, timeout_s=20)
    project = Project(root=folder)
    number = random.randrange(10**9)
    submit(Order(prompt(number), count=2), prompt(number + 1), generator=gemini, project=project)
    collect(generator=gemini, project=project, timeout_s=0.2, pause_s=0.02)


def main(folder: Path, url: str, times: int) -> None:
    """Fork, work, kill; as often as is asked."""
    cycle(folder, url)
    began = time.monotonic()
    cycle(folder, url)
    longest = time.monotonic() - began + 0.03
    for _ in range(times):
        child = os.fork()
        if child == 0:
            while True:
                cycle(folder, url)
        time.sleep(random.uniform(0.001, longest))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
