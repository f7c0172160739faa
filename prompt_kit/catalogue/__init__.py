"""Image models: what they can do and cost, and since when we know it."""

from prompt_kit.catalogue.catalogue import Catalogue
from prompt_kit.catalogue.model import Model

__all__ = ["Catalogue", "Model"]
