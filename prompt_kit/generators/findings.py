"""What came of one try to make a picture, in words for people, whoever the provider is."""

from __future__ import annotations

import binascii
import hashlib
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from prompt_kit.outcome import Outcome, Picture, Piece, Source, Status
from prompt_kit.support.heads import dimensions, sniff

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.outcome import Billable

Again: TypeAlias = Literal["no", "once", "yes"]
"""Whether the same request may be sent again without asking the person who pays."""

_LONGEST_QUOTE: Final = 300
_SHORTEST_KEY: Final = 8
_DEEPEST: Final = 40  # levels of details that are kept; real answers have fewer than ten
_STANDARD: Final = str.maketrans("-_", "+/")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one code or reason of a provider means."""

    status: Status
    message: str
    """What happened; ``{says}`` is where the provider's own words go, if there are any."""
    next_step: str
    billable: Billable = "unknown"
    again: Again = "no"


NO_LINE: Final = Verdict(
    Status.UNAVAILABLE,
    "The connection could not be prepared{says}.",
    "Look at the proxy and the certificates that the environment names, such as ALL_PROXY and SSL_CERT_FILE.",
    "no",
)
"""What the environment says about proxies or certificates cannot be used here; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one try, and whether another one is safe."""

    outcome: Outcome
    again: Again = "no"


def finding(verdict: Verdict, *, says: str = "", **known: Any) -> Finding:
    """Return a verdict as an outcome, with the provider's own words in its message."""
    quote = " ".join(says.split()).rstrip(".")
    if len(quote) > _LONGEST_QUOTE:
        quote = quote[:_LONGEST_QUOTE] + " …"
    # A gateway's error page is no sentence.
    message = verdict.message.replace("{says}", f' ("{quote}")' if quote and not quote.startswith("<") else "")
    fields: dict[str, Any] = {"next_step": verdict.next_step, "billable": verdict.billable} | known
    return Finding(Outcome(verdict.status, message=message, **fields), verdict.again)


def lost(
    meanings: Mapping[type[Any], Verdict], error: BaseException, *within: BaseException, model: str, timeout_s: float
) -> Finding:
    """Return what a failure of the network means.

    Args:
        meanings: What each kind of failure means; the nearest class decides.
        error: What happened.
        within: What it was wrapped in, and what decides where its own class has no meaning.
        model: The model that was asked.
        timeout_s: How long an answer was waited for.
    """
    kinds = (kind for one in (error, *within) for kind in type(one).__mro__)
    verdict = next(meanings[kind] for kind in kinds if kind in meanings)
    told = replace(verdict, message=verdict.message.replace("{timeout}", duration(timeout_s)))
    details = (("network", str(error)),) if str(error) else ()
    return finding(told, says=str(error), reason=type(error).__name__, model=model, details=details)


def duration(seconds: float) -> str:
    """Return a time as people say it: "38 s", "5 min", "3 h"."""
    if seconds < 100:  # noqa: PLR2004 - "95 s" is still easier than "1.6 min"
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 2 * 3600 else f"{round(seconds / 3600)} h"


def picture(encoded: str) -> Picture | None:
    """Return the picture that some base64 holds, or ``None`` when it is cut or holds something else.

    What the bytes are is read from the bytes: providers send JPEG under the name PNG.
    """
    try:
        plain = encoded.translate(_STANDARD) if "-" in encoded or "_" in encoded else encoded
        # Unlike base64.b64decode, this makes no second copy of the text, which may have 16 MB.
        data = binascii.a2b_base64(plain, strict_mode=True)
    except ValueError:
        return None
    media_type, (width, height) = sniff(data), dimensions(data)
    if media_type is None or not (width and height):
        return None
    return Picture(data, media_type, width, height, hashlib.sha256(data).hexdigest())


def blotted(outcome: Outcome, key: str) -> Outcome:
    """Return the outcome without the key, wherever somebody repeated it."""
    said = ("text", "pieces", "thoughts", "sources", "queries", "suggestions")
    names = (*said, "reason", "message", "next_step", "model", "response_id", "warnings", "details")
    return replace(outcome, **{name: _without(key, getattr(outcome, name), _DEEPEST) for name in names})


def _without(secret: str, value: Any, levels: int) -> Any:
    """Return plain data with every occurrence of a key blotted out; what is shorter than a key may be a word.

    What is nested deeper than so many levels is left out: no answer needs it, and a record could not be written.
    """
    match value:
        case str():
            return value.replace(secret, "…") if len(secret) >= _SHORTEST_KEY else value
        case list() | tuple() | dict() if not levels:
            return "…"
        case list() | tuple():
            return type(value)(_without(secret, item, levels - 1) for item in value)
        case Piece() | Source():
            words = {name: word for name, word in asdict(value).items() if isinstance(word, str)}
            # A mark goes back verbatim or not at all.
            marked = words.pop("signature", "")
            words |= {"signature": ""} if len(secret) >= _SHORTEST_KEY and secret in marked else {}
            return replace(value, **_without(secret, words, levels))
        case dict():
            return {_without(secret, key, levels): _without(secret, item, levels - 1) for key, item in value.items()}
        case _:
            return value
