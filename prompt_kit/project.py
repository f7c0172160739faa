"""Finds the project that a folder belongs to, and reads where its recipes, brand, runs and ledger are."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from prompt_kit.errors import InputError, WorkspaceError
from prompt_kit.policy import Amount, Policy, Role
from prompt_kit.support.calls import check_kind
from prompt_kit.support.files import is_there
from prompt_kit.support.person import computer_user, person_named
from prompt_kit.support.yamlfile import YamlFile

if TYPE_CHECKING:
    from decimal import Decimal

FILE: Final = "prompt-kit.yaml"
"""The file that makes a folder a project."""

TRUSTED: Final = "PROMPT_KIT_TRUSTED"
"""The environment variable with folders whose project files are used though another user owns them; ``*`` is any."""


class Budget(BaseModel):
    """What may be spent at the most, in US dollars; ``None`` is no limit."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    run: Amount | None = None
    """For one run."""
    day: Amount | None = None
    """From midnight to midnight, in UTC."""
    month: Amount | None = None
    """For one calendar month, in UTC."""

    def of_person(self, person: str) -> Decimal | None:
        """Return what a person may spend from midnight to midnight, in UTC; ``None`` is no limit."""
        del person
        return None


class TeamBudget(Budget):
    """What may be spent at the most where each person has a budget, too."""

    policy: Policy

    def of_person(self, person: str) -> Decimal | None:
        """Return what a person may spend from midnight to midnight, in UTC; ``None`` is no limit."""
        return self.policy.day_budget(person)


class Project(BaseModel):
    """A folder with recipes and runs of its own; every key of its file has a default, and the file may be missing."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    root: Path = Field(default_factory=Path.cwd, exclude=True)
    """The folder of the project's file; the other paths are relative to it."""
    recipes: str = "recipes"
    """Folder of the project's recipes, with ``strategies/`` and ``presets/`` below."""
    templates: str = "templates"
    """Folder of the project's templates."""
    packs: list[str] = []
    """Further folders that hold ``recipes/`` and ``templates/``, in the order in which they are searched."""
    brand: str = "brand.yaml"
    """File that describes the brand, if it is there."""
    runs: str = "runs"
    """Folder of the runs."""
    ledger: str = ""
    """URL of the ledger's database; a SQLite file in the folder of runs when left out."""
    models: str = "models.yaml"
    """File that adds models to the catalogue or changes them, if it is there."""
    generator: str = ""
    """The generator to use; ``gemini`` when a key is set, else ``proof``, when left out."""
    generators: dict[str, dict[str, Any]] = {}
    """Options of each generator, such as ``openai: {base_url: …}``; keys do not belong here."""
    budget: Budget = Budget.model_construct()
    """What may be spent at the most."""
    concurrency: int = Field(default=4, ge=1, le=256)
    """How many requests are on their way at the same time."""
    team: Policy | None = None
    """What a team allows: who may do which work, with which models, how large, and for how much a day."""

    @model_validator(mode="after")
    def _give_persons_budgets(self) -> Project:
        """Let whoever looks at the budget see those of the persons, too."""
        if self.team is not None and not isinstance(self.budget, TeamBudget):
            limits = {name: getattr(self.budget, name) for name in Budget.model_fields}
            self.__dict__["budget"] = TeamBudget(**limits, policy=self.team)
        return self

    def person(self, named: str = "") -> str:
        """Return for whom work is done: the person that is named, else who works here.

        Without a policy it does not matter who that is, and it is nobody unless the environment says it.
        """
        return named or person_named() or (computer_user() if self.team is not None else "")

    def may(self, role: Role, person: str) -> bool:
        """Return whether a person may do this; without a policy, everybody may do everything."""
        return self.team is None or self.team.may(role, person)

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
        return path if is_there(path) else None


def current_folder() -> Path:
    """Return the folder in which the program was started.

    Raises:
        WorkspaceError: When it does not exist any more.
    """
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise WorkspaceError("The current folder is gone. Go to another one.") from error


def project_of(given: Project | None) -> Project:
    """Return the project that is given, else the current folder's.

    Raises:
        TypeError: When something else is given.
    """
    check_kind("project", given, (Project, type(None)), "what find_project returns")
    return given or find_project()


def find_project(start: Path | None = None) -> Project:
    """Return the project that this folder belongs to.

    It is that of the nearest folder with a project file, going upwards; where there is none, of the folder itself.

    Raises:
        InputError: With every problem of the project's file, or when it belongs to somebody else.
        WorkspaceError: When the folder does not exist.
    """
    folder = (start or current_folder()).resolve()
    if not folder.is_dir():
        raise WorkspaceError(f"{folder}: there is no such folder.")
    for candidate in (folder, *folder.parents):
        path = candidate / FILE
        if is_there(path):
            _refuse_other_owners(path)
            project = YamlFile(path, FILE if candidate == current_folder() else None).parse(Project)
            return project.model_copy(update={"root": candidate})
    # Without a file there is nothing to validate, and building the validator takes longer than all the rest.
    return Project.model_construct(root=folder)


def _refuse_other_owners(path: Path) -> None:
    """Check that a project's file belongs to the user or the system, because it says where keys and pictures go.

    Raises:
        InputError: When another user could have written it, and its folder is not in `TRUSTED`.
    """
    if os.name == "nt":  # Windows has no numbers of owners
        return
    # Whoever owns the folder can put another file in its place; a link belongs to the user who made it.
    owners = {place.stat().st_uid for place in (path, path.parent) if place.exists()} | {path.lstat().st_uid}
    others = owners - _trusted_users()
    folders = os.environ.get(TRUSTED, "").split(os.pathsep)
    if not others or "*" in folders or any(Path(folder).resolve() == path.parent for folder in folders if folder):
        return
    raise InputError(
        f"{path} belongs to another user ({', '.join(sorted(map(_user, others)))}), so it is not used: it could send"
        f" your key and pictures anywhere. If you trust it, say so: {TRUSTED}={path.parent}"
    )


def _trusted_users() -> set[int]:
    """Return the numbers of the users whose files are used: this one, root, and the one who called ``sudo``."""
    own = {0, os.geteuid()}
    caller = os.environ.get("SUDO_UID", "")
    return own | {int(caller)} if os.geteuid() == 0 and caller.isdecimal() else own


def _user(number: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"number {number}"
