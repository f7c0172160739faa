"""What all work on a project shares while it goes on: one queue and one open ledger."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from prompt_kit.work.gate import Gate

if TYPE_CHECKING:
    from prompt_kit.project import Project
    from prompt_kit.work.booking import Booking


class Desk:
    """The queue of a project, and its ledger, which is open as long as somebody works."""

    def __init__(self, project: Project, limit: int) -> None:
        self.project, self.gate = project, Gate(limit)
        self.booking: Booking | None = None
        self._users = 0
        self._lock = Lock()

    def enter(self) -> None:
        """Open the ledger for the first who works here."""
        from prompt_kit.work.booking import Booking

        with self._lock:
            self._users += 1
            if self.booking is None:
                self.booking = Booking(self.project)

    def leave(self) -> Booking | None:
        """Return what is to be closed now, because nobody works here any more."""
        with self._lock:
            self._users -= 1
            if self._users:
                return None
            booking, self.booking = self.booking, None
            return booking
