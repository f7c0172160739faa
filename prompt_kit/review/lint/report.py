"""Checks the files of a library, one by one, and reports every problem."""

from __future__ import annotations

import gc
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Final

from prompt_kit.recipe.library import Library
from prompt_kit.review.lint.file import look_at
from prompt_kit.review.lint.findings import Report, who_waits
from prompt_kit.review.lint.targets import own
from prompt_kit.review.lint.unused import unused_templates
from prompt_kit.support import words
from prompt_kit.support.yamlfile import in_line_order

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from prompt_kit.errors import Problem
    from prompt_kit.project import Project
    from prompt_kit.recipe.roots import Root
    from prompt_kit.review.lint.targets import Target

MANY: Final = 100
"""From how many files on the work is shared among processes; starting them takes about half a second."""

_library: Library
"""The library of a worker."""


def check(library: Library, only: list[Target] | None = None, *, min_coverage: float = 1.0) -> Report:
    """Return every problem of recipes, strategies and presets, file by file; those that others wait for come first.

    Args:
        library: The project's library, with its brand and models.
        only: What to look at; the project's own files and those of its packs when left out.
        min_coverage: The part of branches and choices, from 0 to 1, that examples must exercise; below it, everything
            that no example exercises is a problem.
    """
    looked_at = own(library) if only is None else only
    report = Report()
    for target in looked_at:
        report.add(_look(target))
        report.problems += target.problems
    for covered in report.coverage:
        if covered.share < min_coverage:
            report.problems += covered.untried
    if not report.unreadable:
        report.problems += unused_templates(looked_at, report.templates)
    stated = {problem: _with_names(problem, sorted(names)) for problem, names in report.broken.items()}
    stated |= {problem: _with_examples(problem, examples) for problem, examples in report.waiting.items()}
    problems = dict.fromkeys(stated.get(problem, problem) for problem in report.problems)
    causes = dict.fromkeys(stated[problem] for problem in report.problems if problem in stated)
    report.causes = _file_by_file(causes)
    report.problems = list(dict.fromkeys([*report.causes, *_file_by_file(problems)]))
    report.breaking = {stated.get(problem, problem) for problem in report.breaking}
    return report


def _file_by_file(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems file by file, those of a file in the order of its lines."""
    by_file: dict[str, list[Problem]] = {}
    for problem in problems:
        by_file.setdefault(problem.place.file if problem.place else "", []).append(problem)
    return [problem for several in by_file.values() for problem in sorted(several, key=in_line_order)]


def _with_names(problem: Problem, names: list[str]) -> Problem:
    listed = words.series(f"'{name}'" for name in names)
    return problem._replace(message=f"{problem.message} This breaks {listed}.")


def _with_examples(problem: Problem, examples: set[tuple[str, str]]) -> Problem:
    files = len({file for file, _ in examples})
    return problem._replace(message=f"{problem.message} {who_waits([name for _, name in examples], files)}")


def _look(target: Target) -> Report:
    library, report = target.library, Report()
    if len(target.files) < MANY:
        reports = [look_at(library, path) for path in target.files]
    else:
        settings = (library.project, library.roots, library.labels_from)
        with ProcessPoolExecutor(initializer=_begin, initargs=settings) as workers:
            reports = list(workers.map(_work, target.files, chunksize=8))
    for of_file in reports:
        report.add(of_file)
        report.unreadable |= not of_file.templates
    return report


def _begin(project: Project, roots: tuple[Root, ...], labels_from: Path) -> None:
    """Open the library of a worker process; it is short-lived, so garbage collection is turned off."""
    gc.disable()
    global _library  # noqa: PLW0603 - a worker keeps nothing else between files
    _library = Library(project, roots=roots, labels_from=labels_from)


def _work(path: Path) -> Report:
    return look_at(_library, path)
