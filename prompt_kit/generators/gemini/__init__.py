"""Google's Gemini models: builds requests, sends them, reads answers; the only package that imports google-genai."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from prompt_kit.generators.gemini.access import access

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.generators.gemini.generator import Gemini

__all__ = ["FREE", "Gemini", "has_access"]

FREE: Final = False


def has_access(options: Mapping[str, Any]) -> bool:
    """Return whether the options or the environment name a key, or a Google Cloud project that pays."""
    return access(**{name: options.get(name) for name in ("project", "location", "enterprise")}).there


def __getattr__(name: str) -> Any:
    """Load the SDK, which takes more than a second, when the generator is first used."""
    if name == "Gemini":
        from prompt_kit.generators.gemini.generator import Gemini

        return Gemini
    raise AttributeError(name)
