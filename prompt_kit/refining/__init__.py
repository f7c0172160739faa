"""Refines pictures: one change, the list of what stays, and a record of the picture it was made from."""

from prompt_kit.refining.masking import WHOLE, mask_for
from prompt_kit.refining.origins import RECIPE, Refinable, pictures_of
from prompt_kit.refining.requests import Refinement, RefineOptions, prepare, refinement_of

__all__ = [
    "RECIPE",
    "WHOLE",
    "Refinable",
    "RefineOptions",
    "Refinement",
    "mask_for",
    "pictures_of",
    "prepare",
    "refinement_of",
]
