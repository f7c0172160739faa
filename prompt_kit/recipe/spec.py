"""What recipe files may say, and what strategy files share with them."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from prompt_kit.prompt import Answer, Role, Task
from prompt_kit.prompt.spec import SettingsSpec
from prompt_kit.recipe.parameters import ChoicesOf, Condition, CopiesOf, ListOf, Parameter
from prompt_kit.recipe.placing.spec import AreaName, AreaSpec

NAME_PATTERN: Final = r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$"
"""What names of recipes, strategies, presets and examples look like: ``red-panda``."""

PARAMETER_PATTERN: Final = r"^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$"
"""What names of parameters and reference slots look like: ``shot_type``."""

RESERVED: Final = frozenset(
    """
    across and as ask aspect_ratio batch call count debug dry_run earlier elif else endfor endif example false filter
    for from generator grounding guide help if import in include is item json keyed locked loop macro max_cost model n
    new none not or out preset recipe refine resend safety seed self set settings size skip_refused strategy
    task temperature thinking thoughts tier top_p true turn use values version
    """.split(),
)
"""Names that mean something else in templates or on the command line."""

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=64)]
Phrase = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Use = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=40)]
Beginning = Annotated[str, StringConstraints(min_length=10, max_length=300)]
ParameterName = Annotated[str, StringConstraints(pattern=PARAMETER_PATTERN, max_length=40)]
TemplateName = Annotated[
    str,
    StringConstraints(pattern=r"^(?:[a-z0-9_][a-z0-9_-]*/)*_?[a-z0-9][a-z0-9_-]*\.j2$", max_length=120),
]


class FileKeys(BaseModel):
    """Keys of a file; others are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class ReferenceSlot(FileKeys):
    """A place for one or more input pictures."""

    role: Role
    """What the model should take from the pictures."""
    title: str = ""
    """Name of the field; made from the slot's name when left out."""
    help: str = ""
    """One sentence: which picture works well here."""
    min: Annotated[int, Field(ge=0, le=14)] = 0
    """Fewest pictures; above 0 makes the slot required."""
    max: Annotated[int, Field(ge=1, le=14)] = 1
    """Most pictures."""
    described_by: ParameterName | None = None
    """A list parameter whose entries describe the pictures one by one, in order."""
    show_if: Condition = {}
    """Parameters and the value, or list of values, that each must have; else the slot is not asked."""
    was: list[ParameterName] = []
    """Names that it had in earlier versions; pictures under them still count, with a note."""

    @property
    def takes(self) -> str:
        """How many pictures go into it, such as ``1 to 3``."""
        return f"{self.min}" if self.min == self.max else f"{self.min} to {self.max}"

    @model_validator(mode="after")
    def _range_fits(self) -> ReferenceSlot:
        if self.min > self.max:
            raise ValueError(f"min ({self.min}) is above max ({self.max})")
        if self.role == "mask" and self.max > 1:
            raise ValueError("a mask is one picture; leave max out")
        return self


class TurnSpec(FileKeys):
    """One of several requests that build on each other."""

    name: str = ""
    """What this turn makes; the item's own words when the turn is repeated."""
    for_each: ParameterName | None = None
    """A list parameter; the turn is repeated for each of its entries, which the template sees as ``item``."""
    template: TemplateName | None = None
    """The turn's own template; the recipe's when left out."""
    references: list[ParameterName] | None = None
    """The reference slots that go along; all when left out."""
    earlier: Annotated[int, Field(ge=0, le=13)] = 0
    """How many earlier pictures go along at the most: the first one, and the latest."""
    role: Role = "identity"
    """What the model should take from the earlier pictures."""
    output: Answer = "picture"
    """``words`` asks for words alone; they go along with every later turn."""


class ExampleSpec(FileKeys):
    """Values that show what a recipe can do; each one is also a test."""

    title: str = ""
    """What the example shows."""
    values: dict[str, Any] = {}
    """Values by parameter, and pictures by reference slot (paths from the recipe's own folder)."""
    settings: SettingsSpec = SettingsSpec.model_construct()
    """Settings that differ from the recipe's."""
    uses: list[Name] = []
    """Further strategies to mix in."""


class ContradictionSpec(FileKeys):
    """Values that cannot all be meant; a note says so, and the prompt is rendered all the same."""

    at: ParameterName
    """The parameter or slot beside which forms show the note."""
    says: Beginning
    """A sentence: what contradicts what, and what to do."""
    when: Condition = {}
    """Parameters and slots, and the value, or list of values, that each has; ``true`` means any."""
    mentions: dict[ParameterName, Phrase] = {}
    """Parameters and the words, separated by commas, of which each has at least one; ``*`` stands for any ending."""
    quoted: list[ParameterName] = []
    """Parameters of which at least one has words in quotes."""

    @model_validator(mode="after")
    def _asks_something(self) -> ContradictionSpec:
        if not (self.when or self.mentions or self.quoted):
            raise ValueError("a contradiction needs when, mentions or quoted: the values that cannot all be meant")
        return self


class SharedKeys(FileKeys):
    """What recipes and strategies have in common."""

    title: str = ""
    """Name for people."""
    summary: str = ""
    """One sentence: what it is for."""
    parameters: dict[ParameterName, Parameter] = {}
    """The inputs, by name, in the order of the form."""
    template: TemplateName | None = None
    """The template under ``templates/``; the own name with ``.j2`` when left out."""
    settings: SettingsSpec = SettingsSpec.model_construct()
    """Settings that go with it."""
    references: dict[ParameterName, ReferenceSlot] = {}
    """Slots for input pictures, in the order in which they are sent."""
    layout: dict[AreaName, AreaSpec] = {}
    """Where things stand in the picture: areas by name, in reading order; it is never sent, but drawn and checked."""
    needed: dict[Beginning, Phrase] = {}
    """Sentences that most prompts need whatever was filled in: how each begins, and why it must stand there."""

    contradicts: list[ContradictionSpec] = []
    """Values that cannot all be meant."""

    @field_validator("parameters")
    @classmethod
    def _names_are_free(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in value:
            if name in RESERVED:
                raise ValueError(
                    f"'{name}' means something else in templates or on the command line; choose another name"
                )
        return value

    @model_validator(mode="after")
    def _slots_do_not_clash(self) -> SharedKeys:
        for name in self.references:
            if name in self.parameters:
                raise ValueError(f"'{name}' is both a parameter and a reference slot; rename one of them")
            if name in RESERVED:
                raise ValueError(f"the reference slot '{name}' means something else in templates; choose another name")
        return self


class RecipeSpec(SharedKeys):
    """One kind of picture."""

    category: str = ""
    """Heading under which the recipe is listed."""
    used_for: Annotated[list[Use], Field(max_length=40)] = []
    """Everyday words and short phrases by which people look for it, such as ``web shop``; they are never sent."""
    with_photo: Annotated[str, StringConstraints(max_length=120)] = ""
    """What becomes of a photo that somebody brings, in a short line; it is offered first for such a photo."""
    with_photo_place: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Where it stands among what is offered first for such a photo: what more people want has a smaller number."""
    version: str = "1"
    """Version of the recipe; it goes into every record."""
    task: Task | None = None
    """What the model is asked to do with the references: create, edit or compose."""
    extends: Name | None = None
    """A recipe whose parameters, references, settings and template this one starts from."""
    uses: list[Name] = []
    """Strategies mixed in."""
    excludes: dict[Name, str] = {}
    """Strategies that make no sense here, each with the reason in one sentence."""
    heeds: list[ParameterName] = []
    """Parameters of strategies that the template looks at; empty while the strategy is not mixed in."""
    stays: list[Phrase] = []
    """What a refinement must keep: noun phrases with parameters in them, such as ``the {{ style }} style``."""
    counts: list[ParameterName] = []
    """Parameters that say how many pictures an answer of words and pictures in turn has, as a number or by their
    entries; the first that is filled in counts, and each picture is priced."""
    turns: list[TurnSpec] = []
    """Requests that build on each other; a single one when left out."""
    examples: dict[Name, ExampleSpec] = {}
    """Values that show what the recipe can do; each one is also a test."""


def repeats(parameter: Any) -> bool:
    """Return whether a turn can be repeated for each entry of this parameter."""
    return isinstance(parameter, ListOf | ChoicesOf | CopiesOf)
