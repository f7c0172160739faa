"""What no schema can see: parameters nobody uses, branches nobody tries, words that work against the picture."""

from prompt_kit.lint.coverage import Coverage
from prompt_kit.lint.repairs import repair
from prompt_kit.lint.report import Report, check
from prompt_kit.lint.targets import Target, own, targets

__all__ = ["Coverage", "Report", "Target", "check", "own", "repair", "targets"]
