"""Checks without spending money whether all is ready to make pictures."""

from __future__ import annotations

import asyncio
import platform
import re
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

from prompt_kit.catalogue import Catalogue
from prompt_kit.errors import InputError, NotFoundError, PromptKitError, WorkspaceError
from prompt_kit.generators import BUILT_IN, Checkable, Checked, elsewhere, generator, installed, is_free
from prompt_kit.project import FILE, Project, find_project
from prompt_kit.prompt import Settings, Tier
from prompt_kit.recipe.library import Library
from prompt_kit.record.history import missing_history
from prompt_kit.record.ledger import Ledger
from prompt_kit.review.locks import doubtful
from prompt_kit.support.files import unwritable
from prompt_kit.support.money import dollars
from prompt_kit.support.words import series

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

STALE: Final = timedelta(days=90)
"""The age from which the prices and models of the catalogue should be checked."""

_MOST_SHOWN: Final = 3
_KINDS: Final = {"recipe": "recipes", "strategy": "strategies", "preset": "presets"}
_MODULES: Final = {"opencv-python-headless": "cv2"}
"""What a package is imported as, where that is not its name."""

_SCRIPTS: Final = {"Arabic": "ب", "Chinese": "文", "Hindi": "अ", "Japanese": "あ", "Korean": "한", "Thai": "ไ"}
"""A letter of each script that proofs may have to draw."""

_MARKER: Final = re.compile(r"""^([\w.-]+).*extra\s*==\s*['"]([\w-]+)['"]""")


def examine(start: Path | None = None, *, today: date | None = None) -> tuple[Checked, ...]:
    """Check everything a folder's project needs, and return the results; it raises nothing and costs nothing."""

    async def collected() -> tuple[Checked, ...]:
        return tuple([checked async for checked in _everything(start, today or datetime.now(UTC).date())])

    return asyncio.run(collected())


async def _everything(start: Path | None, today: date) -> AsyncIterator[Checked]:
    yield _programs()
    try:
        project = find_project(start)
    except WorkspaceError as error:
        yield _problem("project", error, "Nothing else can be looked at from there.")
        return
    except PromptKitError as error:
        yield _problem("project", error, "Mend or trust the file; the rest is looked at without it.")
        project = Project.model_construct(root=(start or Path.cwd()).resolve())
    else:
        there = (project.root / FILE).is_file()
        yield Checked("project", "good", f"{project.root / FILE}." if there else f"{project.root}, without {FILE}.")
    for checked in (*_recipes(project), *_team(project), _runs(project), _ledger(project)):
        yield checked
    try:
        catalogue = Catalogue.load(project.models_file)
    except PromptKitError as error:
        yield _problem("models", error, f"Mend {project.models}.")
        catalogue = Catalogue.load()
    yield _age(catalogue, today)
    for name in sorted(
        {*BUILT_IN, *installed()}, key=lambda generator_name: (generator_name not in BUILT_IN, generator_name)
    ):
        async for checked in _generator(name, project, catalogue):
            yield checked
    yield _extras()
    yield _cache()
    yield _fonts()


def _programs() -> Checked:
    try:
        version = metadata.version("prompt-kit")
    except metadata.PackageNotFoundError:
        version = "of this checkout"
    fact = f"Python {platform.python_version()}, prompt-kit {version}."
    if sys.version_info < (3, 11):  # noqa: UP036 - the installer's check can be bypassed
        return Checked("versions", "wrong", fact, "Install Python 3.11 or newer.")
    return Checked("versions", "good", fact)


def _recipes(project: Project) -> Iterator[Checked]:
    library = Library(project)
    counts: list[str] = []
    problems: list[str] = []
    try:
        for kind, plural in _KINDS.items():
            names = library.names(kind)
            counts.append(f"{len(names)} {plural if len(names) != 1 else kind}")
            for name in names:
                try:
                    getattr(library, kind)(name)
                except PromptKitError as error:
                    problems += map(str, error.problems)
    except PromptKitError as error:
        yield _problem("recipes", error, f"Look at the folders that {FILE} names.")
        return
    if problems:
        more = f" (and {len(problems) - _MOST_SHOWN} more)" if len(problems) > _MOST_SHOWN else ""
        text = f"{' '.join(problems[:_MOST_SHOWN])}{more}"
        yield Checked("recipes", "wrong", text, "Run: prompt-kit check.")
    else:
        yield Checked("recipes", "good", f"{series(counts, 'and')} can be read.")


def _team(project: Project) -> Iterator[Checked]:
    """Say what is doubtful in a team's policy, if there is one."""
    if project.team is None:
        return
    try:
        doubts = list(doubtful(project.team, Library(project)))
    except PromptKitError:  # the recipes cannot be read, which is said already
        return
    if doubts:
        yield Checked("team", "wrong", " ".join(doubts), f"Mend {FILE}.")
    else:
        yield Checked("team", "good", "Every lock of the policy has a parameter.")


def _runs(project: Project) -> Checked:
    """Try to write where runs go, without leaving anything there."""
    folder = project.runs_folder
    nearest = next((parent for parent in (folder, *folder.parents) if parent.exists()), folder)
    if why := unwritable(folder):
        return Checked("runs", "wrong", f"{nearest} cannot be written: {why}.", "Change its rights, or name another.")
    return Checked("runs", "good", f"{folder} can be written." if nearest == folder else f"{folder} can be made.")


def _ledger(project: Project) -> Checked:
    url = project.ledger_url
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not file.exists():
        missing = missing_history(None, project.runs_folder)
        return Checked("ledger", "odd" if missing else "good", missing or "The first run makes it.")
    try:
        with Ledger.open(url) as ledger:
            right, left = ledger.recount(), ledger.left(project.budget)
            missing = missing_history(ledger, project.runs_folder)
    except PromptKitError as error:
        return _problem("ledger", error, "Without it nothing is sent, because nobody would know what was paid.")
    if missing or not right:
        mended = "Its running totals did not agree with its rows; they were counted anew."
        return Checked("ledger", "odd", missing or mended)
    if left is None:
        return Checked("ledger", "good", "It opens. There is no budget.")
    if left <= 0:
        step = f"Raise the budget in {FILE}, or wait for the next day or month."
        return Checked("ledger", "odd", "It opens. The budget is used up.", step)
    return Checked("ledger", "good", f"It opens. {dollars(left, least=2, most=2)} of the budget is left.")


def _age(catalogue: Catalogue, today: date) -> Checked:
    newest = max((model.as_of for model in catalogue.models if model.as_of and model.status == "current"), default=None)
    if newest is None:
        return Checked(
            "catalogue", "odd", "No model has a date on which it was checked.", "Compare prices with the provider's."
        )
    if today - newest > STALE:
        step = "Look for a newer prompt-kit; prices and models may have changed, and models.yaml can correct them."
        return Checked("catalogue", "odd", f"Models and prices are as of {newest}.", step)
    return Checked("catalogue", "good", f"Models and prices are as of {newest}.")


async def _generator(name: str, project: Project, catalogue: Catalogue) -> AsyncIterator[Checked]:
    wanted = name == project.generator or name in project.generators
    try:
        maker = generator(name, project.generators.get(name))
    except PromptKitError as error:
        (first_sentence, *rest) = str(error).partition(". ")
        yield Checked(
            name, "wrong" if wanted or name not in BUILT_IN else "odd", f"{first_sentence.rstrip('.')}.", rest[-1]
        )
        return
    if not isinstance(maker, Checkable):
        yield Checked(name, "good", "It needs no key and no network." if is_free(maker) else "It can be loaded.")
        return
    if host := elsewhere(maker):
        step = f"Look at base_url in {FILE} and at the environment if you did not choose it."
        yield Checked(f"{name}: address", "odd", f"Key, prompts and pictures are sent to {host}.", step)
    models = list(dict.fromkeys(_models(name, catalogue)))
    for checked in await maker.check(models):
        # A generator that is not set up is a problem only when it was chosen.
        state = (
            "wrong"
            if checked.state == "odd" and name == project.generator and checked.about == "key"
            else checked.state
        )
        yield replace(checked, about=f"{name}: {checked.about}", state=state)


def _models(name: str, catalogue: Catalogue) -> Iterator[str]:
    """Yield the models of a generator's tiers."""
    for tier in get_args(Tier):
        try:
            model = catalogue.choose(Settings(tier=tier), name)
        except (InputError, NotFoundError):
            continue
        if model.generator == name:
            yield model.id


def _extras() -> Checked:
    """Return which optional parts are installed, and how to get the others."""
    try:
        asked = metadata.requires("prompt-kit") or []
    except metadata.PackageNotFoundError:
        asked = []
    packages: dict[str, list[str]] = {}
    for line in asked:
        if package := _MARKER.match(line):
            packages.setdefault(package[2], []).append(package[1])
    packages.pop("test", None)
    there = [name for name, needs in packages.items() if all(map(_is_installed, needs))]
    missing = [name for name in packages if name not in there]
    fact = f"Installed: {series(there, 'and')}." if there else "None of the optional parts is installed."
    step = f"Also available: {series(missing, 'and')}. Run: pip install 'prompt-kit[{missing[0]}]'." if missing else ""
    return Checked("extras", "good", fact, step)


def _is_installed(package: str) -> bool:
    return find_spec(_MODULES.get(package, package.replace("-", "_"))) is not None


def _cache() -> Checked:
    from prompt_kit.generators.gemini.upload_cache import FILE as UPLOADS
    from prompt_kit.generators.gemini.upload_cache import Memory
    from prompt_kit.support.cachefolder import cache_folder

    count = Memory("").count()
    held = "1 uploaded picture is" if count == 1 else f"{count} uploaded pictures are"
    return Checked("uploads", "good", f"{held} remembered in {cache_folder() / UPLOADS}.")


def _fonts() -> Checked:
    from prompt_kit.generators.proof.fonts import NONE, runs

    missing = [script for script, letter in _SCRIPTS.items() if runs(letter)[0].face == NONE]
    if not missing:
        return Checked("fonts", "good", "Proofs can show every script that was tried.")
    step = "Proofs name such words instead of drawing them. A Noto font makes them visible; real pictures need none."
    return Checked("fonts", "good", f"No font here has {series(missing, 'or')}.", step)


def _problem(about: str, error: PromptKitError, next_step: str) -> Checked:
    return Checked(about, "wrong", " ".join(map(str, error.problems)), next_step)
