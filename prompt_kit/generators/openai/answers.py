"""Reads what the Images API answers: pictures, usage, and why there is no picture."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.generators.findings import Finding, duration, finding, picture, whole_words
from prompt_kit.generators.openai.verdicts import (
    DAMAGED,
    ELSEWHERE,
    MEANING_OF_CODE,
    MEANING_OF_REASON,
    MEANING_OF_WORDS,
    NO_PICTURE,
    NOT_OPENAI,
)
from prompt_kit.outcome import Outcome, Piece, Status, Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prompt_kit.generators import Request
    from prompt_kit.generators.findings import Verdict
    from prompt_kit.outcome import Picture

_LARGEST_COUNT: Final = 2**31 - 1
_TOLERANCE: Final = 0.02
_LONGEST_ADDRESS: Final = 500
# "Please try again in 1m30.5s", "in 600ms", "in 20s" (platform.openai.com, rate limits).
_WAIT: Final = re.compile(
    r"try again in (?:(\d{1,4})h)?(?:(\d{1,4})m(?!s))?(?:(\d{1,6}(?:\.\d{1,9})?)s)?(?:(\d{1,9})ms)?", re.IGNORECASE
)


def read(body: str, request: Request, *, wanted: tuple[int, int] | None = None, response_id: str = "") -> Finding:
    """Return what an answer of the Images API means.

    The JSON is read as it came: compatible servers leave out what the SDK's types promise.

    Args:
        body: The answer's text.
        request: What was asked.
        wanted: The width and height that were asked for, in pixels.
        response_id: The server's id of the request.
    """
    try:
        answer = json.loads(body)
        told = _mapping(answer.get("error"))
        if told and not answer.get("data"):  # some gateways answer 200 to everything
            return refused(_code(told), answer, request)
        return _read(answer, request, wanted, response_id)
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):
        return finding(NOT_OPENAI, model=request.model.id, response_id=response_id)


def refused(code: int, body: Any, request: Request, *, headers: Mapping[str, str] | None = None) -> Finding:
    """Return what an answer with an HTTP error code means.

    Args:
        code: The HTTP code.
        body: The answer's body as plain data, or its text.
        request: What was asked.
        headers: The answer's headers.
    """
    told = _error(body)
    said = str(told.get("message") or "")
    verdict, reason = _meaning(code, told)
    wait = _wait(headers or {}, said)
    known = finding(
        verdict,
        says=said,
        reason=reason,
        model=request.model.id,
        response_id=(headers or {}).get("x-request-id", ""),
        details=(("http_code", code), ("error", dict(told))),
    )
    if verdict.again == "yes" and wait is not None:
        step = f"The server asks to wait {duration(wait)}; try again then."
        return replace(known, outcome=replace(known.outcome, retry_after_s=wait, next_step=step))
    return known


def _read(answer: Mapping[str, Any], request: Request, wanted: tuple[int, int] | None, response_id: str) -> Finding:
    entries = [_mapping(entry) for entry in _list(answer.get("data"))]
    if "data" not in answer:
        return finding(NOT_OPENAI, model=request.model.id, response_id=response_id)
    made = [one for entry in entries if (one := _picture(entry))]
    usage = _usage(_mapping(answer.get("usage")))
    known: dict[str, Any] = {
        "pictures": tuple(made),
        "pieces": tuple(Piece(picture=number) for number in range(len(made))),
        "usage": usage,
        "cost": request.model.cost(usage),
        "model": request.model.id,
        "response_id": response_id,
        "details": tuple(_details(answer, entries)),
    }
    if made:
        warnings = (*_losses(entries, made), *_pixel_warnings(made, wanted), *_background_warnings(made, request))
        return Finding(Outcome(Status.OK, billable="yes", warnings=warnings, **known))
    if any(isinstance(entry.get("url"), str) for entry in entries):
        return finding(ELSEWHERE, **known)
    return finding(DAMAGED if any(entry.get("b64_json") for entry in entries) else NO_PICTURE, **known)


def _picture(entry: Mapping[str, Any]) -> Picture | None:
    encoded, address = entry.get("b64_json"), entry.get("url")
    if not encoded and isinstance(address, str) and address.startswith("data:"):
        encoded = address  # the picture itself, written as an address
    if not isinstance(encoded, str):
        return None
    return picture(encoded.partition(",")[2] if encoded.startswith("data:") else encoded)


def _losses(entries: list[Mapping[str, Any]], made: list[Picture]) -> Iterable[str]:
    if len(made) < len(entries):
        yield f"{len(entries) - len(made)} of {len(entries)} pictures did not arrive whole and are left out."


def _pixel_warnings(made: Iterable[Picture], wanted: tuple[int, int] | None) -> Iterable[str]:
    """Say which pictures are not of the size that was asked for; compatible servers may have sizes of their own."""
    for one in made:
        size = (one.width, one.height)
        if wanted and any(abs(got - want) > want * _TOLERANCE for got, want in zip(size, wanted, strict=True)):
            yield f"The picture has {size[0]} × {size[1]} pixels; {wanted[0]} × {wanted[1]} were asked for."


def _background_warnings(made: Iterable[Picture], request: Request) -> Iterable[str]:
    if getattr(request.settings, "background", None) == "transparent" and not all(map(_has_alpha, made)):
        yield "A transparent background was asked for, and the picture came without one."


def _has_alpha(one: Picture) -> bool:
    """Return whether a file can be transparent at all; what its pixels say is for those who open it."""
    match one.media_type:
        case "image/png":
            # Colour types 4 and 6 have alpha; a palette has it in a chunk of its own (PNG, third edition).
            return one.data[25] in {4, 6} or b"tRNS" in one.data[:4096]
        case "image/webp":
            return one.data[12:16] == b"VP8L" or (one.data[12:16] == b"VP8X" and bool(one.data[20] & 0x10))
        case _:
            return False


def _usage(told: Mapping[str, Any]) -> Usage | None:
    """Return the tokens by kind; nothing is guessed, because words and pictures have different prices."""
    if not told:
        return None
    given, made = _mapping(told.get("input_tokens_details")), _mapping(told.get("output_tokens_details"))
    total = _count(told.get("output_tokens"))
    return Usage(
        input_text=_count(given.get("text_tokens")),
        input_image=_count(given.get("image_tokens")),
        # Without details all of it is picture: that is what an image model makes (openai 3.54.0, events).
        output_text=_count(made.get("text_tokens")) if made else None,
        output_image=_count(made.get("image_tokens")) if made else total,
    )


def _details(answer: Mapping[str, Any], entries: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, Any]]:
    """Return what a record should keep word for word."""
    addresses = [str(entry["url"]) for entry in entries if entry.get("url")]
    found = {
        "usage": answer.get("usage"),
        "revised_prompt": next((entry["revised_prompt"] for entry in entries if entry.get("revised_prompt")), None),
        "addresses": [whole_words(one, _LONGEST_ADDRESS) for one in addresses if not one.startswith("data:")],
        **{name: answer.get(name) for name in ("size", "quality", "background", "output_format", "created")},
    }
    return ((name, value) for name, value in found.items() if value)


def _error(body: Any) -> Mapping[str, Any]:
    """Return the error of an answer: OpenAI's shape, or what other servers make of it."""
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            return {"message": "" if "<" in body[:200] else whole_words(body, 1000)}
    if isinstance(body, dict) and "error" not in body and "detail" in body:  # FastAPI's
        detail = body["detail"]
        return {"message": detail if isinstance(detail, str) else json.dumps(detail, default=str)}
    told = body.get("error", body) if isinstance(body, dict) else body
    return {"message": told} if isinstance(told, str) else _mapping(told)


def _meaning(code: int, told: Mapping[str, Any]) -> tuple[Verdict, str]:
    """Return what an error means, and the provider's own word for it."""
    named = [str(told[key]) for key in ("code", "type") if told.get(key)]
    known = next((word for word in named if word in MEANING_OF_REASON), None)
    if known:
        return MEANING_OF_REASON[known], known
    everything = json.dumps(told, default=str).lower()
    found = next((v for c, words, v in MEANING_OF_WORDS if c == code and words in everything), None)
    return found or _meaning_of(code), next(iter(named), str(code))


def _meaning_of(code: int) -> Verdict:
    if code in MEANING_OF_CODE:
        return MEANING_OF_CODE[code]
    if code < 400:  # noqa: PLR2004 - redirects are not followed, so that pictures and key go nowhere else
        return replace(NOT_OPENAI, billable="no")
    return MEANING_OF_CODE[400 if code < 500 else 500]  # noqa: PLR2004 - the two families of HTTP errors


def _code(told: Mapping[str, Any]) -> int:
    code = _count(told.get("code")) or _count(told.get("status")) or 0
    return code if 400 <= code <= 599 else 500  # noqa: PLR2004 - HTTP's own families


def _wait(headers: Mapping[str, str], said: str) -> float | None:
    """Return how many seconds a server asks to wait: in a header, or in its words."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        seconds = _number(headers.get(name))
        if seconds is not None:
            return seconds / unit
    found = _WAIT.search(said)
    if not found or not any(found.groups()):
        return None
    hours, minutes, seconds_, milliseconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds_ + milliseconds / 1000


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:  # a date; OpenAI sends none
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _count(value: Any) -> int | None:
    """Return a count, unless it is one that nobody can have counted: it would be booked as money."""
    return value if type(value) is int and 0 <= value <= _LARGEST_COUNT else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
