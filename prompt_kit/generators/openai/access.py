"""Which address and which key OpenAI's API, or another server with the same API, is asked with."""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlsplit

from prompt_kit.outcome import Outcome, Status

KEY: Final = "OPENAI_API_KEY"
"""Where the key is looked for, as the SDK does (openai 3.54.0)."""

ADDRESS: Final = "OPENAI_BASE_URL"
"""Where another address is looked for, as the SDK does (openai 3.54.0)."""

HOME: Final = "https://api.openai.com/v1"
"""OpenAI's own address (openai 3.54.0)."""

KEYS_PAGE: Final = "platform.openai.com/api-keys"


def given_key(given: str | None) -> tuple[str, str]:
    """Return the key, and where it was found as the end of a sentence."""
    if given is not None:
        return given.strip(), "the one that was given"
    return os.environ.get(KEY, "").strip(), f"in {KEY}"


def address(given: str | None) -> str:
    """Return the address of the API: the one that was given, the environment's, or OpenAI's own."""
    return (given or os.environ.get(ADDRESS, "").strip() or HOME).rstrip("/")


def at_home(address: str) -> bool:
    """Return whether an address is OpenAI's own, or one of its regions."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return host == "api.openai.com" or host.endswith(".api.openai.com")


def key_problem(key: str, place: str, *, home: bool) -> Outcome | None:
    """Return what is wrong with the key; other servers than OpenAI's may need none."""
    if not key and home:
        return Outcome(
            Status.AUTH,
            message="There is no key for the OpenAI API.",
            next_step=f"Set {KEY}; keys are made at {KEYS_PAGE}. 'proof' needs none, nor do many servers of one's own.",
            billable="no",
        )
    if not key.isascii() or (key and not key.isprintable()) or " " in key:
        return Outcome(
            Status.AUTH,
            message="The key for the OpenAI API holds characters that no key has.",
            next_step=f"Copy it again. The key in use is {place}.",
            billable="no",
        )
    return None
