"""The lock of a folder: one process works there at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from prompt_kit.errors import WorkspaceError
from prompt_kit.support import locks

if TYPE_CHECKING:
    from pathlib import Path


def test_a_lock_that_another_has_is_not_given_twice(tmp_path: Path) -> None:
    """Two who write one record would lose what the other has paid for."""
    with FileLock(tmp_path / ".lock"):
        assert locks.hold(tmp_path / ".lock") is None
    lock = locks.hold(tmp_path / ".lock")
    assert lock is not None
    locks.release(lock)


def test_a_released_lock_leaves_no_file_and_can_be_released_again(tmp_path: Path) -> None:
    """Folders of runs are looked at and copied by people."""
    lock = locks.hold(tmp_path / ".lock")
    assert lock is not None
    locks.release(lock)
    locks.release(lock)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_locked_is_named(tmp_path: Path) -> None:
    """Without a lock nothing is sent, so the message must say where to look."""
    (tmp_path / ".lock").mkdir()
    with pytest.raises(WorkspaceError, match="this folder cannot be locked") as caught:
        locks.hold(tmp_path / ".lock")
    assert str(tmp_path) in str(caught.value)
