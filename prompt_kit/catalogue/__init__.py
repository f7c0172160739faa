"""Image models: their abilities and prices, each with the date on which it was checked."""

from prompt_kit.catalogue.catalogue import Catalogue
from prompt_kit.catalogue.model import Model

__all__ = ["Catalogue", "Model"]
