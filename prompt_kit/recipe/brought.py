"""The settings that choices bring with them, such as the format of a channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from prompt_kit.errors import Problem
from prompt_kit.recipe.settings import stated
from prompt_kit.support import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.prompt import Settings
    from prompt_kit.recipe.parameters import ChoiceOf, Parameter


@dataclass(frozen=True, eq=False)
class BroughtSettings:
    """What the choices of some parameters make of a recipe's settings."""

    deciding: Mapping[str, ChoiceOf]
    """The parameters whose choices bring settings with them."""
    base: Settings
    """The settings of the recipe."""
    _kept: dict[tuple[str | None, ...], Settings] = field(default_factory=dict, repr=False)
    """The settings by the choices that were made."""

    def chosen(self, context: Mapping[str, Any]) -> Settings:
        """Return the recipe's settings with those that the chosen values bring."""
        choices = tuple([None if context[name].own else context[name].value for name in self.deciding])
        if choices not in self._kept:
            brought = {key: value for name in self.deciding for key, value in self._of(name, context).items()}
            self._kept[choices] = self.base._replace(**brought)
        return self._kept[choices]

    def overruled(self, context: Mapping[str, Any], chosen: Settings) -> list[Problem]:
        """Return a note for each setting of a choice in whose place another one was asked for."""
        notes = []
        for name in self.deciding:
            for setting, value in self._of(name, context).items():
                used = getattr(chosen, setting, value)
                if used != value:
                    with_it = f"its choice comes with {words.spoken(setting).lower()} {value}"
                    message = f"{name}: {with_it}, but {used} was asked for and is used."
                    notes.append(Problem(message, parameter=name, code="contradiction"))
        return notes

    def _of(self, name: str, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings that the choice of a parameter brings."""
        choice = self.deciding[name].choices.get(context[name].value)
        return stated(choice.settings) if choice else {}


def brought_settings(parameters: Mapping[str, Parameter], base: Settings) -> BroughtSettings | None:
    """Return what choices make of these settings; ``None`` when no choice brings any."""
    deciding = {name: cast("ChoiceOf", p) for name, p in parameters.items() if p.brings_settings}
    return BroughtSettings(deciding, base) if deciding else None
