"""What checking values works on, and what values come to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.errors import Problem
    from prompt_kit.images import Image
    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.spec import ReferenceSlot
    from prompt_kit.recipe.templating import Values


class Settled(NamedTuple):
    """What values come to, ready to be rendered."""

    context: Values
    """What a template sees."""
    record: Mapping[str, Any]
    """What was given, as a record holds it: pictures by file name."""
    pictures: Mapping[str, tuple[Image, ...]]
    """The pictures by slot."""
    problems: list[Problem]
    notes: tuple[Problem, ...]


class Checking(NamedTuple):
    """The work of checking values: what is there so far, and the lists that further checks add to."""

    parameters: Mapping[str, Parameter]
    references: Mapping[str, ReferenceSlot]
    given: Mapping[str, Any]
    """What was given, as it was written, under the names of today."""
    context: dict[str, Any]
    """What a template will see; what has a problem is there as it was given."""
    pictures: Mapping[str, tuple[Image, ...]]
    problems: list[Problem]
    notes: list[Problem]


Check: TypeAlias = Callable[[Checking], None]
"""Looks at values that were checked one by one, and adds problems and notes; it may change the context."""
