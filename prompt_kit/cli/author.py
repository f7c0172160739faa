"""Commands for those who write recipes: ``check`` and ``schema``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import click

SCHEMAS: Final = {"recipe": "RecipeSpec", "strategy": "StrategySpec", "preset": "PresetSpec"}
HEADER: Final = "# yaml-language-server: $schema="


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def check(ctx: click.Context, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Find every problem of recipe files, and exit with 1 if there are any.

    PATHS are recipe files, folders of them, or packs; the project's own library when left out.
    """
    from prompt_kit.library import Library
    from prompt_kit.lint import check as problems_of
    from prompt_kit.lint import library_of

    if paths:
        looked = [library_of(path) for path in paths]
        problems = [problem for library, files in looked for problem in problems_of(library, files)]
    else:
        problems = problems_of(Library())
    unique = list(dict.fromkeys(problems))
    if as_json:
        click.echo(json.dumps([_plain(problem) for problem in unique], indent=2, ensure_ascii=False))
    else:
        for problem in unique:
            click.echo(str(problem))
        click.echo(f"{len(unique)} problem{'' if len(unique) == 1 else 's'}." if unique else "All is well.", err=True)
    ctx.exit(1 if unique else 0)


@click.command()
@click.argument("kind", type=click.Choice(list(SCHEMAS)), default="recipe")
@click.option(
    "--write",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write all schemas into this folder, and point the project's recipe files to them.",
)
def schema(kind: str, write: Path | None) -> None:
    """Print the JSON Schema of recipe, strategy or preset files."""
    if write is None:
        click.echo(schema_text(kind), nl=False)
        return
    from prompt_kit.errors import WorkspaceError
    from prompt_kit.library import Library, built_in

    try:
        write.mkdir(parents=True, exist_ok=True)
        for name in SCHEMAS:
            (write / f"{name}.schema.json").write_text(schema_text(name), "utf-8")
        library = Library()
        for name in SCHEMAS:
            for path in library.paths(name):
                if not path.resolve().is_relative_to(built_in()[0].resolve()):
                    _point(path, write / f"{name}.schema.json")
    except OSError as error:
        raise WorkspaceError(f"{write}: the schemas cannot be written ({error.strerror}).") from error


def schema_text(kind: str) -> str:
    """Return the JSON Schema of a kind of file, as it is checked in."""
    from prompt_kit import spec

    made: dict[str, Any] = getattr(spec, SCHEMAS[kind]).model_json_schema()
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | made | {"title": f"prompt-kit {kind}"}
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _point(path: Path, schema_file: Path) -> None:
    """Write the line that tells editors which schema a file follows."""
    import os

    target = os.path.relpath(schema_file.resolve(), path.resolve().parent).replace(os.sep, "/")
    text = path.read_text("utf-8")
    if text.startswith(HEADER):
        text = text.partition("\n")[2]
    path.write_text(f"{HEADER}{target}\n{text}", "utf-8")


def _plain(problem: Any) -> dict[str, Any]:
    place = problem.place
    return {
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "message": problem.message,
    }
