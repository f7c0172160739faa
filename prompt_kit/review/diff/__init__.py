"""Shows what a change does to every prompt: renders all examples at two states, and compares them word by word."""

from prompt_kit.review.diff.changes import Changes, changes_between
from prompt_kit.review.diff.states import State, open_states

__all__ = ["Changes", "State", "changes_between", "open_states"]
