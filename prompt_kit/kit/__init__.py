"""The object that programs and every face hold, and the functions that stand for it in the current project."""

from prompt_kit.kit.kit import Kit
from prompt_kit.kit.shortcuts import acompare, agenerate, arefine, compare, generate, kit_of, refine

__all__ = ["Kit", "acompare", "agenerate", "arefine", "compare", "generate", "kit_of", "refine"]
