"""Makes folders of the record appear whole and disappear whole: they are filled and emptied out of sight.

A process that is killed meanwhile leaves nothing among the runs, and what it leaves out of sight is removed an hour
later by whoever makes a folder next.
"""

from __future__ import annotations

import os
import secrets
import shutil
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import WorkspaceError
from prompt_kit.support import files
from prompt_kit.support.leftovers import remove_folders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PREPARED: Final = ".prepared"
"""Where folders are while they are filled or emptied, below the folder of all runs."""


def new_folder(root: Path, name: str, file: str, content: Callable[[str], bytes]) -> Path:
    """Make a folder with a file in it, both at the same moment, and return the folder.

    Args:
        root: The folder of all runs.
        name: What its path below ``root`` begins with; some characters that nobody else has are added.
        file: The name of the file.
        content: Returns the content of the file, given the whole path below ``root``.

    Raises:
        InputError: When the name leads out of ``root``.
        WorkspaceError: When something cannot be written; nothing is left of it.
    """
    hidden = _hidden(root)
    try:
        for length in (2, 2, 2, 4, 8):  # in bytes; the longest cannot be taken already
            whole = f"{name}-{secrets.token_hex(length)}"
            path = files.inside(root, whole)
            if files.is_there(path):
                continue
            files.replace(hidden / file, content(whole))
            files.make_folder(path.parent)
            if _renamed(hidden, path):
                files.sync_folder(path.parent)
                return path
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        raise
    raise WorkspaceError(f"{root / name}: no new folder can be made. Use another folder for the runs.")


def remove_folder(root: Path, path: Path) -> None:
    """Remove a folder with all that is in it, at one moment.

    Raises:
        WorkspaceError: When it cannot be removed.
    """
    hidden = _hidden(root)
    with files.os_errors_as_workspace_errors(path):
        path.rename(hidden / path.name)
    shutil.rmtree(hidden, ignore_errors=True)


def _hidden(root: Path) -> Path:
    """Return a new folder that nobody looks into."""
    prepared = files.inside(root, PREPARED)
    remove_folders(prepared)
    hidden = prepared / f"{os.getpid()}-{secrets.token_hex(8)}"
    with files.os_errors_as_workspace_errors(prepared):
        hidden.mkdir(parents=True)  # nobody needs it after a power cut
    return hidden


def _renamed(hidden: Path, path: Path) -> bool:
    """Move a folder to its place; return ``False`` when somebody else has taken it just now."""
    with files.os_errors_as_workspace_errors(path):
        try:
            hidden.rename(path)
        except OSError:
            if path.exists():
                return False
            raise
    return True
