"""Image models: what they can do and cost, and since when we know it."""

from prompt_kit.catalogue.model import Model
from prompt_kit.catalogue.stock import Catalogue

__all__ = ["Catalogue", "Model"]
