"""Whether there is a key for OpenAI, without loading its SDK."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY: Final = "OPENAI_API_KEY"
"""Where the key is looked for, as the SDK does (openai 3.54.0)."""


def has_access(_options: Mapping[str, Any]) -> bool:
    """Return whether there is a key."""
    return bool(os.environ.get(KEY, "").strip())
