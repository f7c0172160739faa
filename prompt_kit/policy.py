"""What a team allows: who may do which work, with which models, how large, and for how much a day."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from prompt_kit.prompt.settings import Size, Tier
from prompt_kit.prompt.spec import SettingsSpec
from prompt_kit.support.person import sameness

EVERYONE: Final = "everyone"
"""Stands for all persons in lists of names, and for those who are not named in budgets."""

Role: TypeAlias = Literal["make", "write", "approve", "see"]
"""What a person may do: make pictures, write recipes, approve pictures, see those of others."""

Amount = Annotated[Decimal, Field(ge=0, le=1_000_000_000)]


def _spaced(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Name = Annotated[str, BeforeValidator(_spaced), StringConstraints(min_length=1, max_length=80)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_list)]
"""Names of persons or groups, or `EVERYONE`."""


class Policy(BaseModel):
    """What a team allows; what is left out is not limited, and everyone may do it."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    groups: dict[Name, Names] = {}
    """Persons by the name of their group."""
    make: Names = (EVERYONE,)
    """Who may make pictures: names of persons or groups, or everyone."""
    write: Names = (EVERYONE,)
    """Who may write recipes in the studio."""
    approve: Names = (EVERYONE,)
    """Who may approve and reject pictures."""
    see: Names = (EVERYONE,)
    """Who may see what others have made; everybody sees their own."""
    generators: tuple[str, ...] | None = None
    """The generators that may be used; layouts without a model can always be drawn."""
    models: tuple[str, ...] | None = None
    """The models that may be used, by id."""
    largest_size: Size | None = None
    """The largest size of a picture: 512, 1K, 2K or 4K."""
    highest_tier: Tier | None = None
    """The highest tier: draft, standard or pro."""
    pictures: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """The most pictures that are asked for at once."""
    budget: dict[Name, Amount] = {}
    """What each person may spend from midnight to midnight (UTC), in US dollars, by the name of a person or group; the
    most of a person's groups counts, and 'everyone' is for all others."""
    settings: SettingsSpec = SettingsSpec.model_construct()
    """Settings that are locked: every picture is made with them."""
    values: dict[str, Any] = {}
    """Values that are locked, by the name of a parameter, in every recipe that has it."""

    @model_validator(mode="after")
    def _check_groups(self) -> Policy:
        if EVERYONE in self.groups:
            raise ValueError(f"'{EVERYONE}' stands for all persons, so no group can be called that")
        return self

    @property
    def locked(self) -> dict[str, Any]:
        """The settings that are locked, by name."""
        return self.settings.model_dump(exclude_none=True)

    @property
    def has_people(self) -> bool:
        """Whether anything depends on who somebody is."""
        return bool(self.budget) or not all(self.is_open(role) for role in get_args(Role))

    def is_open(self, role: Role) -> bool:
        """Return whether everyone may do this."""
        return EVERYONE in getattr(self, role)

    def may(self, role: Role, person: str) -> bool:
        """Return whether a person may do this; somebody without a name only what everyone may."""
        named: tuple[str, ...] = getattr(self, role)
        return EVERYONE in named or any(name in named for name in self._called(person))

    def day_budget(self, person: str) -> Decimal | None:
        """Return what a person may spend a day; ``None`` is no limit.

        To spell a name otherwise than the policy does brings no larger budget.
        """
        others = self._persons.get(sameness(person), frozenset()) - {person}
        budgets = [self._budget_of(name) for name in (person, *others)]
        return min((budget for budget in budgets if budget is not None), default=None)

    def _budget_of(self, person: str) -> Decimal | None:
        called = self._called(person)
        if called and person in self.budget:
            return self.budget[person]
        of_groups = [self.budget[name] for name in called[1:] if name in self.budget]
        return max(of_groups, default=self.budget.get(EVERYONE))

    @cached_property
    def _persons(self) -> dict[str, frozenset[str]]:
        """Every person with a budget or a group, by what all spellings of the name have in common."""
        names = {*self.budget, *(member for members in self.groups.values() for member in members)}
        persons: dict[str, frozenset[str]] = {}
        for name in names - self.groups.keys() - {EVERYONE}:
            persons[sameness(name)] = persons.get(sameness(name), frozenset()) | {name}
        return persons

    def _called(self, person: str) -> tuple[str, ...]:
        """Return a person's name and groups; a name that is that of a group, or stands for all, is nobody's."""
        if not person or person in self.groups or person == EVERYONE:
            return ()
        return person, *(group for group, members in self.groups.items() if person in members)
