"""Reads the rows of catalogue files; a project's rows change the built-in ones or add to them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from prompt_kit.catalogue.facts import Facts, PixelTable
from prompt_kit.errors import InputError, did_you_mean
from prompt_kit.support.yamlfile import YamlFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FIRST: Final = "gemini"
"""The generator whose models stand for the tiers of generators that have no models in the catalogue."""


class _Row(Facts):
    """What a file says of one model; what it leaves out stays as it is."""

    id: str = ""
    same_as: str | None = None
    table: str | None = Field(default=None, alias="pixels")


class _File(BaseModel):
    """The catalogue's file, or a project's additions to it."""

    model_config = ConfigDict(extra="forbid")

    pixels: dict[str, PixelTable] = {}
    models: dict[str, _Row] = {}


Rows: TypeAlias = tuple[dict[str, Facts], dict[str, PixelTable]]
"""Models by id, and pixel tables by name."""


@cache
def built_in() -> Rows:
    """Return the models that come with the kit, by id, and their pixel tables."""
    return read(Path(__file__).with_name("catalogue.yaml"), {}, {})


def read(path: Path, models: dict[str, Facts], tables: dict[str, PixelTable]) -> Rows:
    """Return these models and pixel tables, changed and extended by the rows of a file.

    Raises:
        InputError: With every problem of the file.
    """
    file = YamlFile(path, path.name)
    content = file.parse(_File)
    models, tables = dict(models), tables | content.pixels
    problems = []
    for model_id, row in content.models.items():
        start = models.get(model_id) or models.get(row.same_as or "")
        faults = _faults(model_id, row, above=models, ids=[*models, *content.models], tables=[*tables])
        problems += [file.problem(text.strip(), "models", model_id, key) for key, text in faults]
        fields = start.model_dump() if start else {}
        fields |= {} if model_id in models else {"tiers": ()}
        fields |= row.model_dump(exclude_unset=True, exclude={"same_as", "table"}) | {"id": model_id}
        if row.table is not None:
            rows = tables.get(row.table, {}).items()
            fields["pixel_table"] = tuple((ratio, size, *px) for ratio, sizes in rows for size, px in sizes.items())
        made = Facts(**fields)
        for name, other in models.items():
            # A tier belongs to one model of a generator: a later row takes it from an earlier one.
            if other.generator == made.generator:
                left = tuple(tier for tier in other.tiers if tier not in row.tiers)
                models[name] = other.model_copy(update={"tiers": left})
        models[model_id] = made
    if problems:
        raise InputError(sorted(problems, key=lambda problem: (problem.place and problem.place.line) or 0))
    return models, tables


def _faults(
    model_id: str, row: _Row, *, above: Mapping[str, Facts], ids: Sequence[str], tables: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield the faults of a row that its types do not show, each with the key it is under."""
    stands_alone = model_id not in above and row.same_as is None and row.status != "retired"
    if stands_alone and "generator" not in row.model_fields_set:
        advice = "a new one says its 'generator', or which model above it is the 'same_as'"
        yield "", f"there is no model '{model_id}' to change; {advice}. {did_you_mean(model_id, [*above])}"
    if row.same_as is not None and row.same_as not in above:
        yield "same_as", f"there is no model '{row.same_as}' above. {did_you_mean(row.same_as, [*above])}"
    if row.status == "retired" and row.replaced_by is None:
        yield "status", "a retired model says by which one it is 'replaced_by'."
    if row.replaced_by is not None and row.replaced_by not in ids:
        yield "replaced_by", f"there is no model '{row.replaced_by}'. {did_you_mean(row.replaced_by, ids)}"
    if row.table is not None and row.table not in tables:
        yield "pixels", f"there is no pixel table '{row.table}'. {did_you_mean(row.table, tables)}"
