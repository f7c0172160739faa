"""Refines pictures: one change, the list of what stays, and a record of the picture it was made from."""

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
