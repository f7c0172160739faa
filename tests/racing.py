"""Gives commands in processes of their own that begin at the same moment.

``python racing.py``, a process without threads, loads what the command line needs, and forks those that race: loading it
anew would take each of them far longer than the command. It reads a line of JSON for each race, and prints one for each
command that has ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import google.genai
import sqlalchemy.dialects.sqlite

import prompt_kit.kit
import prompt_kit.work.jobs
from prompt_kit.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

LOADED: Final = (google.genai, sqlalchemy.dialects.sqlite, prompt_kit.kit, prompt_kit.work.jobs)
"""What takes long to load, and not equally long in each process."""

LONGEST_S: Final = 180
"""After so many seconds a command is taken to hang, and ended by ``SIGALRM``; it takes one or two."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class Races:
    """A context manager that starts commands in the folder and the environment that there are at its beginning."""

    def __enter__(self) -> Self:
        command = [sys.executable, __file__]
        self._process = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()

    def at_once(
        self, command: Sequence[str], times: int = 2, *, first_end: Callable[[], None] = lambda: None
    ) -> tuple[Ended, ...]:
        """Give the same command in several processes at the same moment; return how each ended, the successful first.

        Args:
            command: The arguments of the command line.
            times: In how many processes.
            first_end: Called when one of them has ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([[*command], times]) + "\n")
        self._process.stdin.flush()
        ended: list[Ended] = []
        for _ in range(times):
            ended.append(Ended(**json.loads(self._process.stdout.readline())))
            first_end()
        return tuple(sorted(ended, key=lambda end: end.code))


def race(arguments: list[str], times: int, folder: Path) -> None:
    """Fork the processes of a race, let them go, and print how each ended."""
    start, go = os.pipe()
    running: dict[int, Path] = {}
    for number in range(times):
        place = folder / str(number)
        place.mkdir(exist_ok=True)
        child = os.fork()
        if child == 0:
            os.close(go)
            os._exit(_command(arguments, place, start))
        running[child] = place
    os.close(start)
    os.close(go)  # whoever waits to read reads the end now
    while running:
        child, status = os.wait()
        place = running.pop(child)
        said = ((place / name).read_text("utf-8") for name in ("out", "err"))
        sys.stdout.write(json.dumps(asdict(Ended(os.waitstatus_to_exitcode(status), *said))) + "\n")
        sys.stdout.flush()


def _command(arguments: list[str], place: Path, start: int) -> int:
    """Give a command, once the race begins, with what it prints in files."""
    with (place / "out").open("w", encoding="utf-8") as sys.stdout, (place / "err").open("w") as sys.stderr:
        os.read(start, 1)
        signal.alarm(LONGEST_S)
        code: Any
        try:
            code = run(arguments)
        except SystemExit as end:
            code = end.code
        return int(code or 0)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        for line in sys.stdin:
            given, how_often = json.loads(line)
            race(given, how_often, Path(temporary))
