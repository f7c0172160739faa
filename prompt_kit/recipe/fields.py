"""The fields of a form as plain frozen data: all that a page, a sheet, a command line or an agent shows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from prompt_kit.recipe.conditions import conditions_of, holds, in_words
from prompt_kit.support.words import spoken

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from prompt_kit.recipe.conditions import When
    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.spec import ReferenceSlot

PICTURES = "pictures"
"""The kind of a field that takes pictures; all other kinds are the types of parameters in recipe files."""

SEVERAL = frozenset({"list", "choices", "copies"})
"""The kinds of parameter that take several entries."""


class FieldChoice(NamedTuple):
    """One of the values to choose from."""

    value: str
    """What is given and recorded; it stays the same when the label changes."""
    label: str
    """What people read."""
    help: str = ""
    """One sentence that says when to choose it."""


class Field(NamedTuple):
    """One thing that a form asks: a parameter, or a slot for pictures."""

    name: str
    """The name under which its value is given."""
    kind: str
    """A type of parameter, such as ``text`` or ``choice``, or `PICTURES`."""
    label: str
    """Name for people."""
    help: str = ""
    """One sentence: what to write or which picture works, and what it does."""
    group: str = ""
    """Heading under which it stands."""
    advanced: bool = False
    """Whether it is hidden until more is asked for."""
    required: bool = False
    """Whether it must be given whenever it is asked; not when a preset or brand has filled it in."""
    conditions: tuple[When, ...] = ()
    """What must be true of other parameters, all of it, for it to be asked."""
    asked_when: str = ""
    """The conditions in words, such as ``background is white``; empty when it is always asked."""
    choices: tuple[FieldChoice, ...] = ()
    """The values to choose from, in order."""
    own_words: bool = False
    """Whether words are welcome that are none of the choices."""
    several: bool = False
    """Whether it takes a list of entries, or more than one picture."""
    spare_with: str = ""
    """The slot with whose picture nobody needs it; forms then show it only where it is filled in."""
    locked: bool = False
    """Whether its value is fixed."""
    clearable: bool = False
    """Whether an explicit ``None`` leaves out what a preset or brand has filled in."""
    default: Any = None
    """The value that applies when it is asked and none is given, after preset and brand; plain data, pictures by
    file name."""
    min: float | None = None
    """Smallest number, or fewest entries or pictures."""
    max: float | None = None
    """Largest number, or most entries or pictures."""
    step: float | None = None
    """Distance between two numbers."""
    min_length: int | None = None
    """Shortest text, or shortest entry, in characters."""
    max_length: int | None = None
    """Longest text, or longest entry, in characters."""
    pattern: str | None = None
    """Regular expression that the text must match."""
    examples: tuple[Any, ...] = ()
    """Values that show what is meant."""
    plural: bool = False
    """Whether the prompt asks if the words name several things."""
    placed: bool = False
    """Whether an entry may say where its words stand: ``OPEN :: above the door``."""
    gaps: bool = False
    """Whether the entry ``-`` leaves its place without words."""
    language: str = ""
    """Language of exact words, as a tag or in words; empty when it does not matter."""
    role: str = ""
    """What the model takes from the pictures of a slot."""
    described_by: str = ""
    """The list whose entries describe the pictures of a slot one by one."""
    former: tuple[str, ...] = ()
    """Its names in earlier versions; values under them still count."""

    @property
    def is_slot(self) -> bool:
        """Whether it takes pictures."""
        return self.kind == PICTURES

    @property
    def takes(self) -> str:
        """How many entries or pictures it takes, such as ``1 to 3``; empty for all that takes a single value."""
        if not (self.several or self.is_slot) or self.max is None:
            return ""
        least, most = int(self.min or 0), int(self.max)
        return f"{least}" if least == most else f"{least} to {most}"

    def is_asked(self, context: Mapping[str, Any]) -> bool:
        """Return whether it is asked under values that are ready for a template."""
        return holds(self.conditions, context)

    def is_spare(self, given: Collection[str]) -> bool:
        """Return whether nobody needs it beside all that is given, by the names of parameters and slots."""
        return bool(self.spare_with) and self.spare_with in given and self.name not in given

    def to_dict(self) -> dict[str, Any]:
        """Return the field as plain data, without what is empty."""
        plain = self._asdict() | {
            "conditions": tuple(condition._asdict() for condition in self.conditions),
            "choices": tuple(choice._asdict() for choice in self.choices),
        }
        return {name: value for name, value in plain.items() if value not in (None, "", (), False)}


def field_of(name: str, asked: Parameter | ReferenceSlot, default: Any, *, filled: bool) -> Field:
    """Return the field of a parameter or slot.

    Args:
        name: Its name.
        asked: What the recipe file says of it.
        default: The value that applies when none is given, as plain data.
        filled: Whether a preset or brand has filled it in.
    """
    conditions = conditions_of(asked.show_if)
    common: dict[str, Any] = {
        "name": name,
        "label": asked.title or spoken(name),
        "help": asked.help,
        "conditions": conditions,
        "asked_when": in_words(conditions),
        "former": tuple(asked.was),
        "default": default,
    }
    if kind := getattr(asked, "type", ""):
        return Field(kind=kind, **common, **_of_parameter(asked, filled=filled))
    return Field(kind=PICTURES, **common, **_of_slot(asked, filled=filled))


def _of_slot(slot: Any, *, filled: bool) -> dict[str, Any]:
    return {
        "required": slot.min > 0 and not filled,
        "clearable": slot.min == 0 and filled,
        "several": slot.max > 1,
        "min": slot.min,
        "max": slot.max,
        "role": slot.role,
        "described_by": slot.described_by or "",
    }


def _of_parameter(parameter: Any, *, filled: bool) -> dict[str, Any]:
    """Return what only parameters have; keys that a kind of parameter does not know stay as they are in `Field`."""
    choices = parameter.offered.items()
    own = {key: getattr(parameter, key) for key in _OWN_KEYS if hasattr(parameter, key)}
    if parameter.type in SEVERAL:
        own |= {"several": True, "min": parameter.min or 0, "max": parameter.most}
    return own | {
        "required": parameter.required and not filled,
        "clearable": filled and not (parameter.required or parameter.locked),
        "examples": tuple(parameter.examples),
        "own_words": getattr(parameter, "other", False),
        "choices": tuple(FieldChoice(value, choice.label, choice.help) for value, choice in choices),
    }


_OWN_KEYS = (
    *("advanced", "group", "gaps", "language", "locked", "max", "max_length", "min", "min_length", "pattern"),
    *("placed", "plural", "spare_with", "step"),
)
"""The keys that some kinds of parameter have and `Field` takes over as they are."""
