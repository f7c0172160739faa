"""All image models that the kit knows, and the choice among them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from prompt_kit.catalogue.model import Model
from prompt_kit.catalogue.rows import FIRST, built_in, read
from prompt_kit.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.catalogue.rows import Rows
    from prompt_kit.prompt import Settings


class Catalogue:
    """All image models that the kit knows."""

    def __init__(self, models: tuple[Model, ...]) -> None:
        self.models = models
        self._by_id = {model.id: model for model in models}

    @classmethod
    def load(cls, extra: Path | None = None) -> Catalogue:
        """Return the built-in models, with a project's own rows added or laid over them field by field.

        A tier that one of its rows claims is taken from the model that had it.

        Raises:
            InputError: With every problem of the project's file.
        """
        return cls(_built_in_models() if extra is None else _models(read(extra, *built_in())))

    def model(self, model_id: str) -> Model:
        """Return the model of that id; an id that the catalogue lacks gives a model without facts.

        Raises:
            InputError: When the model is gone, with its replacement.
        """
        model_id = model_id.removeprefix("models/")  # as the API's own list of models writes it
        model = self._by_id.get(model_id) or Model(id=model_id, title=model_id, known=False)
        if model.status == "retired":
            raise InputError(model.retirement)
        return model

    def choose(self, settings: Settings, generator: str = "") -> Model:
        """Return the model for these settings: by id, else by tier; the standard one when neither is given.

        Tiers are looked up among the generator's own models, or Gemini's when it has none in the catalogue.

        Raises:
            InputError: When the model is gone.
            NotFoundError: When no current model stands for the tier.
        """
        if settings.model is not None:
            return self.model(settings.model)
        current = [model for model in self.models if model.status == "current"]
        made_by = generator if any(model.generator == generator for model in current) else FIRST
        by_tier = {tier: model for model in current if model.generator == made_by for tier in model.tiers}
        tier = settings.tier or "standard"
        if tier not in by_tier:
            raise NotFoundError("model for the tier", tier, by_tier)
        return by_tier[tier]


@cache
def _built_in_models() -> tuple[Model, ...]:
    return _models(built_in())


def _models(rows: Rows) -> tuple[Model, ...]:
    return tuple(Model.model_construct(**dict(facts)) for facts in rows[0].values())
