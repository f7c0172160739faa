"""What the pages share as long as the studio is open: the kit, and recipes ready to render."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import PromptKitError
from prompt_kit.generators import BUILT_IN, is_free
from prompt_kit.generators.standing import draws_layouts
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Library
from prompt_kit.record.index import PictureSet
from prompt_kit.record.limits import limits_left
from prompt_kit.support.words import spoken
from prompt_kit.work.planning import default_generator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prompt_kit.kit import Kit
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.record.limits import LimitLeft

LOOK_AGAIN: Final = 1.0
"""After so many seconds the files of recipes are looked at again, in case somebody has changed one."""

BUDGET_AGE: Final = 2.0
"""For so many seconds, what is left of the budget is not asked again."""

MADE_AGE: Final = 60.0
"""For so many seconds, it is not asked again whether a person has made pictures with a recipe."""

_MOST_PERSONS: Final = 1_000
"""Of so many persons it is remembered what is left of the budget."""


@dataclass
class Loaded:
    """The recipes as the files are now."""

    library: Library
    state: frozenset[tuple[str, int, int]]
    recipes: dict[tuple[str, tuple[str, ...]], Recipe] = field(default_factory=dict)
    brand: str | None = None
    """The brand's name, once it was read."""

    @cached_property
    def titles(self) -> dict[str, str]:
        """The titles of recipes and presets, by name."""
        heads = {**self.library.heads("recipe"), **self.library.heads("preset")}
        return {name: head.title for name, head in heads.items()}


class Studio:
    """A kit, with what pages need again and again."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self._lock = Lock()
        self._loaded: Loaded | None = None
        self._looked = float("-inf")
        self._made: dict[tuple[str, str], tuple[float, bool]] = {}
        self._left: dict[str, tuple[float, tuple[LimitLeft, ...]]] = {}
        self._waiting: dict[str | None, tuple[float, int]] = {}

    @property
    def library(self) -> Library:
        """The recipes, strategies and presets as their files are now."""
        return self._current().library

    def recipe(self, name: str, uses: tuple[str, ...] = ()) -> Recipe:
        """Return a recipe or preset with strategies mixed in, ready to render.

        Raises:
            NotFoundError: When there is none of that name.
            InputError: With every problem of its files, or when a strategy does not go with it.
        """
        current = self._current()
        key = name, tuple(dict.fromkeys(uses))
        if key not in current.recipes:
            current.recipes[key] = load(name, library=current.library).using(*key[1])
        return current.recipes[key]

    @property
    def brand_name(self) -> str:
        """The name of the project's brand; empty when it has none."""
        from prompt_kit.recipe.brand import read_brand

        current = self._current()
        if current.brand is None:
            current.brand = read_brand(current.library.project)[0].name or ""
        return current.brand

    @cached_property
    def generator(self) -> str:
        """The generator that makes pictures where nobody names one."""
        return default_generator(self.kit.project)

    @cached_property
    def draws_proofs_only(self) -> bool:
        """Whether there is no access to any model, so that all pictures are proofs."""
        return draws_layouts(self.generator)

    @cached_property
    def generators(self) -> tuple[str, ...]:
        """The generators that can be chosen, the usual one first."""
        others = [name for name in BUILT_IN if is_free(name) and name != self.generator]
        return (self.generator, *others)

    def has_made(self, recipe: str, person: str) -> bool:
        """Return whether a person has made pictures with a recipe, as it was within the last minute."""
        key, now = (recipe, person), time.monotonic()
        asked, made = self._made.get(key, (float("-inf"), False))
        if made or now - asked < MADE_AGE:
            return made
        self._made[key] = now, False  # whoever comes meanwhile does not wait
        with suppress(PromptKitError):  # nobody waits for a form because the history is busy
            made = bool(self.kit.history(recipe=recipe, person=person, limit=1).runs)
        self._made[key] = now, made
        while len(self._made) > _MOST_PERSONS:
            self._made.pop(next(iter(self._made)), None)
        return made

    def limits(self, person: str = "", *, now: bool = False) -> tuple[LimitLeft, ...]:
        """Return the limits that a person's money has, the tightest first, as they were a moment ago.

        Args:
            person: Whose own budget counts, too.
            now: Whether a moment ago is too old, because something was paid just now.
        """
        moment, key = time.monotonic(), person if self.kit.project.team else ""
        asked, left = self._left.pop(key, (float("-inf"), ()))
        # Whoever comes meanwhile does not wait, and takes what was left before.
        self._left[key] = moment, left
        if now or moment - asked > BUDGET_AGE:
            left = limits_left(self.kit.project, person)
            self._left[key] = moment, left
            while len(self._left) > _MOST_PERSONS:
                self._left.pop(next(iter(self._left)), None)
        else:
            self._left[key] = asked, left
        return left

    @property
    def locked_values(self) -> frozenset[str]:
        """The parameters that the team has locked."""
        team = self.kit.project.team
        return frozenset(team.values) if team else frozenset()

    def title(self, name: str) -> str:
        """Return the title of a recipe or preset; of those that are gone, the name as words."""
        return self._current().titles.get(name) or spoken(name) or "Without a recipe"

    def has_recipe(self, name: str) -> bool:
        """Return whether there is a recipe or preset of a name."""
        return name in self._current().titles

    @cached_property
    def proof_generators(self) -> tuple[str, ...]:
        """The generators whose pictures are proofs, which nobody has to approve."""
        return tuple(name for name in BUILT_IN if draws_layouts(name))

    def waiting(self, person: str | None = None) -> int:
        """Return how many pictures wait for approval, without proofs, as it was a moment ago; 0 when nobody can say.

        Args:
            person: For whom they were made; ``None`` is for anybody.
        """
        now = time.monotonic()
        counted, waiting = self._waiting.get(person, (float("-inf"), 0))
        if now - counted > BUDGET_AGE:
            self._waiting[person] = now, waiting  # whoever comes meanwhile does not wait
            waiting = 0
            with suppress(
                PromptKitError
            ):  # every page shows the number, and those that need the runs say what is wrong
                waiting = self.kit.pictures(
                    review="waiting", person=person, without=self.proof_generators, limit=1
                ).total
            self._waiting[person] = now, waiting
            while len(self._waiting) > _MOST_PERSONS:
                self._waiting.pop(next(iter(self._waiting)), None)
        return waiting

    def count_again(self) -> None:
        """Count at once what waits for approval, because a verdict came."""
        self._waiting.clear()

    def _current(self) -> Loaded:
        now = time.monotonic()
        with self._lock:
            if self._loaded is None or now - self._looked > LOOK_AGAIN:
                library = self._loaded.library if self._loaded else Library(self.kit.project)
                state = frozenset(_states(library))
                if self._loaded is None or self._loaded.state != state:
                    self._loaded = Loaded(Library(self.kit.project), state)
                self._looked = now
            return self._loaded

    def look_again(self) -> None:
        """Look at the files at once, because they were changed here."""
        with self._lock:
            self._loaded = None


def set_of_run(kit: Kit, run: str) -> PictureSet:
    """Return the pictures of a run's form; where the history cannot be read, the run alone."""
    try:
        return kit.picture_set(run)
    except PromptKitError:
        return PictureSet((run,), {})


def _states(library: Library) -> Iterator[tuple[str, int, int]]:
    """Yield what changes when a file of recipes, templates, brand or models changes."""
    folders = [folder for root in library.roots for folder in (root.recipes, root.templates)]
    files = [path for folder in folders for kind in ("*.yaml", "*.j2") for path in folder.rglob(kind)]
    project = library.project
    for path in (*files, project.root / project.brand, project.root / project.models):
        yield from _state(path)


def _state(path: Path) -> Iterator[tuple[str, int, int]]:
    try:
        status = path.stat()
    except OSError:
        return
    yield str(path), status.st_mtime_ns, status.st_size
