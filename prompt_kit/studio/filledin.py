"""What a run was made of, or a draft holds, as the beginning of a preset or recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prompt_kit.record.runs import open_run
from prompt_kit.review.writing.starting import FilledIn
from prompt_kit.studio.answers import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prompt_kit.recipe.form import Form
    from prompt_kit.studio.studio import Studio


def filled_by_run(studio: Studio, run: str) -> FilledIn:
    """Return what a run was made of, with those of its pictures that are kept.

    Raises:
        NotFoundError: When there is no such run.
        InputError: When its record is damaged.
    """
    root = studio.kit.project.runs_folder
    record = open_run(run, root).fields
    kept = {reference.sha256: root / reference.stored for reference in record.references}
    pictures: dict[str, list[Path]] = {}
    for part in record.turns[0].get("parts", ()) if record.turns else ():
        slot, path = part.get("reference") or part.get("mask"), kept.get(part.get("sha256", ""))
        if isinstance(slot, str) and path is not None and path.is_file():
            pictures.setdefault(slot, []).append(path)
    values = {key: value for key, value in record.values.items() if value is not None and key not in pictures}
    settings = {key: str(value) for key, value in record.settings.items() if key in SETTINGS}
    return FilledIn(record.recipe, values, record.strategies, settings, pictures)


def filled_by_draft(studio: Studio, person: str, draft: str) -> FilledIn:
    """Return what a draft holds, without its pictures, which belong to nobody but the person.

    Raises:
        NotFoundError: When the person has no such draft.
        InputError: When it is damaged, or its recipe cannot be read.
    """
    kept = studio.kit.drafts.load(person, draft)
    uses = tuple(str(name) for name in kept.settings.get("uses", ()))
    form = studio.recipe(kept.recipe, uses).form
    settings = {key: str(value) for key, value in kept.settings.items() if key in SETTINGS and value}
    return FilledIn(kept.recipe, _typed(form, kept.values), uses, settings)


def _typed(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed as files say it: numbers without quotes, yes as ``true``."""
    typed: dict[str, Any] = {}
    kinds = {field.name: field.kind for field in form.fields}
    for name, value in values.items():
        kind = kinds.get(name, "")
        if kind == "boolean":
            typed[name] = value == "true"
        elif kind == "integer" and str(value).isdecimal():
            typed[name] = int(value)
        else:
            typed[name] = value
    return typed
