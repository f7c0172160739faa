"""Checks a generator's options, which may come from a file and have any type."""

from __future__ import annotations

import math
from typing import Final

from prompt_kit.outcome import Outcome, Status

LONGEST_ANSWER_S: Final = 24 * 3600.0
"""Longest time that can be allowed for an answer; a larger value is probably a mistake."""


def option_problem(
    generator: str, *, timeout_s: object, attempts: object, switches: dict[str, object], **texts: object
) -> Outcome | None:
    """Return what is wrong with the options of a generator, all of it at once.

    Args:
        generator: Its name.
        timeout_s: How long an answer may take, in seconds.
        attempts: How often a request is sent at most.
        switches: Options that are true, false or left out.
        texts: Options that are text or left out.
    """
    wrong = []
    if not _is_number(timeout_s) or not 0 < timeout_s <= LONGEST_ANSWER_S:  # type: ignore[operator]  # a number by now
        wrong.append(f"timeout_s is {timeout_s}; it takes seconds, above 0 and up to {LONGEST_ANSWER_S:.0f}.")
    if not isinstance(attempts, int) or isinstance(attempts, bool):
        wrong.append(f"attempts is {attempts}; it takes a whole number, such as 4.")
    switched = {name: value for name, value in switches.items() if not isinstance(value, bool | None)}
    wrong += [f"{name} is {value}; it takes true or false." for name, value in switched.items()]
    wrong += [
        f"{name} is {value}; it takes text." for name, value in texts.items() if not isinstance(value, str | None)
    ]
    if not wrong:
        return None
    step = f"Change it in prompt-kit.yaml under generators: {generator}, or where the generator is made."
    return Outcome(Status.INVALID, message=" ".join(wrong), next_step=step, billable="no")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
