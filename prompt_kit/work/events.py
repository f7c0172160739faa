"""The steps of work, in one vocabulary for the command line, pages, notebooks and agents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.outcome import Outcome
    from prompt_kit.work.orders import Item, Result

Step: TypeAlias = Literal["started", "kept", "sent", "waiting", "saved", "ended"]
"""``kept`` is what an unfinished run had already; while ``waiting`` a generator asks again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step of the work on an item."""

    step: Step
    item: Item = field(repr=False)
    turn: int = 0
    """From 1; 0 for the item as a whole."""
    take: int = 0
    """Which repetition, from 0."""
    outcome: Outcome | None = None
    """What came back for the turn; once the item has ended, all of it together."""
    result: Result | None = None
    """What came of the item, once it has ended."""
    folder: Path | None = None
    """The folder of its run."""
    seconds: float = 0.0
    """While waiting: about how long."""
    text: str = ""
    """While waiting: why, in whole sentences."""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def turns(self) -> int:
        """How many turns the prompt has; 0 for the item as a whole."""
        return len(self.item.prompt.turns) if self.turn else 0

    @property
    def name(self) -> str:
        """The name of what the turn makes, such as ``front``."""
        return self.item.prompt.turns[self.turn - 1].name if self.turn else ""
