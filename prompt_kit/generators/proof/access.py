"""What the proof needs (nothing), and what it is: free, and a layout instead of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FREE: Final = True
LAYOUTS: Final = True


def has_access(_options: Mapping[str, Any]) -> bool:
    """Return that it is always there."""
    return True
