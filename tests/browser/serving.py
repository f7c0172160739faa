"""Programs that serve pages, each started for a test in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

ADDRESS: Final = re.compile(r"http://127\.0\.0\.1:(\d+)\S*")
READY_S: Final = 120
"""Seconds after which a program that has named no address is given up; a busy machine needs a few."""
STOPPED_S: Final = 20
"""Seconds after which a program that was asked to stop is killed."""

Command = list[str]


class Server:
    """A program that serves pages and prints its address; it can be stopped, killed and started again at its port."""

    def __init__(self, command: Callable[[int], Command], folder: Path) -> None:
        self.address = ""
        """The address that the program printed, with the token if it has one."""
        self.lines: list[str] = []
        """What the program has printed since it was started last."""
        self._command, self._folder, self._port = command, folder, 0
        self.start()

    @property
    def origin(self) -> str:
        """The address up to the port."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start the program, at its former port if it had one, and wait until it names its address."""
        self.lines, ready = [], Event()
        command = self._command(self._port)
        self._process = subprocess.Popen(
            command, cwd=self._folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
        )
        self._reader = Thread(target=self._read, args=(ready,), daemon=True)
        self._reader.start()
        ready.wait(READY_S)
        found = [match for match in map(ADDRESS.search, self.lines) if match]
        if not found:
            self.kill()
            raise AssertionError(f"{' '.join(command)} names no address. It says:\n{''.join(self.lines)}")
        self.address, self._port = found[-1][0], int(found[-1][1])

    def stop(self) -> int:
        """Ask the program to stop, and return its exit code."""
        self._process.terminate()
        try:
            self._process.wait(STOPPED_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        return self._end()

    def kill(self) -> int:
        """End the program in the middle of what it does, and return its exit code."""
        self._process.kill()
        return self._end()

    def _end(self) -> int:
        code = self._process.wait()
        self._reader.join()
        return code

    def _read(self, ready: Event) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as printed:
            for line in printed:
                self.lines.append(line)
                if ADDRESS.search(line):
                    ready.set()
        ready.set()  # it ended: nothing more to wait for


def studio(port: int) -> Command:
    """Return the command that opens the studio at a port; 0 is any port that is free."""
    return [sys.executable, "-m", "prompt_kit", "studio", "--no-open", "--port", str(port)]


def sample(port: int) -> Command:
    """Return the command that serves the small page which the fixtures and htmx are tried with."""
    return [sys.executable, str(Path(__file__).with_name("sample_page.py")), str(port)]
