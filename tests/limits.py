"""How long work may take that somebody else's file or answer could make endless."""

from __future__ import annotations

from typing import Final

AT_ONCE: Final = 20
"""Seconds of the processor, far above the fraction that the work takes: without its limits it takes minutes or more."""
