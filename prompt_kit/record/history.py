"""Notices a ledger that is empty though runs are there, as after it was moved away."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError
from prompt_kit.record.runs.listing import folders
from prompt_kit.record.runs.reading import run_record
from prompt_kit.record.runs.schema import RECORD

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.record.ledger import Ledger

_LOOKED_AT: Final = 50
"""How many runs are looked at to learn whether an empty ledger lacks something."""


def missing_history(ledger: Ledger | None, root: Path) -> str:
    """Return a warning when nothing was ever booked though runs are there that asked for something, else nothing.

    Args:
        ledger: The ledger; ``None`` when there is none yet.
        root: The folder of all runs.

    Raises:
        WorkspaceError: When runs or ledger cannot be read.
    """
    if (ledger is None or ledger.is_empty()) and any(map(_asked, islice(folders(root), _LOOKED_AT))):
        return (
            "The ledger is empty, but there are runs: what they cost counts for no budget, and unfinished ones are not"
            " continued. Restore it from their records: prompt-kit runs rebuild-ledger"
        )
    return ""


def _asked(folder: Path) -> bool:
    try:
        return (folder / RECORD).is_file() and bool(run_record(folder).requests)
    except InputError:
        return False
