"""What came of one try to make a picture, in words for people, whoever the provider is."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from urllib.parse import quote, quote_plus

from prompt_kit.images import dimensions, sniff
from prompt_kit.outcome import Outcome, Picture, Piece, Source, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.outcome import Billable

Again: TypeAlias = Literal["no", "once", "yes"]
"""Whether the same request may be sent again without asking the person who pays."""

_LONGEST_QUOTE: Final = 300
_SHORTEST_KEY: Final = 8
_DEEPEST: Final = 40  # levels of details that are kept; real answers have fewer than ten
_STANDARD: Final = str.maketrans("-_", "+/")
_URL_SAFE: Final = str.maketrans("+/", "-_")
_ESCAPE: Final = re.compile("%[0-9A-F]{2}")


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
    said = whole_words(" ".join(says.split()).rstrip("."), _LONGEST_QUOTE)
    # A gateway's error page is no sentence.
    message = verdict.message.replace("{says}", f' ("{said}")' if said and not said.startswith("<") else "")
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


def redacted(outcome: Outcome, *secrets: str) -> Outcome:
    """Return the outcome without these keys, wherever somebody repeated them, and however they were encoded."""
    said = ("text", "pieces", "thoughts", "sources", "queries", "suggestions")
    names = (*said, "reason", "message", "next_step", "model", "response_id", "warnings", "details")
    forms = _all_forms(secrets)
    return replace(outcome, **{name: _without(forms, getattr(outcome, name), _DEEPEST) for name in names})


def sealed(found: Finding, *secrets: str) -> Finding:
    """Return what came of one try without these keys, before anybody hears of it."""
    return replace(found, outcome=redacted(found.outcome, *secrets))


def redacted_text(text: str, *secrets: str) -> str:
    """Return a text without these keys."""
    return str(_without(_all_forms(secrets), text, _DEEPEST))


def whole_words(text: str, longest: int) -> str:
    """Return the beginning of a text that ends with a whole word: a part of a key would not be known as one."""
    return text if len(text) <= longest else " ".join([*text[: longest + 1].split(" ")[:-1], "…"])


def _all_forms(secrets: tuple[str, ...]) -> tuple[str, ...]:
    # What is shorter than a key may be a word.
    return tuple(form for secret in secrets if len(secret) >= _SHORTEST_KEY for form in _forms(secret))


@lru_cache(maxsize=16)
def _forms(secret: str) -> tuple[str, ...]:
    """Return a key as it is, percent-encoded, and as it stands within base64, wherever it begins there."""
    data = secret.encode("utf-8", "surrogatepass")
    escaped = {quote(data, safe=""), quote(data), quote_plus(data)}
    escaped |= {_ESCAPE.sub(lambda match: match[0].lower(), one) for one in escaped}
    encoded: set[str] = set()
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + data).decode()
        # What stands at the edges belongs to the neighbours, too.
        inner = text[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6]
        encoded |= {inner, inner.translate(_URL_SAFE)}
    return tuple(sorted({secret} | escaped | encoded, key=len, reverse=True))


def _without(forms: tuple[str, ...], value: Any, levels: int) -> Any:
    """Return plain data without these texts.

    What is nested deeper than so many levels is left out: no answer needs it, and a record could not be written.
    """
    match value:
        case str():
            for form in forms:
                value = value.replace(form, "…")
            return value
        case list() | tuple() | dict() if not levels:
            return "…"
        case list() | tuple():
            return type(value)(_without(forms, item, levels - 1) for item in value)
        case Piece() | Source():
            words = {name: word for name, word in asdict(value).items() if isinstance(word, str)}
            # A mark goes back verbatim or not at all.
            marked = words.pop("signature", "")
            words |= {"signature": ""} if any(form in marked for form in forms) else {}
            return replace(value, **_without(forms, words, levels))
        case dict():
            return {_without(forms, key, levels): _without(forms, item, levels - 1) for key, item in value.items()}
        case _:
            return value
