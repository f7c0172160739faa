"""Regular expressions that are compiled when they are first used: a process uses few of those that it imports."""

from __future__ import annotations

import re
from typing import Any, cast


class _Late:
    """A regular expression that is still a text; each method is there from its first use on."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self.flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # copying and pickling ask for what is not there
            raise AttributeError(name)
        # `re` keeps what it compiled, and the method goes where Python finds it without asking here again.
        method = self.__dict__[name] = getattr(re.compile(self.pattern, self.flags), name)
        return method


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    r"""Return a regular expression that is compiled at its first use; a mistake in it shows then.

    >>> pattern(r"\d+").findall("3 of 12")
    ['3', '12']
    """
    return cast("re.Pattern[str]", _Late(text, flags))
