"""Gives commands in processes of their own, which begin at the same moment: ``python racing.py ARGUMENT…``.

A process says that it is ready once it has loaded what the command needs, and begins with a line of its standard input.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Final

import google.genai
import sqlalchemy.dialects.sqlite

import prompt_kit.kit
import prompt_kit.work.jobs
from prompt_kit.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LOADED: Final = (google.genai, sqlalchemy.dialects.sqlite, prompt_kit.kit, prompt_kit.work.jobs)
"""What takes long to load, and not equally long in each process."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def at_once(
    command: Sequence[str], times: int = 2, *, first_end: Callable[[], None] | None = None
) -> tuple[Ended, ...]:
    """Give the same command in several processes at the same moment; return how each ended, the successful first.

    Args:
        command: The arguments of the command line.
        times: In how many processes.
        first_end: Called when one of them has ended.
    """
    arguments = [sys.executable, __file__, *command]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    started = [subprocess.Popen(arguments, text=True, **pipes) for _ in range(times)]  # type: ignore[call-overload]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()
    ended: list[Ended] = []

    def wait_for(process: subprocess.Popen[str]) -> None:
        out, err = process.communicate()
        ended.append(Ended(process.returncode, out, err))
        if first_end is not None:
            first_end()

    waiting = [Thread(target=wait_for, args=(process,)) for process in started]
    for thread in waiting:
        thread.start()
    for thread in waiting:
        thread.join()
    return tuple(sorted(ended, key=lambda end: end.code))


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.exit(run(sys.argv[1:]))
