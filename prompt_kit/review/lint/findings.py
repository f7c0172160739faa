"""What is wrong with files, and how much their examples exercise."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_kit.errors import Problem
    from prompt_kit.review.lint.coverage import Coverage


@dataclass
class Report:
    """The problems of files, and how much their examples exercise."""

    problems: list[Problem] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)
    templates: set[str] = field(default_factory=set)
    """The templates that something uses, as messages call them."""
    broken: dict[Problem, set[str]] = field(default_factory=dict)
    """The problems of shared templates, each with the files that cannot be read because of it."""
    waiting: dict[Problem, set[tuple[str, str]]] = field(default_factory=dict)
    """The problems of templates, each with the examples that cannot be rendered because of it: file and name."""
    breaking: set[Problem] = field(default_factory=set)
    """The problems that keep a file or an example from being rendered."""
    causes: list[Problem] = field(default_factory=list)
    """The problems for which examples or files wait, as people read them."""
    unfinished: bool = False
    """Whether something could not be looked at because of what is wrong."""
    unreadable: bool = False
    """Whether a file could not be read so far that its templates are known."""

    def add(self, other: Report) -> None:
        """Add the content of another report to this one."""
        self.problems += other.problems
        self.coverage += other.coverage
        self.templates |= other.templates
        self.unreadable |= other.unreadable
        self.unfinished |= other.unfinished
        for problem, names in other.broken.items():
            self.broken.setdefault(problem, set()).update(names)
        for problem, examples in other.waiting.items():
            self.waiting.setdefault(problem, set()).update(examples)
        self.breaking |= other.breaking


def who_waits(examples: Sequence[str], files: int = 1) -> str:
    """Return the sentence that says which examples of how many files cannot be rendered because of a problem."""
    if len(examples) == 1:
        return f"Example '{examples[0]}' waits for this."
    where = f" in {files} files" if files > 1 else ""
    return f"{len(examples)} examples{where} wait for this."
