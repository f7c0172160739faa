"""Writes lengths of time as people say them."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """Return a time as people say it: "38 s", "5 min", "3 h"."""
    if seconds < 100:  # noqa: PLR2004 - "95 s" is still easier than "1.6 min"
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 2 * 3600 else f"{round(seconds / 3600)} h"
