"""Google's Gemini models: builds requests, sends them, reads answers; the only package that imports google-genai."""

from prompt_kit.generators.gemini.generator import Gemini

__all__ = ["Gemini"]
