"""Shows what a change does to every prompt: renders all examples at two states, and compares them word by word."""

from prompt_kit.review.diff.comparison import Comparison, compare
from prompt_kit.review.diff.states import State, open_states

__all__ = ["Comparison", "State", "compare", "open_states"]
