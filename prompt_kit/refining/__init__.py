"""Refines pictures: one change, what stays, and a line back to the picture it came from."""

from prompt_kit.refining.origins import RECIPE, Refinable, pictures_of
from prompt_kit.refining.requests import Refinement, Terms, prepare
from prompt_kit.refining.sending import RefineOptions, arefine, refine

__all__ = [
    "RECIPE",
    "Refinable",
    "RefineOptions",
    "Refinement",
    "Terms",
    "arefine",
    "pictures_of",
    "prepare",
    "refine",
]
