"""OpenAI's image models and servers with the same API; the only package that imports openai."""

from prompt_kit.errors import GeneratorError

try:
    import openai as _sdk  # noqa: F401 - only to say in plain words that it is not there
except ModuleNotFoundError as error:
    raise GeneratorError(
        "The generator 'openai' needs the package 'openai', which is not installed. "
        "Run: pip install 'prompt-kit[openai]'."
    ) from error

from prompt_kit.generators.openai.generator import OpenAI

__all__ = ["OpenAI"]
