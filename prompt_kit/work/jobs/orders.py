"""What a job is asked to make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prompt_kit.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Order:
    """One prompt of a job."""

    prompt: Prompt
    count: int = 1
    """How many times it is made."""
    parent: str = ""
    """The id of the run that it refines."""
    parent_picture: str = ""
    """The name of the picture that it refines."""
