"""Where this project keeps its recipes, brand, runs and ledger."""

from __future__ import annotations

import os
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from prompt_kit.errors import WorkspaceError
from prompt_kit.support.yamlfile import YamlFile

FILE: Final = "prompt-kit.yaml"
"""The file that makes a folder a project."""

Amount = Annotated[Decimal, Field(ge=0)]


class Budget(BaseModel):
    """What may be spent at the most, in US dollars; ``None`` is no limit."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    run: Amount | None = None
    """For one run."""
    day: Amount | None = None
    """From midnight to midnight, in UTC."""
    month: Amount | None = None
    """For one calendar month, in UTC."""


class Project(BaseModel):
    """A folder of someone's own recipes and runs; every key has a default, and so has the file itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    root: Path = Field(default_factory=Path.cwd, exclude=True)
    """The folder the other paths start from; where the file stands."""
    recipes: str = "recipes"
    """Folder of the project's recipes, with ``strategies/`` and ``presets/`` below."""
    templates: str = "templates"
    """Folder of the project's templates."""
    packs: list[str] = []
    """Further folders that hold ``recipes/`` and ``templates/``, in the order in which they are searched."""
    brand: str = "brand.yaml"
    """File that describes the brand, if it is there."""
    runs: str = "runs"
    """Folder of what was made."""
    ledger: str = ""
    """Database of what was asked and paid, as URL; a SQLite file among the runs when left out."""
    models: str = "models.yaml"
    """File that adds models to the catalogue or changes them, if it is there."""
    generator: str = ""
    """The generator to use; ``gemini`` when a key is set, else ``proof``, when left out."""
    generators: dict[str, dict[str, Any]] = {}
    """Options of each generator, such as ``openai: {base_url: …}``; keys do not belong here."""
    budget: Budget = Budget.model_construct()
    """What may be spent at the most."""

    @cached_property
    def runs_folder(self) -> Path:
        """The folder of runs, which also holds the ledger unless it is elsewhere."""
        return self.root / self.runs

    @cached_property
    def ledger_url(self) -> str:
        """The ledger's database as URL: the environment's, the project's, or a SQLite file among the runs."""
        stated = os.environ.get("PROMPT_KIT_LEDGER") or self.ledger
        return stated or f"sqlite:///{self.runs_folder / 'ledger.db'}"

    @cached_property
    def models_file(self) -> Path | None:
        """The project's own models, if it has any."""
        path = self.root / self.models
        return path if path.is_file() else None


def find_project(start: Path | None = None) -> Project:
    """Return the project this folder belongs to: the nearest one upwards, else the folder itself.

    Raises:
        InputError: With every problem of the project's file.
        WorkspaceError: When the folder does not exist.
    """
    folder = (start or Path.cwd()).resolve()
    if not folder.is_dir():
        raise WorkspaceError(f"{folder}: there is no such folder.")
    for candidate in (folder, *folder.parents):
        path = candidate / FILE
        if path.is_file():
            read = YamlFile(path, FILE if candidate == Path.cwd() else None).parse(Project)
            return read.model_copy(update={"root": candidate})
    # Nothing was read, so nothing needs to be checked; making the validator would take longer than the rest.
    return Project.model_construct(root=folder)
