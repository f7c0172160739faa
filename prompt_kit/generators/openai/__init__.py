"""OpenAI's image models and servers with the same API; the only package that imports openai."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prompt_kit.errors import GeneratorError

if TYPE_CHECKING:
    from prompt_kit.generators.openai.generator import OpenAI

__all__ = ["OpenAI"]


def __getattr__(name: str) -> Any:
    # The SDK takes most of a second to load; whether there is access is asked without it.
    if name != "OpenAI":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        import openai as _sdk  # noqa: F401 - only to say in plain words that it is not there
    except ModuleNotFoundError as error:
        raise GeneratorError(
            "The generator 'openai' needs the package 'openai', which is not installed. "
            "Run: pip install 'prompt-kit[openai]'."
        ) from error
    from prompt_kit.generators.openai.generator import OpenAI

    return OpenAI
