"""Keeps which recipes a person likes and used last."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import InputError
from prompt_kit.record.persons import folder_name
from prompt_kit.support import files, locks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOST_USED: Final = 20
"""How many of the last recipes are kept."""

MOST_FAVOURITES: Final = 500

_LONGEST: Final = 200
"""Longest name of a recipe, in characters."""
_MAX_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Preferences:
    """The recipes of a person."""

    favourites: tuple[str, ...] = ()
    """In the order in which they became favourites."""
    used: tuple[str, ...] = ()
    """Those used last, the last one first."""


@dataclass(frozen=True, slots=True)
class PreferenceStore:
    """The preferences of all persons, below a folder."""

    root: Path

    def of(self, person: str) -> Preferences:
        """Return the preferences of a person; there are none where their file is missing or damaged."""
        try:
            content = json.loads(files.read_file(self._path(person), _MAX_BYTES))
        except (InputError, ValueError, RecursionError):
            return Preferences()
        lists = content if isinstance(content, dict) else {}
        return Preferences(_names(lists.get("favourites")), _names(lists.get("used")))

    def use(self, person: str, recipe: str) -> Preferences:
        """Note that a person used a recipe, and return the preferences.

        Raises:
            InputError: When the name is too long.
            WorkspaceError: When it cannot be written.
        """
        return self._change(person, recipe, lambda old: Preferences(old.favourites, _first(recipe, old.used)))

    def favour(self, person: str, recipe: str, *, favourite: bool) -> Preferences:
        """Make a recipe a favourite of a person, or no longer, and return the preferences.

        Raises:
            InputError: When the name is too long, or there are too many.
            WorkspaceError: When it cannot be written.
        """

        def changed(old: Preferences) -> Preferences:
            others = tuple(name for name in old.favourites if name != recipe)
            if favourite and len(others) >= MOST_FAVOURITES:
                raise InputError(f"There are {MOST_FAVOURITES} favourites already. Remove some first.")
            kept = old.favourites if favourite and recipe in old.favourites else (*others, *([recipe] * favourite))
            return Preferences(kept, old.used)

        return self._change(person, recipe, changed)

    def _change(self, person: str, recipe: str, changed: Callable[[Preferences], Preferences]) -> Preferences:
        if not recipe or len(recipe) > _LONGEST:
            raise InputError(f"'{recipe[:40]}' is not the name of a recipe.")
        files.make_folder(self.root)
        path = self._path(person)
        with locks.waited(path.with_suffix(".lock")):
            new = changed(self.of(person))
            files.replace(path, json.dumps(asdict(new)).encode())
        return new

    def _path(self, person: str) -> Path:
        return self.root / f"{folder_name(person)}.json"


def _names(content: Any) -> tuple[str, ...]:
    return tuple(name for name in content if isinstance(name, str)) if isinstance(content, list) else ()


def _first(recipe: str, used: tuple[str, ...]) -> tuple[str, ...]:
    return (recipe, *(name for name in used if name != recipe))[:MOST_USED]
