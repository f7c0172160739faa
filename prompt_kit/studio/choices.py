"""What can be chosen around a form: format, size and quality, and the techniques that a recipe can mix in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from prompt_kit.catalogue.formats import USES
from prompt_kit.errors import PromptKitError
from prompt_kit.prompt import SIZES, TIERS, Settings
from prompt_kit.recipe.form import Form
from prompt_kit.studio.preview import price_with
from prompt_kit.support.money import on_pages

if TYPE_CHECKING:
    from prompt_kit.catalogue import Model
    from prompt_kit.policy import Policy
    from prompt_kit.prompt import Tier
    from prompt_kit.recipe.fields import FieldChoice
    from prompt_kit.studio.filled import Filling
    from prompt_kit.studio.studio import Studio

_TIER_WORDS: Final = {"draft": "Draft: quick and cheap", "standard": "Standard", "pro": "Pro: best, slower"}
_PIXELS: Final = {
    "512": "512 pixels, to try",
    "1K": "1K, for screens",
    "2K": "2K, for large screens",
    "4K": "4K, for print",
}


@dataclass(frozen=True, slots=True)
class SettingOption:
    """One value of a setting."""

    value: str
    label: str
    chosen: bool = False
    reason: str = ""
    """Why it cannot be chosen; empty when it can."""

    @property
    def text(self) -> str:
        """What the list shows."""
        return f"{self.label} – {self.reason}" if self.reason else self.label


@dataclass(frozen=True, slots=True)
class SettingChoice:
    """One setting with its values."""

    name: str
    label: str
    default: str
    """What applies when nothing is chosen, in words."""
    options: tuple[SettingOption, ...]
    locked: bool = False
    """Whether the team has locked it."""
    usual: str = ""
    """The value that applies when nothing is chosen, where that is always the same; it stands there once."""

    @property
    def offered(self) -> tuple[SettingOption, ...]:
        """The values besides the one that applies as usual, which stands before them."""
        return tuple(option for option in self.options if option.value != self.usual)


@dataclass(frozen=True, slots=True)
class Technique:
    """A strategy that can be mixed in."""

    name: str
    label: str
    help: str
    chosen: bool = False
    always: bool = False
    """Whether the recipe has it in any case."""
    reason: str = ""
    """Why it cannot be mixed in; empty when it can."""


def setting_choices(studio: Studio, filling: Filling) -> list[SettingChoice]:
    """Return the settings with their values; what the model cannot do says why."""
    asked = filling.answers.settings
    model = model_of(studio, filling)
    own = filling.recipe.settings
    catalogue = filling.recipe.library.catalogue
    current = [each for each in catalogue.models if each.status == "current"]
    made_by = model.generator
    every = dict.fromkeys([*USES, *(ratio for each in current for ratio in each.aspect_ratios)])
    formats = [
        SettingOption(
            ratio,
            f"{ratio} – {USES[ratio]}" if ratio in USES else ratio,
            asked.get("aspect_ratio") == ratio,
            _unless(not model.aspect_ratios or ratio in model.aspect_ratios or model.stand_in(ratio), model, ratio),
        )
        for ratio in every
    ]
    sizes = [
        SettingOption(
            each,
            _PIXELS.get(each, each),
            asked.get("size") == each,
            _unless(not model.sizes or each in model.sizes, model, f"pictures of {each}"),
        )
        for each in SIZES
    ]
    words = {tier: _tier_words(studio, filling, tier) for tier in TIERS}
    offered = {tier for each in current if each.generator == made_by for tier in each.tiers}
    tiers = [
        SettingOption(
            tier,
            words[tier],
            asked.get("tier") == tier,
            "" if tier in offered else f"no model of {made_by} stands for it",
        )
        for tier in TIERS
    ]
    prompt = None if asked.get("aspect_ratio") else filling.preview.prompt
    brought = prompt.settings.aspect_ratio if prompt else _brought_format(filling)
    usual = own.aspect_ratio or ("As your picture" if _works_on_a_picture(filling) else None)
    size = own.size or model.default_size
    choices = [
        SettingChoice("aspect_ratio", "Format", _default(brought or usual), tuple(formats)),
        SettingChoice(
            "size", "Size", _default(_PIXELS.get(size, size) if size else None), tuple(sizes), usual=own.size or ""
        ),
        SettingChoice("tier", "Quality", words[own.tier or "standard"], tuple(tiers), usual=own.tier or "standard"),
    ]
    team = studio.kit.project.team
    return choices if team is None else [_held_to(team, choice, studio) for choice in choices]


def _tier_words(studio: Studio, filling: Filling, tier: str) -> str:
    """Return what a quality is called, with its price for a picture where that is known."""
    price = price_with(studio, filling.preview, cast("Tier", tier))
    return _TIER_WORDS[tier] if price is None else f"{_TIER_WORDS[tier]}, about {on_pages(price)} a picture"


def _works_on_a_picture(filling: Filling) -> bool:
    """Return whether a picture is changed, whose shape models keep where no other is asked for."""
    slots = filling.recipe.references.items()
    return any(slot.role == "base" and (slot.min or filling.answers.references.get(name)) for name, slot in slots)


def _brought_format(filling: Filling) -> str | None:
    """Return the format that a choice brings, such as that of a channel."""
    for name, parameter in filling.recipe.parameters.items():
        choices = getattr(parameter, "choices", {}) if parameter.brings_settings else {}
        value = filling.answers.values.get(name) or parameter.default
        choice = choices.get(value) if isinstance(value, str) else None  # only a single choice brings settings
        if choice is not None and choice.settings.aspect_ratio:
            return str(choice.settings.aspect_ratio)
    return None


def _held_to(team: Policy, choice: SettingChoice, studio: Studio) -> SettingChoice:
    """Return a setting with the reasons of a team's policy; a locked one has nothing to choose."""
    if choice.name in team.locked:
        return replace(choice, default=str(team.locked[choice.name]), options=(), locked=True)
    options = tuple(
        option if option.reason else replace(option, reason=_not_by(team, choice.name, option.value, studio))
        for option in choice.options
    )
    return replace(choice, options=options)


def _not_by(team: Policy, name: str, value: str, studio: Studio) -> str:
    """Return why a team does not allow a value of a setting; empty when it does."""
    if name == "size" and team.largest_size is not None and SIZES.index(value) > SIZES.index(team.largest_size):
        return f"the team allows {team.largest_size} at the most"
    if name != "tier":
        return ""
    if team.highest_tier is not None and TIERS.index(value) > TIERS.index(team.highest_tier):
        return f"the team allows {team.highest_tier} at the most"
    if team.models is None:
        return ""
    try:
        model = studio.library.catalogue.choose(Settings(tier=cast("Tier", value)), studio.generator)
    except PromptKitError:
        return ""
    return "" if model.id in team.models else f"the team does not allow {model.title or model.id}"


def model_of(studio: Studio, filling: Filling) -> Model:
    """Return the model that makes the pictures under these answers."""
    if filling.preview.item is not None:
        return filling.preview.item.model
    recipe = filling.recipe
    settings = recipe.settings
    tier = filling.answers.settings.get("tier")
    try:
        chosen = {**settings.to_dict(), **({"tier": tier, "model": None} if tier in TIERS else {})}
        return recipe.library.catalogue.choose(type(settings)(**chosen), studio.generator)
    except (PromptKitError, TypeError):
        return recipe.library.catalogue.choose(type(settings)(), studio.generator)


def technique_choices(studio: Studio, filling: Filling) -> list[Technique]:
    """Return the strategies, with what the recipe says against some of them."""
    library = studio.library
    recipe = filling.recipe
    mixed = {strategy.name for strategy in recipe.strategies}
    techniques = []
    for name, head in library.heads("strategy").items():
        try:
            reason = "" if name in mixed else recipe.objection(library.strategy(name))
        except PromptKitError as error:
            reason = str(error)
        always = name in mixed and name not in filling.answers.uses
        if name == "brand" and not _has_brand(studio):
            reason = "there is no brand.yaml in this project yet"
        techniques.append(Technique(name, head.title, head.summary, name in filling.answers.uses, always, reason))
    return techniques


def language_choices(studio: Studio, filling: Filling) -> tuple[FieldChoice, ...]:
    """Return the languages for the words of a recipe that does not ask for theirs; none when it makes no sense."""
    library = studio.library
    if "language" in filling.recipe.form.parameters:
        return ()
    try:
        strategy = library.strategy("language")
        if filling.recipe.objection(strategy):
            return ()
        field = Form(strategy.name, strategy.spec.parameters, {}).field("language")
    except PromptKitError:
        return ()
    return field.choices


def _has_brand(studio: Studio) -> bool:
    project = studio.kit.project
    return (project.root / project.brand).is_file()


def _default(value: str | None) -> str:
    return value or "The model decides"


def _unless(possible: object, model: Model, thing: str) -> str:
    return "" if possible else f"{model.title or model.id} makes no {thing}"
