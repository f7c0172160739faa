"""A rendered recipe: turns of ordered parts plus settings, frozen and identified by its fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, get_args

from prompt_kit.errors import InputError
from prompt_kit.prompt.parts import sent_to_dict, turn_to_dict, unnamed
from prompt_kit.prompt.settings import Settings, Task

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prompt_kit.errors import Problem
    from prompt_kit.images import Image
    from prompt_kit.prompt.parts import Turn

MANY_WORDS: Final = 120
"""A prompt up to this length, in words, always counts as short."""

LONGEST_RATIO: Final = 1.6
"""Above this many times the words of its values, a prompt that has `MANY_WORDS` is called long."""


_NO_SETTINGS: Final = Settings()


@dataclass(frozen=True, init=False)
class Prompt:
    """Everything that is sent: one or more turns, and the settings."""

    turns: tuple[Turn, ...]
    settings: Settings = field(default_factory=Settings)
    task: Task = "create"
    recipe: str = field(default="", compare=False)
    """The name of the recipe it was rendered from."""
    version: str = field(default="", compare=False)
    """The recipe's version."""
    strategies: tuple[str, ...] = field(default=(), compare=False)
    """The strategies that were mixed in, by name."""
    given: tuple[tuple[str, Any], ...] = field(default=(), compare=False)
    """The values that filled the recipe, as pairs of name and plain data; pictures are file names there."""
    notes: tuple[Problem, ...] = field(default=(), compare=False)
    """What a person should know about the values before anything is sent; never sent itself. Each prints as a
    sentence, and has a code and the parameter it is about."""
    title: str = field(default="", compare=False)
    """The recipe's name for people; it is no part of the plain data."""
    pictures_asked: int = field(default=0, compare=False)
    """How many pictures an answer of words and pictures in turn is asked for; 0 when nobody said it."""

    def __init__(  # noqa: PLR0913, PLR0917 - one for each field
        self,
        turns: tuple[Turn, ...],
        settings: Settings = _NO_SETTINGS,
        task: Task = "create",
        recipe: str = "",
        version: str = "",
        strategies: tuple[str, ...] = (),
        given: tuple[tuple[str, Any], ...] = (),
        notes: tuple[Problem, ...] = (),
        title: str = "",
        pictures_asked: int = 0,
    ) -> None:
        # What is generated for a frozen class takes four times as long.
        of = self.__dict__
        of["turns"], of["settings"], of["task"] = turns, settings, task
        of["recipe"], of["version"], of["strategies"] = recipe, version, strategies
        of["given"], of["notes"], of["title"], of["pictures_asked"] = given, notes, title, pictures_asked

    def __str__(self) -> str:
        return "\n\n".join(turn.text for turn in self.turns)

    @property
    def values(self) -> dict[str, Any]:
        """The values that filled the recipe, by name, as plain data."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in self.given}

    @property
    def length_note(self) -> str:
        """A sentence when the words are many and most of them are not the person's own; empty else.

        Of several turns, the longest counts. Blind readers of prompts put the useful length at 1.0 to 1.6 times what
        the person wrote (2026-11).
        """
        said = max(len(turn.text.split()) for turn in self.turns)
        own = sum(len(str(entry).split()) for _, value in self.given for entry in _entries(value))
        if said <= MANY_WORDS or said <= LONGEST_RATIO * own:
            return ""
        return (
            f"The prompt has {said} words, your values {own}. Short prompts are followed more closely: leave out what"
            " this picture does not need."
        )

    @cached_property
    def fingerprint(self) -> str:
        """Hash of everything that is sent, pictures by their content: equal fingerprints, same request."""
        turns = unnamed([sent_to_dict(turn) for turn in self.turns])
        sent = {"task": self.task, "turns": turns, "settings": self.settings.to_dict()}
        canonical = json.dumps(sent, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()

    def only(self, turn: int) -> Prompt:
        """Return one turn, counted from 0, as a prompt of its own, to be priced."""
        return self if len(self.turns) == 1 else replace(self, turns=(self.turns[turn],))

    def to_dict(self) -> dict[str, Any]:
        """Return the whole ordered request as plain data, with the hashes of pictures instead of their bytes.

        The layout of each turn goes along; it is not sent, and no part of the fingerprint.
        """
        return {
            "recipe": self.recipe,
            "version": self.version,
            "strategies": list(self.strategies),
            "values": self.values,
            "task": self.task,
            "turns": [turn_to_dict(turn) for turn in self.turns],
            "settings": self.settings.to_dict(),
            **({"pictures_asked": self.pictures_asked} if self.pictures_asked else {}),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], images: Iterable[Image] = ()) -> Prompt:
        """Return the prompt of which `to_dict` returned this; further keys are ignored.

        Args:
            plain: What `to_dict` returned, as it is or by way of JSON.
            images: The pictures of the prompt in any order; their hashes identify them.

        Raises:
            InputError: With everything that is wrong, each with its place such as ``turns[0].parts[1].role``.
            TypeError: When one of the images is no `Image`.
        """
        from prompt_kit.prompt.reading import PromptReading  # only records are read this way

        reading = PromptReading(images)
        if not isinstance(plain, Mapping):
            raise InputError("The plain data of a prompt must be a mapping of names, as Prompt.to_dict returns it.")
        fields = dict(plain)
        prompt = cls(
            reading.turns(fields),
            reading.settings(reading.value(dict, fields, "settings")),
            reading.choice(fields, "task", "", get_args(Task)),
            reading.value(str, fields, "recipe"),
            reading.value(str, fields, "version"),
            tuple(reading.value(str, {at: name}, at) for at, name in reading.each(fields, "strategies")),
            tuple((name, _frozen(value)) for name, value in reading.value(dict, fields, "values").items()),
            pictures_asked=reading.value(int, fields, "pictures_asked", default=0),
        )
        if reading.problems:
            raise InputError(reading.problems)
        return prompt


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _entries(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
