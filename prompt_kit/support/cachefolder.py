"""Finds the folder for files that may be deleted at any time."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

FOLDER: Final = "PROMPT_KIT_CACHE"
"""The environment variable that names another folder than the user's cache."""


def cache_folder() -> Path:
    """Return the folder that the environment names, else the kit's own in the user's cache."""
    named = os.environ.get(FOLDER, "").strip()
    if named:
        return Path(named).expanduser()
    base = os.environ.get("XDG_CACHE_HOME", "").strip() or os.path.expanduser("~/.cache")  # noqa: PTH111 - every command asks
    if sys.platform == "linux" and base.startswith("/"):
        return Path(base, "prompt-kit")  # as platformdirs says, without the time to import it
    from platformdirs import user_cache_path

    return user_cache_path("prompt-kit", appauthor=False)
