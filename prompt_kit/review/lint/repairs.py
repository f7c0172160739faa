"""Repairs what needs no understanding of the text: spaces, line ends and quotes outside values."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import yaml

from prompt_kit.support.files import replace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prompt_kit.review.lint.targets import Target

_COLOR: Final = re.compile(r"[ \n]*(#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3}))(?=[ \t]*([,}\]]|$))", re.MULTILINE)
_BEFORE_VALUE: Final = (yaml.ValueToken, yaml.BlockEntryToken, yaml.FlowEntryToken, yaml.FlowSequenceStartToken)
_AFTER_VALUE: Final = (
    yaml.KeyToken,
    yaml.BlockEndToken,
    yaml.BlockEntryToken,
    yaml.FlowEntryToken,
    yaml.FlowSequenceEndToken,
    yaml.FlowMappingEndToken,
    yaml.StreamEndToken,
)
_Scanner: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TAG: Final = r"\{#.*?#\}|\{\{(?:'[^']*'|\"[^\"]*\"|[^'\"])*?\}\}|\{%(?:'[^']*'|\"[^\"]*\"|[^'\"])*?%\}"
_QUOTED: Final = "|".join(rf"{a}(?>(?:{_TAG}|[^{a}{b}\n])*){b}" for a, b in ('""', "“”", "«»", "「」", "‹›", "『』"))
_TEMPLATE: Final = re.compile(
    rf"(?P<kept>{_TAG}|{_QUOTED})"
    r"|(?P<blank>\n(?:[ \t]*\n){2,})"
    r"|(?P<needless>[ \t]+(?=\n|\Z)|(?<=[\w}]) +(?=[,.;:!?](?:\s|\Z)))"
    r"|(?P<spaces>(?<=\S) {2,}(?=\S))",
    re.DOTALL,
)
_IN_PLACE_OF: Final = {"blank": "\n\n", "needless": "", "spaces": " "}
"""What takes the place of what a group of `_TEMPLATE` matches; the rest stays as it is."""


def repair(target: Target) -> list[Path]:
    """Repair the files of a target and their templates, and return those that were changed.

    Raises:
        WorkspaceError: When a file cannot be written.
    """
    return [path for path in _files(target) if _mend(path)]


def mended_yaml(text: str) -> str:
    """Return a recipe file with plain line ends, no spaces at them, and colours in quotes (they would be comments).

    But for these colours, the file says what it said before; a file that is not YAML gets plain line ends only.
    """
    text = _with_plain_line_ends(text)
    try:
        while (quoted := _with_next_color_quoted(text)) != text:
            text = quoted
        values = [token for token in _tokens(text) if isinstance(token, yaml.ScalarToken)]
    except yaml.YAMLError:
        return text
    pieces, at = [], 0
    for value in values:
        start, end = value.start_mark.index, value.end_mark.index
        pieces += [re.sub(r"[ \t]+\n", "\n", text[at:start]), text[start:end]]
        at = end
    rest = re.sub(r"[ \t]+(?=\n|\Z)", "", text[at:])
    # The line breaks at the end of a block belong to its value.
    return "".join(pieces) + (rest.rstrip("\n") + "\n" if rest else "")


def mended_template(text: str) -> str:
    """Return a template with plain line ends, single spaces and no space before a stop.

    Tags and words in quotes stay as they are.
    """
    text = _with_plain_line_ends(text)
    text = _TEMPLATE.sub(lambda match: _IN_PLACE_OF.get(match.lastgroup or "", match[0]), text)
    return text.rstrip("\n") + "\n"


def _files(target: Target) -> Iterator[Path]:
    yield from target.files
    if target.templates is not None:
        yield from sorted(target.templates.rglob("*.j2"))


def _mend(path: Path) -> bool:
    """Mend one file; return whether that changed it."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            before = file.read()
    except (OSError, UnicodeDecodeError):
        return False  # the check reports files that cannot be read
    after = mended_yaml(before) if path.suffix == ".yaml" else mended_template(before)
    if after == before:
        return False
    replace(path, after.encode())
    return True


def _with_plain_line_ends(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _tokens(text: str) -> list[Any]:
    return list(yaml.scan(text, Loader=_Scanner))


def _with_next_color_quoted(text: str) -> str:
    """Return the text in which the first colour that stands for a value, but begins a comment, has quotes."""
    tokens = _tokens(text)
    for token, following in pairwise(tokens):
        color = _COLOR.match(text, token.end_mark.index) if isinstance(token, _BEFORE_VALUE) else None
        # In brackets, the rest of the line is swallowed; else the value must be missing.
        if color and (color[2] or isinstance(following, _AFTER_VALUE)):
            return f'{text[: color.start(1)]}"{color[1]}"{text[color.end(1) :]}'
    return text
