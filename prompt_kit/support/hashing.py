"""Hashes files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from prompt_kit.support import files

if TYPE_CHECKING:
    from pathlib import Path


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as lower-case hex.

    Raises:
        WorkspaceError: When it cannot be read.
    """
    with files.os_errors_as_workspace_errors(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
