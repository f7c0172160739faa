"""Sandboxed Jinja2 templates; they may come from unknown authors, so they are checked before they run."""

from prompt_kit.recipe.templating.branches import Branch
from prompt_kit.recipe.templating.environment import FILTERS, MAX_OUTPUT, Values, trusted
from prompt_kit.recipe.templating.loading import MAX_DEPTH, MAX_FILES, MAX_SOURCE, Templates, compile_templates
from prompt_kit.recipe.templating.phrases import compile_phrase, filled_phrase
from prompt_kit.recipe.templating.program import Program, Source, TemplatePart, lay_out

__all__ = [
    "FILTERS",
    "MAX_DEPTH",
    "MAX_FILES",
    "MAX_OUTPUT",
    "MAX_SOURCE",
    "Branch",
    "Program",
    "Source",
    "TemplatePart",
    "Templates",
    "Values",
    "compile_phrase",
    "compile_templates",
    "filled_phrase",
    "lay_out",
    "trusted",
]
