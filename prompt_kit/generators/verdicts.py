"""The meaning of a provider's code or reason: its message, and whether the request may be sent again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from prompt_kit.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.outcome import Billable

Again: TypeAlias = Literal["no", "once", "yes"]
"""Whether the same request may be sent again without asking the person who pays.

``yes`` was certainly not charged, and the generator sends it again itself. ``once`` may be charged: whoever keeps the
ledger sends it again, as a request of its own (`Outcome.repeatable`).
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one code or reason of a provider means."""

    status: Status
    message: str
    """What happened; ``{says}`` is where the provider's own words go, if there are any."""
    next_step: str
    billable: Billable = "unknown"
    again: Again = "no"


NO_CONNECTION: Final = Verdict(
    Status.UNAVAILABLE,
    "The connection could not be prepared{says}.",
    "Look at the proxy and the certificates that the environment names, such as ALL_PROXY and SSL_CERT_FILE.",
    "no",
)
"""What the environment says about proxies or certificates cannot be used here; nothing was sent."""


TOO_LARGE: Final = Verdict(
    Status.NO_IMAGE,
    "The answer is larger than prompt-kit reads{says}; it was not kept and may be charged.",
    "Ask for fewer or smaller pictures at once, and look at the billing page.",
)
"""The answer was not read to its end."""


def meaning_of_code(code: int, meanings: Mapping[int, Verdict], no_api: Verdict) -> Verdict:
    """Return what an HTTP code means that is no success.

    Args:
        code: The code.
        meanings: What each code means that is documented; 400 and 500 stand for others of their kind.
        no_api: What it means that an answer is none of the provider's API.
    """
    if code in meanings:
        return meanings[code]
    if code < 400:  # noqa: PLR2004 - redirects are not followed, so that pictures and key go nowhere else
        return replace(no_api, billable="no")
    return meanings[400 if code < 500 else 500]  # noqa: PLR2004 - the two kinds of HTTP errors
