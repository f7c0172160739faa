"""The record of a job, and the file that holds it."""

from __future__ import annotations

import re
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from prompt_kit.errors import InputError, NotFoundError, Problem
from prompt_kit.prompt import Answer
from prompt_kit.support import files, locks
from prompt_kit.support.leftovers import remove_parts
from prompt_kit.support.messages import located
from prompt_kit.support.money import total

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER: Final = "jobs"
"""Where the jobs are, among the runs."""

VERSION: Final = 1
"""The version of what a job's file says; a higher one was written by a newer prompt-kit."""

JobState: TypeAlias = Literal["submitting", "lost", "waiting", "done", "failed", "cancelled", "expired", "dropped"]
"""``submitting`` may have reached the provider or not; ``lost`` was looked for there and not found; ``dropped`` was
never submitted; ``done`` is also what was done in part."""

OVER: Final = frozenset({"done", "failed", "cancelled", "expired", "dropped"})
"""The states in which nothing more will come."""

MOST_TOLD: Final = 3
"""How many problems of a damaged file an error names."""

_ID: Final = re.compile(r"job-[0-9a-f]{4,32}")


class Row(BaseModel):
    """One request of a job."""

    model_config = ConfigDict(frozen=True)

    key: str
    """The key under which its answer comes."""
    run: str
    """The id of the run it belongs to."""
    turn: int
    """Which turn of the prompt, from 0."""
    take: int
    """Which repetition of the prompt, from 0."""
    entry: int
    """Its number in the ledger."""
    fingerprint: str
    """Of the request."""
    output: Answer = "picture"
    """Whether pictures or words are asked for."""
    estimate: Decimal | None
    """In US dollars; ``None`` is unknown."""
    status: str = ""
    """How it ended, as `outcome.Status` says it; empty while it has not."""
    cost: Decimal | None = None
    """In US dollars, as booked; ``None`` is unknown."""
    message: str = ""
    """What happened, where it did not go well."""
    pictures: tuple[str, ...] = ()
    """The names of its pictures in the run's folder."""


class Job(BaseModel):
    """Many requests that are done later, for less."""

    model_config = ConfigDict(frozen=True)

    version: int = VERSION
    id: str
    """Ours, such as ``job-7f3a``."""
    state: JobState
    generator: str
    """The name of the generator it is submitted to."""
    model: str
    label: str
    """The name under which it is submitted to the provider, so that it can be found again."""
    name: str = ""
    """The provider's own name for it."""
    said: str = ""
    """The provider's own word for its state."""
    message: str = ""
    """Notes and problems of the job as a whole, in plain sentences."""
    submitted: AwareDatetime
    """When it was submitted."""
    ended: AwareDatetime | None = None
    """When its answers were saved."""
    rows: tuple[Row, ...]

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in OVER

    @property
    def ok(self) -> bool:
        """Whether every request was answered well."""
        return self.state == "done" and all(row.status == "ok" for row in self.rows)

    @property
    def runs(self) -> tuple[str, ...]:
        """The ids of its runs, in order."""
        return tuple(dict.fromkeys(row.run for row in self.rows))

    @property
    def estimate(self) -> Decimal | None:
        """What it should cost, in US dollars; ``None`` is unknown."""
        return total(row.estimate for row in self.rows)

    @property
    def cost(self) -> Decimal | None:
        """What it has cost, in US dollars; ``None`` is unknown."""
        return total(row.cost for row in self.rows) if self.over else None


def jobs(root: Path) -> tuple[tuple[Job, ...], tuple[Problem, ...]]:
    """Return every job among the runs, the newest first, and what is wrong with files that cannot be read.

    Raises:
        WorkspaceError: When the folder cannot be read.
    """
    folder = root / FOLDER
    with files.os_errors_as_workspace_errors(folder):
        paths = [path for path in folder.iterdir() if _is_job(path)] if folder.is_dir() else []
    listed: list[Job] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            listed.append(_read(path))
        except InputError as error:
            problems += error.problems
    return tuple(sorted(listed, key=lambda job: (job.submitted, job.id), reverse=True)), tuple(problems)


def job_of(wanted: str, root: Path) -> Job:
    """Return a job by its id.

    Raises:
        NotFoundError: When there is none.
        InputError: When its file is damaged.
    """
    path = root / FOLDER / f"{wanted}.json"
    if not _ID.fullmatch(wanted) or not path.is_file():
        raise NotFoundError("job", wanted, [job.id for job in jobs(root)[0]])
    return _read(path)


def write(job: Job, root: Path, *, new: bool = False) -> Job:
    """Write a job's file, on the disk when this returns.

    Raises:
        WorkspaceError: When it cannot be written, or a new one is there already.
    """
    path = root / FOLDER / f"{job.id}.json"
    files.make_folder(path.parent)
    (files.write_new if new else files.replace)(path, job.model_dump_json(indent=2).encode() + b"\n")
    return job


@contextmanager
def held(job: str, root: Path) -> Iterator[bool]:
    """Keep other processes away from a job; ``False`` when one of them works on it."""
    files.make_folder(root / FOLDER)
    remove_parts(root / FOLDER, shared=True)
    lock = locks.hold(root / FOLDER / f".{job}.lock")
    try:
        yield lock is not None
    finally:
        if lock is not None:
            locks.release(lock)


def _is_job(path: Path) -> bool:
    return path.suffix == ".json" and bool(_ID.fullmatch(path.stem))


def _read(path: Path) -> Job:
    with files.os_errors_as_workspace_errors(path):
        content = path.read_bytes()
    try:
        job = Job.model_validate_json(content)
    except ValidationError as error:
        raise _damaged(path, "; ".join(map(located, error.errors(include_url=False)[:MOST_TOLD]))) from error
    if job.version > VERSION:
        raise InputError(f"{path}: a newer prompt-kit wrote this. Update prompt-kit to use it.")
    if job.id != path.stem:
        raise _damaged(path, f"id: it is the record of {job.id[:80]!a}")
    return job


def _damaged(path: Path, problem: str) -> InputError:
    return InputError(f"{path}: the record of this job is damaged: {problem}. Nothing was changed in it.")
