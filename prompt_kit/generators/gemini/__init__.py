"""Google's Gemini models: builds requests, sends them, reads answers; the only package that imports google-genai."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prompt_kit.generators.gemini.generator import Gemini

__all__ = ["Gemini"]


def __getattr__(name: str) -> Any:
    # The SDK takes most of a second to load; whether there is access is asked without it.
    if name != "Gemini":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from prompt_kit.generators.gemini.generator import Gemini

    return Gemini
