"""Writes an answer of words and pictures in turn as one Markdown page."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prompt_kit.outcome import Piece, WebPage

_LONGEST_ALT: Final = 120
"""Longest description of a picture, in characters."""
_HARMLESS: Final = frozenset({"http", "https", "mailto"})

_MOST_READ: Final = 1000
"""How much of an address is read to find its scheme, in characters."""

_FENCE: Final = re.compile(r"^(?:(`{3,})[^`]*|(~{3,}).*)$")
_LINK: Final = re.compile(rf"\](\s*\(|:)(?=\s*([\s\S]{{0,{_MOST_READ}}}))")
_ESCAPE: Final = re.compile(r"\\(?=[!-/:-@\[-`{-~])")
_MARKS: Final = re.compile(r"^\s*(?:#{1,6}\s+|[-*+]\s+|\d{1,9}[.)]\s+|>\s?)+|[*_`~#\\<>\[\]{}|]")
_INLINE_LINK: Final = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_BRACES: Final = re.compile(r"\{(?=[{%]|[^\n]*=)")
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_IN_ADDRESS: Final = "%/:?#@!$&'*+,;=~-._"


def page(title: str, pieces: Iterable[Piece], files: Sequence[str], sources: Iterable[WebPage] = ()) -> str:
    """Return an answer as a Markdown page: words and pictures in their order, and the sources at the end.

    The words keep their own Markdown. They come from a model that may have read anything, so nothing in them runs or
    is fetched when the page is opened: HTML is shown as it is written, a link leads to the web or to nowhere, and
    pictures from elsewhere are links.

    Args:
        title: The page's heading.
        pieces: The answer.
        files: The name of each picture's file, in the order to which the pieces refer.
        sources: The pages the model looked at.
    """
    blocks = [f"# {_plain(title) or 'Words and pictures'}", *_blocks(pieces, files)]
    listed = [_link(source) for source in sources]
    if listed:
        blocks += ["## Sources", "\n".join(listed)]
    text = "\n\n".join(blocks) + "\n"
    return text.encode("utf-8", "replace").decode()  # JSON can hold half a character, a file cannot


def _blocks(pieces: Iterable[Piece], files: Sequence[str]) -> Iterator[str]:
    words_before = ""
    for piece in pieces:
        if piece.picture is None:
            if piece.text.strip():
                words_before = piece.text
                yield _defused(piece.text)
        elif 0 <= piece.picture < len(files):
            alt = _described(words_before) or f"Picture {piece.picture + 1}"
            yield f"![{alt}]({quote(files[piece.picture], safe='/')})"
            words_before = ""


def _defused(words: str) -> str:
    """Return a model's Markdown without anything that could run or be fetched."""
    text = words.replace("\r\n", "\n").replace("\r", "\n").strip("\n").replace("\0", "")
    # Entities instead of backslashes: one that the model wrote before a mark would undo ours.
    text = text.replace("<", "&lt;").replace("![", "&#33;[")
    # Several readers take {onclick=…} behind a link or a heading for attributes, and {{…}} for a program.
    text = _BRACES.sub("&#123;", text)
    return _closed(_LINK.sub(_unless_harmless, text).rstrip())


def _unless_harmless(link: re.Match[str]) -> str:
    """Return the middle of a link, or of its definition; broken when its address is none of the web."""
    return link[0] if _is_harmless(link[2]) else f"]\\{link[1].lstrip()}"


def _is_harmless(address: str) -> bool:
    """Return whether an address has a harmless scheme or none.

    Readers decode entities and escapes in an address, and browsers leave out what cannot be seen in a scheme.
    """
    scheme = ""
    for sign in html.unescape(_ESCAPE.sub("", address)):
        if sign == ":":
            return scheme.lower() in _HARMLESS
        if sign.isascii() and (sign.isalnum() or sign in "+.-"):
            scheme += sign
        elif sign != "<" and unicodedata.category(sign)[0] not in "CZ":
            return True
    return len(address) < _MOST_READ


def _closed(text: str) -> str:
    """Return the text with its last block of code closed, so that what follows is not part of it.

    Blocks within a list or a quotation end together with it.
    """
    fence = ""
    for line in text.split("\n"):
        if fence:
            end = line.strip()
            fence = "" if end.startswith(fence) and not end.strip(fence[0]) else fence
        elif opening := _FENCE.match(line):
            fence = opening[1] or opening[2]
    return f"{text}\n{fence}" if fence else text


def _described(words: str) -> str:
    """Return what a picture shows, by the last line of the words before it."""
    lines = [line for line in (_plain(line) for line in words.splitlines()) if any(map(str.isalnum, line))]
    text = lines[-1] if lines else ""
    if len(text) <= _LONGEST_ALT:
        return text
    return text[:_LONGEST_ALT].rpartition(" ")[0].rstrip(",;:.") + " …"


def _plain(words: str) -> str:
    """Return words in one line, without marks of Markdown and signs that turn the text round."""
    line = " ".join(words.split())
    line = _MARKS.sub("", _INLINE_LINK.sub(r"\1", line))
    line = "".join(sign for sign in line if unicodedata.category(sign) != "Cc" and sign not in _TURNING)
    return " ".join(line.split()).replace("&", "&amp;")


def _link(source: WebPage) -> str:
    title = _plain(source.title) or _plain(source.uri)
    if source.uri.lower().startswith(("http://", "https://")):
        address = quote(source.uri, safe=_IN_ADDRESS, errors="replace").replace("&", "&amp;")
        return f"- [{title}]({address})"
    return f"- {title}"
