"""Makes names of files from outside safe to show and to download as."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from prompt_kit.support.text import visible

_LONGEST: Final = 80
"""Longest name without its ending, in characters."""

# What Windows takes in no name, what leads to other folders, and the signs of HTML.
_REFUSED: Final = re.compile(r'[<>:"/\\|?*&\'`%]|‹U\+[0-9A-F]+›')
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def shown_name(name: str, extension: str = "") -> str:
    r"""Return a name that is safe everywhere, with the extension that the bytes ask for.

    >>> shown_name("C:\\photos\\Grandma <3.HTML", ".jpg"), shown_name("..", ".png")
    ('Grandma 3.jpg', 'picture.png')

    Args:
        name: What somebody's computer calls the file.
        extension: That of the type that the bytes show, with its dot; its own one when it is left out.
    """
    last = re.split(r"[/\\]", name)[-1]
    spaced = " ".join(visible(unicodedata.normalize("NFC", last).replace("\N{NO-BREAK SPACE}", " ")).split())
    ending = _ENDING.search(spaced)
    plain = " ".join(_REFUSED.sub("", _ENDING.sub("", spaced)).split()).strip(". ")
    return f"{plain[:_LONGEST].strip('. ') or 'picture'}{extension or (ending[0] if ending else '')}"
