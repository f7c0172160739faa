"""OpenAI's image models and servers with the same API; the only package that imports openai."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import GeneratorError
from prompt_kit.generators.openai.access import given_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.generators.openai.generator import OpenAI

__all__ = ["FREE", "OpenAI", "has_access"]

FREE: Final = False


def has_access(options: Mapping[str, Any]) -> bool:  # noqa: ARG001 - no file can hold a key
    """Return whether the environment names a key; a server that needs none is chosen by name."""
    return bool(given_key(None)[0])


def __getattr__(name: str) -> Any:
    """Load the SDK when the generator is first used, or say in plain words that it is not there."""
    if name != "OpenAI":
        raise AttributeError(name)
    try:
        import openai as _sdk  # noqa: F401 - see above
    except ModuleNotFoundError as error:
        raise GeneratorError(
            "The generator 'openai' needs the package 'openai', which is not installed. "
            "Run: pip install 'prompt-kit[openai]'."
        ) from error
    from prompt_kit.generators.openai.generator import OpenAI

    return OpenAI
