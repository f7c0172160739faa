"""Reads revisions from git; the checkout is never changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final

from prompt_kit.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

# Git sets these for its hooks, relative to a folder that is not ours.
_OF_HOOKS: Final = frozenset({"GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE"})

_NO_REVISION: Final = 1
"""What ``git rev-parse --verify --quiet`` exits with when the repository is fine and the revision is not there."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder in a git repository."""

    folder: Path

    def commit(self, name: str) -> str | None:
        """Return the hash of a revision's commit; ``None`` when there is none of that name.

        Raises:
            InputError: When the folder is in no repository, or git is missing.
        """
        if name.startswith("-"):
            return None
        done = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if done.returncode == 0:
            return os.fsdecode(done.stdout).strip()
        if done.returncode != _NO_REVISION:
            raise InputError(self._complaint(done))
        return None

    def fork(self, first: str, second: str) -> str | None:
        """Return the hash of the common ancestor of two commits; ``None`` when they have none."""
        done = self._run("merge-base", first, second)
        return os.fsdecode(done.stdout).strip() if done.returncode == 0 else None

    def unknown(self, name: str) -> str:
        """Return what there is to say about a revision that is not there."""
        if name == "HEAD":
            return f"Nothing is committed in {self.folder} yet. Commit first, or name two folders to compare."
        fact = f"There is no revision or folder '{name}'."
        refs = os.fsdecode(self._run("for-each-ref", "--format=%(refname:short)").stdout).split()
        if hint := did_you_mean(name, refs):
            return f"{fact} {hint}"
        if self._run("rev-parse", "--is-shallow-repository").stdout.strip() == b"true":
            return f"{fact} This clone holds the newest revisions only; 'git fetch --unshallow' gets the others."
        return f"{fact} Name a branch, a tag, a commit or a folder."

    def names(self, commit: str) -> list[str]:
        """Return the names of all files below the folder, from it, as they were in a commit."""
        listed = self._checked("ls-tree", "-r", "-z", "--name-only", commit)
        return [name for name in os.fsdecode(listed.stdout).split("\0") if name]

    def extract(self, commit: str, names: Collection[str], into: Path) -> list[str]:
        """Write files and folders of a commit below ``into``, and return the links that led out and were left out.

        Raises:
            InputError: When git cannot read them.
        """
        if not names:
            return []
        with tempfile.TemporaryFile() as packed:
            paths = [f":(literal){name}" for name in names]
            self._checked("archive", "--format=tar", commit, "--", *paths, stdout=packed)
            packed.seek(0)
            with tarfile.open(fileobj=packed) as archive:
                return [member.name for member in archive if not _written(archive, member, into)]

    def _checked(self, *arguments: str, stdout: IO[bytes] | None = None) -> subprocess.CompletedProcess[bytes]:
        done = self._run(*arguments, stdout=stdout)
        if done.returncode:
            raise InputError(self._complaint(done))
        return done

    def _run(self, *arguments: str, stdout: IO[bytes] | None = None) -> subprocess.CompletedProcess[bytes]:
        program = shutil.which("git")
        if program is None:
            raise InputError("git is not installed here, so revisions cannot be read. Install it, or name two folders.")
        surroundings = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}
        output: Any = stdout or subprocess.PIPE
        return subprocess.run(  # noqa: S603 - no shell, and names of revisions cannot be taken for options
            [program, "-C", str(self.folder), *arguments],
            stdout=output,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            env=surroundings | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
            check=False,
        )

    def _complaint(self, done: subprocess.CompletedProcess[bytes]) -> str:
        stderr_lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        why = stderr_lines[0].removeprefix("fatal: ") if stderr_lines else f"it ended with {done.returncode}"
        if why.startswith("not a git repository"):
            return f"{self.folder} is in no git repository, so it has no revisions. Name two folders to compare."
        return f"git cannot read the repository of {self.folder}: {why.rstrip('.')}. Repair it first."


def _written(archive: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> bool:
    """Write one file, folder or link of an archive, unless it leads out of the folder; return whether it was written.

    The filters of `tarfile` do the same from Python 3.11.4 on; Debian 12 has 3.11.2.
    """
    root, path = into.resolve(), into / member.name
    leads_to = path.parent / member.linkname if member.issym() else path
    if not leads_to.resolve().is_relative_to(root) or not (member.isdir() or member.isreg() or member.issym()):
        return False
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
        return True
    path.parent.mkdir(parents=True, exist_ok=True)
    if member.issym():
        path.symlink_to(member.linkname)
    elif content := archive.extractfile(member):
        with content, path.open("wb") as file:
            shutil.copyfileobj(content, file)
    return True
