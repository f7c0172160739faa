"""Whether a process of this computer is still there."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path


def alive(pid: int, since: datetime) -> bool:
    """Return whether the process that had this number at some moment may still be there."""
    if os.name == "nt":  # asking with signal 0 would end it there; its requests stay open, and count
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    # After a restart of the computer the number may belong to another program.
    started = _started(pid)
    return started is None or started - timedelta(minutes=1) <= since


def _started(pid: int) -> datetime | None:
    """Return when a process began, where the system has that information (Linux, proc(5))."""
    try:
        ticks = int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
        lines = Path("/proc/stat").read_text(encoding="utf-8").splitlines()
        boot = next(int(line.split()[1]) for line in lines if line.startswith("btime"))
    except (OSError, ValueError, IndexError, StopIteration):
        return None
    return datetime.fromtimestamp(boot + ticks / os.sysconf("SC_CLK_TCK"), UTC)
