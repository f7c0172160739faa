"""The result of sending a request once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.outcome import Outcome
from prompt_kit.support.durations import duration
from prompt_kit.support.text import whole_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.generators.verdicts import Again, Verdict

_LONGEST_QUOTE: Final = 300
"""Longest quote of a provider in a message, in characters."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of sending a request once, and whether it is sure that sending it again is not paid twice."""

    outcome: Outcome
    again: Again = "no"


def attempt_from(verdict: Verdict, *, says: str = "", **fields: Any) -> Attempt:
    """Return the attempt that a verdict describes.

    Args:
        verdict: What happened.
        says: The provider's own words, for the message.
        fields: Further fields of the `Outcome`.
    """
    quote = whole_words(" ".join(says.split()).rstrip("."), _LONGEST_QUOTE)
    # A gateway's error page is no sentence.
    message = verdict.message.replace("{says}", f' ("{quote}")' if quote and not quote.startswith("<") else "")
    filled: dict[str, Any] = {"next_step": verdict.next_step, "billable": verdict.billable} | fields
    filled |= {"repeatable": True} if verdict.again == "once" else {}
    return Attempt(Outcome(verdict.status, message=message, **filled), verdict.again)


def failed_attempt(
    meanings: Mapping[type[Any], Verdict], error: BaseException, *within: BaseException, model: str, timeout_s: float
) -> Attempt:
    """Return the attempt that ended in a failure of the network.

    Args:
        meanings: What each kind of failure means; the nearest class decides.
        error: What happened.
        within: What it was wrapped in, and what decides where its own class has no meaning.
        model: The model that was asked.
        timeout_s: How long an answer was waited for.
    """
    kinds = (kind for failure in (error, *within) for kind in type(failure).__mro__)
    verdict = next(meanings[kind] for kind in kinds if kind in meanings)
    timed = replace(verdict, message=verdict.message.replace("{timeout}", duration(timeout_s)))
    details = (("network", str(error)),) if str(error) else ()
    return attempt_from(timed, says=str(error), reason=type(error).__name__, model=model, details=details)
