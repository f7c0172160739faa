"""Checks names of files, and reads and writes files safely."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import unicodedata
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import unquote

from prompt_kit.errors import InputError, Place, Problem, WorkspaceError
from prompt_kit.support.patterns import pattern
from prompt_kit.support.text import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Durable: TypeAlias = Literal["all", "content", "nothing"]

PART: Final = ".part"
"""The ending of a file that is being written; its name begins with a dot and the number of the process."""

MAX_TOKEN: Final = 40
"""Longest token, in characters."""

_MINE: Final = secrets.token_hex(8)
_NUMBERS: Final = count()
_MAX_SEGMENT: Final = 255
"""Longest name of one file or folder on common file systems, in bytes."""

_MAX_NAME: Final = 1_000
"""Longest path below a root, in characters; nobody chooses a longer one."""

_CONTROL: Final = pattern(r"[\x00-\x1f\x7f]")

_PORTS: Final = (f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³")
# Windows opens devices under these names, with any extension (learn.microsoft.com, naming files, 2026-10).
_RESERVED: Final = frozenset(["con", "prn", "aux", "nul", "conin$", "conout$", *_PORTS])

TROUBLE: Final = {
    errno.ENOSPC: ("the disk is full", "Free some space and try again"),
    errno.EDQUOT: ("your share of the disk is used up", "Free some space and try again"),
    errno.EFBIG: ("the file is larger than may be written here", "Raise the limit or use another folder"),
    errno.EACCES: ("writing or reading is not allowed here", "Change the rights or use another folder"),
    errno.EPERM: ("writing or reading is not allowed here", "Change the rights or use another folder"),
    errno.EROFS: ("the disk can only be read", "Use another folder"),
    errno.EEXIST: ("there is a file of that name already, and it is kept", "Use another name"),
    errno.ENOENT: ("the folder is gone", "Make it again or use another folder"),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "Use another folder"),
    errno.EISDIR: ("this is a folder, not a file", "Use another name"),
    errno.ENAMETOOLONG: ("the name is too long", "Use a shorter one"),
    errno.EIO: ("the disk reports an error", "Check the disk before you try again"),
}
"""What the system reports, in plain words, and what to do now."""

_LEADS_NOWHERE: Final = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
"""What the system reports when a link is followed that leads to nothing or back to itself."""

# What file systems without hard links answer: FAT on Linux, exFAT on Windows, some network folders.
_NO_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EMLINK}


def inside(root: Path, name: str) -> Path:
    """Return the resolved path of ``name``, which must lead to something below ``root``.

    Every spelling that leaves the root on any system is refused on all of them, so that a pack that is
    harmless here cannot do harm on the next computer: ``..``, absolute and encoded names, backslashes,
    drive letters, device names and symbolic links that point out. Nothing needs to exist yet.

    Raises:
        InputError: When the name leads out of the root or is no name for a file.
    """
    problem = _problem(name) or _problem(_decoded(name))
    if problem:
        raise InputError(f"{_shown(name)}: {problem}. Use a plain name inside {root}.")
    try:
        base = root.resolve()
        path = (base / name).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # endless links; characters that are no text
        raise InputError(f"{_shown(name)}: this name cannot be followed. Use a plain name inside {root}.") from error
    if base not in path.parents:
        raise InputError(f"{_shown(name)}: this leads out of {root}. Use a plain name inside it.")
    return path


def read_file(path: Path, most: int, label: str = "") -> bytes:
    """Return the bytes of a plain file; devices, pipes and what is too large are refused unread.

    Args:
        path: The file.
        most: Largest size, in bytes.
        label: How messages call it; the path when left out.

    Raises:
        InputError: When it is no plain file, is too large, or cannot be read.
    """
    label = label or str(path)
    try:
        # A pipe would wait for a writer, and a device may do something by being opened.
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(Problem("this is not a plain file.", Place(label)))
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            data = file.read(min(size, most) + 1)  # room is made for as much as is asked for
            data += file.read(max(most + 1 - len(data), 0)) if len(data) > size else b""  # it has grown just now
    except OSError as error:
        if error.errno in _LEADS_NOWHERE and path.is_symlink():
            problem = Problem("this is not a plain file, but a link that leads nowhere.", Place(label))
            raise InputError(problem) from error
        raise InputError(Problem(f"the file cannot be read ({error.strerror}).", Place(label))) from error
    except ValueError as error:  # characters that no file name has
        raise InputError(f"{_shown(label)}: this is no file name.") from error
    if len(data) > most:
        limit = f"{most // 1000:,} kB" if most < 10_000_000 else f"{most // 1_000_000} MB"  # noqa: PLR2004 - reads better
        raise InputError(Problem(f"the file is larger than {limit}.", Place(label)))
    return data


def read_text(path: Path, most: int, label: str = "") -> str:
    """Return the text of a plain file, without a byte-order mark; raises as `read_file` does.

    Raises:
        InputError: When it is not UTF-8.
    """
    data = read_file(path, most, label)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Place(label or str(path), data.count(b"\n", 0, error.start) + 1)
        raise InputError(Problem("the file is not UTF-8 text. Save it as UTF-8.", place)) from error


def is_there(path: Path) -> bool:
    """Return whether something has this name, even if it is a link that leads nowhere.

    Raises:
        WorkspaceError: When a folder above cannot be read.
    """
    with os_errors_as_workspace_errors(path):
        try:
            path.lstat()
        except PermissionError:
            raise
        except (OSError, ValueError):  # there is none, or no file can have such a name
            return False
    return True


def listed(folder: Path) -> list[Path]:
    """Return the entries of a folder by name; none when there is no such folder.

    Raises:
        WorkspaceError: When it cannot be read.
    """
    with os_errors_as_workspace_errors(folder):
        try:
            return sorted(folder.iterdir(), key=lambda path: path.name)  # paths compare part by part
        except (FileNotFoundError, NotADirectoryError):
            return []


def token(text: str) -> str:
    """Return a name for a folder that reads like ``text`` and is safe everywhere.

    It has 1 to `MAX_TOKEN` characters out of ``a-z``, ``0-9`` and ``-``, and is no device name of Windows.
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode("ascii")
    word = re.sub(r"[^a-z0-9]+", "-", plain.lower())[: 2 * MAX_TOKEN].strip("-")[:MAX_TOKEN].strip("-")
    if not word:
        return "unnamed"
    return f"x-{word}" if word in _RESERVED else word


def write_new(path: Path, data: bytes, *, durable: Durable = "all") -> None:
    """Write a file that is not there yet: afterwards it is there whole, or not at all.

    Args:
        path: Its name.
        data: Its content.
        durable: What is on the disk on return, and so survives a power cut: ``all``, or the ``content``, but the name
            only after `sync_folder`; ``nothing`` for certain, for files that can be made again.

    Raises:
        WorkspaceError: When there is such a file already (which is kept), or it cannot be written.
    """
    _write(path, data, _put_new, durable)


def replace(path: Path, data: bytes, *, durable: Durable = "all") -> None:
    """Write a file, in place of the one that may be there: readers see the old one or the new one, whole.

    Args:
        path: Its name.
        data: Its content.
        durable: What survives a power cut: ``all``, or ``nothing`` for certain, for files that can be made again.

    Raises:
        WorkspaceError: When it cannot be written; the old file is kept.
    """
    _write(path, data, os.replace, durable)


def sync_folder(folder: Path) -> None:
    """Put the names of a folder's files on the disk.

    Raises:
        WorkspaceError: When the disk reports an error.
    """
    with os_errors_as_workspace_errors(folder):
        _sync_folder(folder)


def make_folder(path: Path) -> bool:
    """Make a folder, its parents too, on the disk; return ``False`` when it is there already.

    Raises:
        WorkspaceError: When it cannot be made.
    """
    with os_errors_as_workspace_errors(path):
        missing = [parent for parent in path.parents if not parent.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.mkdir()
        except FileExistsError:
            return False
        for parent in [path.parent, *(made.parent for made in missing)]:
            _sync_folder(parent)
    return True


def unwritable(folder: Path) -> str:
    """Return why a folder cannot be written to or made; an empty string when it can.

    A temporary file is written to find out, because rights and full disks show in no other way.
    """
    import tempfile  # only before something is written

    try:
        places = (folder, *folder.absolute().parents)
        nearest = next((place for place in places if place.exists() or place.is_symlink()), folder)
        with tempfile.TemporaryFile(dir=nearest):
            return ""
    except OSError as error:
        return (error.strerror or "the system gives no reason").lower()


def put_copy(folder: Path, name: str, data: bytes) -> Path:
    """Put a copy into a folder under a name of its own, and return where it is.

    A file of that name with the same bytes is the copy; one with others is kept, and the copy gets a number.

    Raises:
        WorkspaceError: When it cannot be written.
    """
    stem, dot, extension = name.rpartition(".")
    for number in count(1):
        path = folder / (name if number == 1 else f"{stem} ({number}){dot}{extension}")
        with os_errors_as_workspace_errors(path):
            if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
                return path
        try:
            write_new(path, data)
        except WorkspaceError as error:
            if not isinstance(error.__cause__, FileExistsError):
                raise
        else:
            return path
    raise AssertionError  # there is always another number


@contextmanager
def os_errors_as_workspace_errors(path: Path) -> Iterator[None]:
    """Turn what the operating system reports about ``path`` into one sentence.

    Raises:
        WorkspaceError: In place of any `OSError`.
    """
    try:
        yield
    except OSError as error:
        path = _closed(path) if error.errno == errno.EACCES else path
        system = (error.strerror or "the system gives no reason").lower()
        cause, now_what = TROUBLE.get(error.errno or 0, (system, "Use another folder"))
        raise WorkspaceError(f"{path}: {cause}. {now_what}.") from error


def _closed(path: Path) -> Path:
    """Return the first folder above ``path`` that cannot be entered, so that nothing below it is seen; else itself."""
    return next((folder for folder in reversed(path.parents) if not os.access(folder, os.X_OK)), path)


def _write(path: Path, data: bytes, put: Callable[[Path, Path], None], durable: Durable = "all") -> None:
    # Readers pass over names with a leading dot: what a killed process leaves is never taken for a picture or a record.
    part = path.parent / f".{os.getpid()}-{_MINE}-{next(_NUMBERS)}{PART}"
    with os_errors_as_workspace_errors(path):
        _make(part, data, sync=durable != "nothing")
        try:
            put(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        if durable == "all":
            _sync_folder(path.parent)


def _make(path: Path, data: bytes, *, sync: bool) -> None:
    """Write a file that is not there yet; when that is broken off by an error, nothing is left of it."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        write_all(handle, data)
        if sync:
            os.fsync(handle)
    except BaseException:
        os.close(handle)
        path.unlink(missing_ok=True)
        raise
    os.close(handle)


def write_all(handle: int, data: bytes) -> None:
    """Write all bytes to an open file, for which the system may need several calls."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _put_new(part: Path, path: Path) -> None:
    try:
        os.link(part, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # Without links, checking and moving are two steps; a run's folder has one writer, so none comes between.
        if path.exists() or path.is_symlink():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        part.rename(path)
    else:
        part.unlink()


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there, and NTFS keeps a journal of names
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:  # some network folders cannot do it
            raise
    finally:
        os.close(handle)


def _problem(name: str) -> str:
    """Return what is wrong with a name, or an empty string."""
    wrong = (
        (not name.strip(), "this is no name"),
        (len(name) > _MAX_NAME, "the name is too long"),
        (_CONTROL.search(name), "the name holds a control character"),
        ("\\" in name, "the name holds a backslash"),
        (name.startswith("/"), "the name starts at the top of the disk"),
        (":" in name, "the name holds a colon, as drive letters and web addresses do"),
    )
    segments = (_segment_problem(segment) for segment in name.split("/"))
    return next((sentence for is_wrong, sentence in wrong if is_wrong), "") or next(filter(None, segments), "")


def _segment_problem(segment: str) -> str:
    # Windows drops dots and spaces at the end, so that ".. " is ".." there.
    if segment not in {"", "."} and not segment.rstrip(". "):
        return "the name goes up to another folder"
    if segment.partition(".")[0].strip().lower() in _RESERVED:
        return f"'{segment}' is a device on Windows"
    if len(segment.encode("utf-8", "surrogatepass")) > _MAX_SEGMENT:
        return f"the name is longer than {_MAX_SEGMENT} bytes"
    return ""


def _decoded(name: str) -> str:
    """Return the name without percent signs that hide something, however often they were encoded."""
    before = None
    while name != before:
        before, name = name, unquote(name)
    return name


def _shown(name: str) -> str:
    """Return the name as a message may show it: short, and with nothing that moves a terminal's cursor."""
    short = shortened(name, 2 * MAX_TOKEN)
    return f"'{short}'" if short.isprintable() else ascii(short)
