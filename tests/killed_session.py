"""Kills a session of twelve turns again and again, and each time gives the same command once more.

A process of its own, like `killed_runs.py`. What it prints is how often what happened, as JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from killed_runs import Paid

from prompt_kit.errors import InputError
from prompt_kit.kit import generate
from prompt_kit.project import Project
from prompt_kit.prompt import Earlier, Prompt, Text, Turn
from prompt_kit.record.runs import runs

TURNS = 12
THROUGH, MAY_BE_PAID, KILLED = 0, 3, -signal.SIGKILL


def prompt(number: int) -> Prompt:
    """Return a session of twelve turns, each of which takes along the first picture and the one before."""
    turns = [Turn((Text(f"Draw the front of number {number}."),), "front")]
    for at in range(1, TURNS):
        parts = (Earlier(0, "identity"), Earlier(at - 1, "identity"), Text(f"Draw view {at}."))
        turns.append(Turn(parts, f"view {at}"))
    return Prompt(tuple(turns), recipe="spin")


def attempt(number: int, folder: Path, *, resend: bool, within: float | None) -> int:
    """Give the command in a child, kill it after a time unless it is through, and return how it ended."""
    child = os.fork()
    if child == 0:
        try:
            generate(prompt(number), generator=Paid(folder / "bill"), project=Project(root=folder), resend=resend)
        except InputError as error:
            os._exit(MAY_BE_PAID if "may have been made and paid" in str(error) else 1)
        os._exit(THROUGH)
    if within is not None:
        time.sleep(within)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(folder: Path, kills: int) -> None:
    """Run sessions to their end, with so many kills at random moments on the way."""
    told: Counter[str] = Counter(sessions=2)
    longest = 0.0
    # The first one also loads what is needed; the blows must fall into the length of one that has everything.
    for number in range(told["sessions"]):
        began = time.monotonic()
        generate(prompt(number), generator=Paid(folder / "bill"), project=Project(root=folder))
        longest = time.monotonic() - began
    consent = False
    while told["kills"] < kills or told["attempts"]:
        within = random.uniform(0, longest) if told["kills"] < kills else None
        before = told["sessions"]
        end = attempt(before, folder, resend=consent, within=within)
        consent = end == MAY_BE_PAID
        told["kills"] += end == KILLED
        told["consents"] += consent
        told["odd"] += end not in {THROUGH, MAY_BE_PAID, KILLED}
        # A kill may also come after all was done.
        told["sessions"] = sum(run.state == "done" for run in runs(Project(root=folder).runs_folder))
        told["attempts"] = 0 if told["sessions"] > before else told["attempts"] + 1
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
