"""Reads what the Images API answers: pictures, usage, and why there is no picture."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.generators.attempts import Attempt, attempt_from
from prompt_kit.generators.lenient import count, documents, entries, error_code, mapping
from prompt_kit.generators.openai.verdicts import (
    DAMAGED,
    ELSEWHERE,
    MEANING_OF_CODE,
    MEANING_OF_REASON,
    MEANING_OF_WORDS,
    NO_PICTURE,
    NOT_OPENAI,
)
from prompt_kit.generators.pictures import MOST_PICTURES, decoded_picture, is_picture, oddities, unread_attempt
from prompt_kit.generators.verdicts import meaning_of_code
from prompt_kit.outcome import Outcome, Piece, Status, Usage
from prompt_kit.support.durations import duration
from prompt_kit.support.text import whole_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prompt_kit.generators import Request
    from prompt_kit.generators.verdicts import Verdict
    from prompt_kit.outcome import Picture

_TOLERANCE: Final = 0.02
_LONGEST_ADDRESS: Final = 500
# "Please try again in 1m30.5s", "in 600ms", "in 20s" (platform.openai.com, rate limits).
_WAIT: Final = re.compile(
    r"try again in (?:(\d{1,4})h)?(?:(\d{1,4})m(?!s))?(?:(\d{1,6}(?:\.\d{1,9})?)s)?(?:(\d{1,9})ms)?", re.IGNORECASE
)


def read(
    body: bytes | str, request: Request, *, wanted: tuple[int, int] | None = None, response_id: str = ""
) -> Attempt:
    """Return what an answer of the Images API means.

    The JSON is read as it came: compatible servers leave out what the SDK's types promise.

    Args:
        body: The answer's text.
        request: What was asked.
        wanted: The width and height that were asked for, in pixels.
        response_id: The server's id of the request.
    """
    try:
        answer = _joined(documents(body))
        error = mapping(answer.get("error"))
        if error and not answer.get("data"):  # some gateways answer 200 to everything
            return refused(error_code(error.get("code"), error.get("status")), answer, request)
        if "data" in answer:
            return _read(answer, request, wanted, response_id)
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):
        pass
    return unread_attempt(NOT_OPENAI, body, model=request.model.id, response_id=response_id)


def refused(code: int, body: Any, request: Request, *, headers: Mapping[str, str] | None = None) -> Attempt:
    """Return what an answer with an HTTP error code means.

    Args:
        code: The HTTP code.
        body: The answer's body as plain data, or its text.
        request: What was asked.
        headers: The answer's headers.
    """
    error = _error(body)
    said = str(error.get("message") or "")
    verdict, reason = _meaning(code, error)
    wait = _wait(headers or {}, said)
    attempt = attempt_from(
        verdict,
        says=said,
        reason=reason,
        model=request.model.id,
        response_id=(headers or {}).get("x-request-id", ""),
        details=(("http_code", code), ("error", dict(error))),
    )
    if verdict.again == "yes" and wait is not None:
        step = f"The server asks to wait {duration(wait)}; try again then."
        return replace(attempt, outcome=replace(attempt.outcome, retry_after_s=wait, next_step=step))
    return attempt


def _read(answer: Mapping[str, Any], request: Request, wanted: tuple[int, int] | None, response_id: str) -> Attempt:
    every = [mapping(entry) for entry in entries(answer.get("data"))]
    rows = every[:MOST_PICTURES]
    made = [picture for row in rows if (picture := _picture(row))]
    usage = _usage(mapping(answer.get("usage")))
    fields: dict[str, Any] = {
        "pictures": tuple(made),
        "pieces": tuple(Piece(picture=number) for number in range(len(made))),
        "usage": usage,
        "cost": request.model.cost(usage),
        "model": request.model.id,
        "response_id": response_id,
        "details": tuple(_details(answer, rows)),
    }
    if any(map(is_picture, made)):
        odd = oddities(len(every), made, left_out=len(every) - len(rows))
        warnings = (*odd, *_pixel_warnings(made, wanted), *_background_warnings(made, request))
        return Attempt(Outcome(Status.OK, billable="yes", warnings=warnings, **fields))
    if any(isinstance(row.get("url"), str) for row in rows):
        return attempt_from(ELSEWHERE, **fields)
    return attempt_from(DAMAGED if any(row.get("b64_json") for row in rows) else NO_PICTURE, **fields)


def _picture(entry: Mapping[str, Any]) -> Picture | None:
    encoded, address = entry.get("b64_json"), entry.get("url")
    if not encoded and isinstance(address, str) and address.startswith("data:"):
        encoded = address  # the picture itself, written as an address
    if not isinstance(encoded, str):
        return None
    return decoded_picture(encoded)


def _joined(answers: list[Any]) -> Any:
    """Return one answer of several: gateways stream them, as a list or as events, each with a picture of its own."""
    if len(answers) == 1 and ("data" in mapping(answers[0]) or "b64_json" not in mapping(answers[0])):
        return answers[0]
    whole: dict[str, Any] = {}
    rows: list[Any] = []
    for answer in map(mapping, answers):
        whole |= answer
        if "partial" not in str(answer.get("type")):
            rows += entries(answer.get("data")) or ([answer] if answer.get("b64_json") else [])
    return whole | ({"data": rows} if rows else {})


def _pixel_warnings(made: Iterable[Picture], wanted: tuple[int, int] | None) -> Iterable[str]:
    """Say which pictures are not of the size that was asked for; compatible servers may have sizes of their own."""
    for picture in made:
        size = (picture.width, picture.height)
        if (
            wanted
            and all(size)
            and any(abs(got - want) > want * _TOLERANCE for got, want in zip(size, wanted, strict=True))
        ):
            yield f"The picture has {size[0]} × {size[1]} pixels; {wanted[0]} × {wanted[1]} were asked for."


def _background_warnings(made: Iterable[Picture], request: Request) -> Iterable[str]:
    if getattr(request.settings, "background", None) == "transparent" and not all(map(_has_alpha, made)):
        yield "A transparent background was asked for, and the picture came without one."


def _has_alpha(picture: Picture) -> bool:
    """Return whether a file has an alpha channel; its pixels are not looked at."""
    match picture.media_type:
        case "image/png":
            # Colour types 4 and 6 have alpha; a palette has it in a chunk of its own (PNG, third edition).
            return picture.data[25] in {4, 6} or b"tRNS" in picture.data[:4096]
        case "image/webp":
            return picture.data[12:16] == b"VP8L" or (picture.data[12:16] == b"VP8X" and bool(picture.data[20] & 0x10))
        case _:
            return False


def _usage(counts: Mapping[str, Any]) -> Usage | None:
    """Return the tokens by kind; nothing is guessed, because words and pictures have different prices."""
    if not counts:
        return None
    given, made = mapping(counts.get("input_tokens_details")), mapping(counts.get("output_tokens_details"))
    total = count(counts.get("output_tokens"))
    return Usage(
        input_text=count(given.get("text_tokens")),
        input_image=count(given.get("image_tokens")),
        # Without details all of it is picture: that is what an image model makes (openai 3.54.0, events).
        output_text=count(made.get("text_tokens")) if made else None,
        output_image=count(made.get("image_tokens")) if made else total,
    )


def _details(answer: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, Any]]:
    """Return what a record should keep word for word."""
    addresses = [str(row["url"]) for row in rows if row.get("url")]
    kept = {
        "usage": answer.get("usage"),
        "revised_prompt": next((row["revised_prompt"] for row in rows if row.get("revised_prompt")), None),
        "addresses": [
            whole_words(address, _LONGEST_ADDRESS) for address in addresses if not address.startswith("data:")
        ],
        **{name: answer.get(name) for name in ("size", "quality", "background", "output_format", "created")},
    }
    return ((name, value) for name, value in kept.items() if value)


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
    error = body.get("error", body) if isinstance(body, dict) else body
    return {"message": error} if isinstance(error, str) else mapping(error)


def _meaning(code: int, error: Mapping[str, Any]) -> tuple[Verdict, str]:
    """Return what an error means, and the provider's own word for it."""
    named = [str(error[key]) for key in ("code", "type") if error.get(key)]
    reason = next((word for word in named if word in MEANING_OF_REASON), None)
    if reason:
        return MEANING_OF_REASON[reason], reason
    everything = json.dumps(error, default=str).lower()
    verdict = next((v for c, words, v in MEANING_OF_WORDS if c == code and words in everything), None)
    return verdict or meaning_of_code(code, MEANING_OF_CODE, NOT_OPENAI), next(iter(named), str(code))


def _wait(headers: Mapping[str, str], said: str) -> float | None:
    """Return how many seconds a server asks to wait: in a header, or in its words."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        seconds = _number(headers.get(name))
        if seconds is not None:
            return seconds / unit
    match = _WAIT.search(said)
    if not match or not any(match.groups()):
        return None
    hours, minutes, seconds_, milliseconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds_ + milliseconds / 1000


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:  # a date; OpenAI sends none
        return None
    return number if math.isfinite(number) and number >= 0 else None
