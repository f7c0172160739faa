"""Google's Gemini models: asking, sending, reading what comes back; the only door to google-genai."""

from prompt_kit.generators.gemini.generator import Gemini

__all__ = ["Gemini"]
