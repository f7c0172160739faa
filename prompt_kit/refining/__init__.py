"""Refines pictures: one change, the list of what stays, and a record of the picture it was made from."""

from prompt_kit.refining.origins import RECIPE, Refinable, pictures_of
from prompt_kit.refining.requests import Refinement, RefineOptions, prepare, refinement_of

__all__ = [
    "RECIPE",
    "Refinable",
    "RefineOptions",
    "Refinement",
    "pictures_of",
    "prepare",
    "refinement_of",
]
