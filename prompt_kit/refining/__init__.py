"""Refines pictures: one change, what stays, and a line back to the picture it came from."""

from prompt_kit.refining.origins import RECIPE, Refinable, pictures_of
from prompt_kit.refining.requests import Refinement, RefineOptions, prepare
from prompt_kit.refining.sending import arefine, refine

__all__ = [
    "RECIPE",
    "Refinable",
    "RefineOptions",
    "Refinement",
    "arefine",
    "pictures_of",
    "prepare",
    "refine",
]
