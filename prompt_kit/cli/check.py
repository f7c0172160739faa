"""Commands for those who write recipes: ``check`` and ``schema``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from prompt_kit.cli.output import give_json, say, talk
from prompt_kit.support.text import counted

if TYPE_CHECKING:
    from prompt_kit.errors import Problem
    from prompt_kit.review.lint import Coverage, Report, Target

SCHEMAS: Final = ("recipe", "strategy", "preset")
HEADER: Final = "# yaml-language-server: $schema="


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github", "json"]),
    default="text",
    help="For people, for annotations on GitHub, or for programs.",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--coverage", "show_coverage", is_flag=True, help="Show what the examples exercise, as a table.")
@click.option(
    "--min-coverage",
    type=click.IntRange(0, 100),
    default=100,
    metavar="PERCENT",
    help="How many of a file's branches and choices its examples must exercise.  [default: 100]",
)
@click.option("--fix", is_flag=True, help="First mend spaces, line ends and quotes outside values, nothing else.")
def check(paths: tuple[Path, ...], **options: Any) -> None:
    """Find every problem of recipe files, and exit with 1 if there are any.

    PATHS are recipe files, files of a project such as its brand, or folders in which all recipes are looked at; the
    project's own library when left out. Each is checked as part of its project, whose packs can be used, too.
    """
    from prompt_kit.review import lint

    if options["fix"]:
        for target in _targets(paths):
            for path in lint.repair(target):
                talk(f"{target.library.label(path.resolve())}: mended.")
    targets = _targets(paths)
    report = lint.check(targets[0].library, targets, min_coverage=options["min_coverage"] / 100)
    if options["form"] == "json":
        give_json(_plain(report))
    else:
        for problem in report.problems:
            say(_annotation(problem) if options["form"] == "github" else str(problem))
    if options["show_coverage"]:
        _show_coverage(report.coverage, err=options["form"] != "text")
    count = len(report.problems)
    talk(f"{counted(count, 'problem')}." if count else "All is well.")
    if report.unfinished:
        talk("More may come to light once these are mended.")
    click.get_current_context().exit(1 if count else 0)


@click.command()
@click.argument("kind", type=click.Choice(SCHEMAS), default="recipe")
@click.option(
    "--write",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write all schemas into this folder, and point the project's recipe files to them.",
)
def schema(kind: str, write: Path | None) -> None:
    """Print the JSON Schema of recipe, strategy or preset files."""
    if write is None:
        say(schema_text(kind), nl=False)
        return
    from prompt_kit.errors import WorkspaceError
    from prompt_kit.recipe.library import Library, built_in

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
    from prompt_kit.recipe.library import spec_of
    from prompt_kit.recipe.schema import described

    made = described(spec_of(kind))
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | made | {"title": f"prompt-kit {kind}"}
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _point(path: Path, schema_file: Path) -> None:
    """Write the line from which editors learn which schema a file follows."""
    import codecs
    import os

    from prompt_kit.support.files import read_file
    from prompt_kit.support.yamlfile import MAX_BYTES

    target = os.path.relpath(schema_file.resolve(), path.resolve().parent).replace(os.sep, "/")
    data = read_file(path, MAX_BYTES)
    # Editors that write a byte-order mark expect it first; line ends stay as they are.
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    text = data.removeprefix(mark)
    if text.startswith(HEADER.encode()):
        text = text.partition(b"\n")[2]
    path.write_bytes(mark + f"{HEADER}{target}\n".encode() + text)


def _targets(paths: tuple[Path, ...]) -> list[Target]:
    """Return what these paths mean, or the current folder's project when there are none."""
    from prompt_kit.project import current_folder
    from prompt_kit.recipe.library import Library
    from prompt_kit.review import lint

    named = [target for path in paths for target in lint.targets(path)]
    return named or lint.own(Library(labels_from=current_folder()))


def _plain(report: Report) -> dict[str, Any]:
    return {
        "problems": [
            {
                "file": problem.place.file if problem.place else None,
                "line": problem.place.line if problem.place else None,
                "column": problem.place.column if problem.place else None,
                "message": problem.message,
            }
            for problem in report.problems
        ],
        "coverage": [
            {
                "kind": entry.kind,
                "name": entry.name,
                "examples": entry.examples,
                "branches": entry.branches,
                "choices": entry.choices,
                "untried": len(entry.untried),
                "percent": entry.percent,
            }
            for entry in report.coverage
        ],
    }


def _annotation(problem: Problem) -> str:
    """Return a problem as GitHub shows it beside the line (docs.github.com, workflow commands, 2026-10)."""

    def escaped(text: str, more: str = "") -> str:
        return "".join(f"%{ord(c):02X}" if c in "%\r\n" + more else c for c in text)

    place = problem.place
    where = {"file": place.file, "line": place.line, "col": place.column} if place else {}
    shown = ",".join(f"{key}={escaped(str(value), ':,')}" for key, value in where.items() if value)
    return f"::error {shown}::{escaped(problem.message)}"


def _show_coverage(covered: list[Coverage], *, err: bool) -> None:
    if not covered:
        return
    tell = talk if err else say
    width = max((len(entry.name) for entry in covered), default=0) + 2
    tell(f"{'':<{width}}{'examples':>9}{'branches':>10}{'choices':>9}{'untried':>9}{'exercised':>11}")
    for entry in covered:
        counts = f"{entry.examples:>9}{entry.branches:>10}{entry.choices:>9}{len(entry.untried):>9}{entry.percent:>10}%"
        tell(f"{entry.name:<{width}}{counts}")
