"""Mends what can be mended without understanding: spaces, line ends, quotes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from prompt_kit.support.files import replace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prompt_kit.review.lint.targets import Target

# A value or an entry, in a block or between brackets, that YAML takes for a comment.
_HEX: Final = re.compile(
    r"((?:: |^\s*- |\[|, )\s*)(#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3}))(?=\s*(?:[,}\]]|$))", re.MULTILINE
)
_SIZE: Final = re.compile(r"(?<=\bsize: )([124])k\b")
_TRAILING: Final = re.compile(r"[ \t]+$", re.MULTILINE)
_SPACES: Final = re.compile(r"(?<=\S) {2,}(?=\S|\Z)|\A {2,}(?=\S)")
_BEFORE_STOP: Final = re.compile(r"(?<=[\w}]) +(?=[,.;:!?](?:\s|$))", re.MULTILINE)
_WEIGHT: Final = re.compile(r"\(+([^(){}:]+):\s?\d\.\d+\s?\)+")
_BLANK: Final = re.compile(r"\n{3,}")
_TAGS: Final = re.compile(r"(\{[{%#].*?[}%#]\})", re.DOTALL)


def repair(target: Target) -> list[Path]:
    """Mend the files of a target and their templates, and return those that were changed.

    Raises:
        WorkspaceError: When a file cannot be written.
    """
    return [path for path in _files(target) if _mended(path)]


def mended_yaml(text: str) -> str:
    """Return a recipe file with plain line ends, colours in quotes (they would be comments) and sizes as 2K."""
    text = _ended(text)
    return _SIZE.sub(lambda match: f"{match[1]}K", _HEX.sub(r'\1"\2"', text))


def mended_template(text: str) -> str:
    """Return a template with plain line ends, single spaces, no space before a stop and no weights."""
    pieces = _TAGS.split(_ended(text))
    # Every second piece is a tag. Whether a space before a stop may go depends on what stands before it, so the whole
    # text is mended last.
    words = [piece if at % 2 else _SPACES.sub(" ", _WEIGHT.sub(r"\1", piece)) for at, piece in enumerate(pieces)]
    return _BLANK.sub("\n\n", _BEFORE_STOP.sub("", "".join(words)))


def _files(target: Target) -> Iterator[Path]:
    yield from target.files
    if target.folder is not None:
        yield from sorted((target.folder.parent / "templates").rglob("*.j2"))


def _mended(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            before = file.read()
    except (OSError, UnicodeDecodeError):
        return False  # what cannot be read is told of by the check
    after = mended_yaml(before) if path.suffix == ".yaml" else mended_template(before)
    if after == before:
        return False
    replace(path, after.encode())
    return True


def _ended(text: str) -> str:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _TRAILING.sub("", text).rstrip("\n") + "\n"
