"""Finds what no schema can: unused parameters, branches that no example takes, words that make pictures worse."""

from prompt_kit.review.lint.coverage import Coverage
from prompt_kit.review.lint.findings import Report, who_waits
from prompt_kit.review.lint.repairs import repair
from prompt_kit.review.lint.report import check
from prompt_kit.review.lint.targets import Target, library_of, own, recipes_of, targets

__all__ = ["Coverage", "Report", "Target", "check", "library_of", "own", "recipes_of", "repair", "targets", "who_waits"]
