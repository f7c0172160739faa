"""Fills in a form from an example, an earlier run or a draft, and makes a draft of answers."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import NotFoundError, PromptKitError
from prompt_kit.images import open_image
from prompt_kit.record.runs import open_run
from prompt_kit.studio.answers import SETTINGS, Answers, as_answer
from prompt_kit.studio.roles import may_use

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.images import Image
    from prompt_kit.record.drafts import DraftContent
    from prompt_kit.studio.studio import Studio

DEFAULT_COUNT: Final = 4
"""How many pictures are asked for until somebody says otherwise."""


def image_of(studio: Studio, key: str, person: str) -> Image | None:
    """Return the picture of a person's upload; ``None`` when it was deleted, or is somebody else's."""
    try:
        return studio.kit.uploads.image(key) if may_use(studio, person, key) else None
    except PromptKitError:
        return None


def answers_of(settings: Mapping[str, Any], values: Mapping[str, Any], references: Mapping[str, Any]) -> Answers:
    """Return the answers of a draft."""
    return Answers.from_dict({**settings, "settings": settings, "values": values, "references": references})


def draft_of(answers: Answers) -> DraftContent:
    """Return answers as a draft keeps them."""
    plain = answers.to_dict()
    others = {"uses": plain["uses"], "count": plain["count"], "generator": plain["generator"]}
    return {"values": plain["values"], "references": plain["references"], "settings": plain["settings"] | others}


def from_example(studio: Studio, name: str, example: str, person: str) -> Answers:
    """Return the answers of a recipe's example; its pictures become uploads.

    Raises:
        NotFoundError: When there is no such example.
    """
    recipe = studio.recipe(name)
    if example not in recipe.examples:
        raise NotFoundError("example", example, recipe.examples)
    chosen = recipe.examples[example]
    form = recipe.using(*chosen.uses).form
    values = {key: as_answer(value) for key, value in chosen.values.items() if key in form.parameters}
    slots = {key: value for key, value in chosen.values.items() if key in form.references}
    references = {
        slot: tuple(
            studio.kit.uploads.add(path.read_bytes(), name=path.name, person=person).id
            for path in (value if isinstance(value, list | tuple) else [value])
        )
        for slot, value in slots.items()
    }
    plain = {key: str(value) for key, value in chosen.settings.to_dict().items()}
    return Answers(values, references, _known(plain), tuple(chosen.uses), DEFAULT_COUNT)


def from_run(studio: Studio, run: str, person: str) -> Answers:
    """Return the answers that made a run, with its pictures as uploads where they are still kept.

    Raises:
        NotFoundError: When there is no such run.
        InputError: When its record is damaged.
    """
    root = studio.kit.project.runs_folder
    record = open_run(run, root).fields
    values = {key: as_answer(value) for key, value in record.values.items() if value is not None}
    references: dict[str, list[str]] = {}
    for part in record.turns[0].get("parts", ()):
        slot, digest = part.get("reference") or part.get("mask"), part.get("sha256")
        kept = next((kept for kept in record.references if kept.sha256 == digest), None)
        if isinstance(slot, str) and kept is not None:
            with suppress(PromptKitError, OSError):
                upload = studio.kit.uploads.of(kept.sha256, person)
                if upload is None:
                    data = open_image(root / kept.stored).read()
                    upload = studio.kit.uploads.add(data, name=str(part.get("file", "")), person=person)
                references.setdefault(slot, []).append(upload.id)
            values.pop(slot, None)
    settings = _known({key: str(value) for key, value in record.settings.items()})
    team = studio.kit.project.team
    if team is not None:
        values = {key: value for key, value in values.items() if key not in team.values}
        settings = {key: value for key, value in settings.items() if key not in team.locked}
    return Answers(
        values, {slot: tuple(ids) for slot, ids in references.items()}, settings, record.strategies, record.count
    )


def _known(settings: Mapping[str, str]) -> dict[str, str]:
    return {name: settings[name] for name in SETTINGS if name in settings}
