"""The threads that write pictures, kept for all runs of a process."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final

_AT_ONCE: Final = 8
"""How many pictures are written at the same time; one after the other waits four times as long for the disk."""


def writers() -> ThreadPoolExecutor:
    """Return the threads; beginning some for each few pictures would take longer than to write them."""
    return _of_process(os.getpid())


@cache
def _of_process(_pid: int) -> ThreadPoolExecutor:
    # A forked process has none of the threads of its parent, and would wait for them for ever.
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="prompt-kit-picture")
