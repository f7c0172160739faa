"""Reads what Google answers: pictures, words, usage, and why there is no picture."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.generators.attempts import Attempt, attempt_from
from prompt_kit.generators.gemini.grounding import looked_up
from prompt_kit.generators.gemini.parts import taken_apart
from prompt_kit.generators.gemini.usage import usage
from prompt_kit.generators.gemini.verdicts import (
    MEANING_OF_BLOCK,
    MEANING_OF_CODE,
    MEANING_OF_FINISH,
    MEANING_OF_REASON,
    NOT_GEMINI,
)
from prompt_kit.generators.lenient import documents, entries, error_code, mapping, mappings
from prompt_kit.generators.pictures import is_picture, unread_attempt
from prompt_kit.generators.verdicts import Verdict, meaning_of_code
from prompt_kit.outcome import Outcome, Status
from prompt_kit.support.durations import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prompt_kit.generators import Request
    from prompt_kit.outcome import Picture

_DELAY: Final = re.compile(r"^(\d{1,9}(?:\.\d{1,9})?)s?$")


def read(body: bytes | str | None, request: Request) -> Attempt:
    """Return what an answer of ``generateContent`` means.

    The JSON is read as it came: the SDK's own types drop the finish message, and warn about every reason
    that is newer than they are (google-genai 3.4.0).
    """
    try:
        answer = joined(documents(body or ""))
    except (ValueError, RecursionError):
        return unread_attempt(NOT_GEMINI, body or "", model=request.model.id)
    attempt = understood(answer, request)
    if attempt.outcome.message == NOT_GEMINI.message:
        return unread_attempt(NOT_GEMINI, body or "", model=request.model.id)
    return attempt


def joined(answers: list[Any]) -> Any:
    """Return one answer of several: gateways stream them, as a list or as events."""
    if len(answers) == 1:
        return answers[0]
    whole: dict[str, Any] = {}
    parts: list[Any] = []
    candidate: dict[str, Any] = {}
    for answer in map(mapping, answers):
        whole |= answer
        for piece in mappings(answer.get("candidates"))[:1]:
            candidate |= piece
            parts += entries(mapping(piece.get("content")).get("parts"))
    return whole | {"candidates": [candidate | {"content": {"parts": _run_together(parts)}}]} if candidate else whole


def _run_together(parts: list[Any]) -> list[Any]:
    """Return the parts with words that follow each other as one."""
    whole: list[Any] = []
    for part in parts:
        plain = isinstance(part, dict) and set(part) <= {"text", "thought"} and isinstance(part.get("text"), str)
        last = whole[-1] if whole else None
        if plain and isinstance(last, dict) and set(last) == set(part):
            whole[-1] = last | {"text": last["text"] + part["text"]}
        else:
            whole.append(part)
    return whole


def understood(answer: Any, request: Request) -> Attempt:
    """Return what an answer means that is plain data already."""
    try:
        # Some gateways answer 200 to everything, and report the failure only in the body.
        wrong = mapping(answer.get("error"))
        if wrong and not answer.get("candidates"):
            return refused(error_code(wrong.get("code")), answer, request)
        return _read(answer, request)
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):
        return attempt_from(NOT_GEMINI, model=request.model.id)


def refused(code: int, error: Any, request: Request, *, retry_after: str | None = None) -> Attempt:
    """Return what an answer with an HTTP error code means.

    Args:
        code: The HTTP code.
        error: The answer's body as plain data.
        request: What was asked.
        retry_after: The ``Retry-After`` header, in seconds.
    """
    reported = mapping(mapping(error).get("error")) or mapping(error)
    details = mappings(reported.get("details"))
    everything = json.dumps(reported, default=str).lower()
    folded = everything.replace("_", "")
    verdict = next(
        (v for c, words, v in MEANING_OF_REASON if c == code and (words in everything or words in folded)),
        meaning_of_code(code, MEANING_OF_CODE, NOT_GEMINI),
    )
    wait = _seconds(next((d["retryDelay"] for d in details if "retryDelay" in d), retry_after))
    attempt = attempt_from(
        verdict,
        says=str(reported.get("message") or ""),
        reason=_reason(details) or str(reported.get("status") or code),
        model=request.model.id,
        details=(("http_code", code), ("error", reported)),
    )
    if verdict.again == "yes" and wait is not None:
        step = f"Google asks to wait {duration(wait)}; try again then."
        return replace(attempt, outcome=replace(attempt.outcome, retry_after_s=wait, next_step=step))
    return attempt


def _read(answer: Mapping[str, Any], request: Request) -> Attempt:
    candidate = mapping(next(iter(entries(answer.get("candidates"))), None))
    parts = [mapping(part) for part in entries(mapping(candidate.get("content")).get("parts"))]
    ended = str(candidate.get("finishReason") or "STOP")
    holds = taken_apart(parts, finish=ended, thoughts=request.settings.thoughts)
    grounding = mapping(candidate.get("groundingMetadata"))
    spent = usage(mapping(answer.get("usageMetadata")), grounding, empty=not parts)
    fields: dict[str, Any] = {
        "pictures": holds.pictures,
        "text": holds.text,
        "pieces": holds.pieces,
        "drafts": holds.drafts,
        "thoughts": holds.thoughts,
        **looked_up(grounding),
        "usage": spent,
        "cost": request.model.cost(spent),
        "model": str(answer.get("modelVersion") or request.model.id),
        "response_id": str(answer.get("responseId") or ""),
        "warnings": (
            *holds.warnings,
            *_pixel_warnings(holds.pictures, request),
            *_model_warnings(answer, request),
        ),
        "details": tuple(_details(answer, candidate)),
    }
    if request.turn.output == "words":
        # A picture beside the words was not asked for; it is kept as a draft because it was paid.
        fields["pictures"] = tuple(replace(picture, draft=True) for picture in holds.pictures)
        if holds.text and ended == "STOP":
            return _good(candidate, fields)
        if holds.pictures:
            return attempt_from(_NO_WORDS, **fields)
    elif any(map(is_picture, holds.pictures)):
        return _good(candidate, fields)
    return _empty(answer, candidate, fields, damaged=holds.damaged)


def _good(candidate: Mapping[str, Any], fields: dict[str, Any]) -> Attempt:
    """Return the outcome of an answer that holds what was asked for; why it ended early is worth a warning."""
    reason = str(candidate.get("finishReason") or "")
    if reason not in {"", "STOP"}:
        meaning = MEANING_OF_FINISH.get(reason)
        fields["warnings"] += (f"The answer ended early ({reason}). {meaning.message if meaning else ''}".strip(),)
    return Attempt(Outcome(Status.OK, reason=reason, billable="yes", **fields))


def _empty(
    answer: Mapping[str, Any],
    candidate: Mapping[str, Any],
    fields: dict[str, Any],
    *,
    damaged: bool,
) -> Attempt:
    """Return the outcome of an answer without pictures."""
    feedback = mapping(answer.get("promptFeedback"))
    block = str(feedback.get("blockReason") or "")
    reason = block or str(candidate.get("finishReason") or "")
    if block:
        verdict = MEANING_OF_BLOCK.get(block) or replace(
            MEANING_OF_BLOCK["BLOCKED_REASON_UNSPECIFIED"],
            message=f"Google took the prompt but did not answer it: {block}.",
        )
    elif damaged:
        verdict = _DAMAGED
    elif reason in {"", "STOP"}:
        verdict = _WORDS_ONLY if fields["text"] else MEANING_OF_FINISH["FINISH_REASON_UNSPECIFIED"]
    else:
        verdict = MEANING_OF_FINISH.get(reason) or replace(
            MEANING_OF_FINISH["STOP"],
            message=f"The model stopped without a picture, for a reason that prompt-kit does not have yet: {reason}.",
        )
    said = str(feedback.get("blockReasonMessage") or candidate.get("finishMessage") or "")
    quoting = replace(verdict, message=verdict.message.removesuffix(".") + "{says}.") if said else verdict
    return attempt_from(quoting, says=said, reason=reason, **fields)


_DAMAGED: Final = Verdict(
    Status.NO_IMAGE,
    "What came back as a picture is none: its bytes are damaged or of an unknown type. They are kept.",
    "Try again; it will be charged again.",
    "yes",
)
_WORDS_ONLY: Final = Verdict(
    Status.NO_IMAGE,
    "The model answered with words instead of a picture.",
    'Read what it says; then word the prompt as an order to draw, such as "Draw …".',
    "yes",
)


_NO_WORDS: Final = Verdict(
    Status.NO_IMAGE,
    "The model drew a picture where it was asked for the words alone.",
    "Try again; it will be charged again.",
    "yes",
)


def _pixel_warnings(pictures: Iterable[Picture], request: Request) -> Iterable[str]:
    """Say which pictures are not of the size that was asked for; gateways drop it silently."""
    ratio, size = request.settings.aspect_ratio, request.settings.size
    wanted = request.model.pixels(ratio, size)
    if wanted is None or request.turn.output == "words":
        return
    for picture in pictures:
        if picture.width and not request.model.matches(picture.width, picture.height, aspect_ratio=ratio, size=size):
            got = f"{picture.width} × {picture.height}"
            yield f"The picture has {got} pixels; {wanted[0]} × {wanted[1]} were asked for."


def _model_warnings(answer: Mapping[str, Any], request: Request) -> Iterable[str]:
    status = mapping(answer.get("modelStatus"))
    stage, end = str(status.get("modelStage") or ""), str(status.get("retirementTime") or "")[:10]
    if status.get("message"):
        yield f"Google says about {request.model.id}: {status['message']}"
    elif end or stage in {"LEGACY", "DEPRECATED", "RETIRED"}:
        yield f"Google is phasing out {request.model.id}{f'; it ends on {end}' if end else ''}. Choose another model."


def _details(answer: Mapping[str, Any], candidate: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Return what a record should keep word for word; the search suggestions are a page, and kept as one."""
    grounding = dict(mapping(candidate.get("groundingMetadata")))
    grounding.pop("searchEntryPoint", None)
    kept = {
        "usage": answer.get("usageMetadata"),
        "grounding": grounding,
        "finish_message": candidate.get("finishMessage"),
        "safety_ratings": candidate.get("safetyRatings"),
        "prompt_feedback": answer.get("promptFeedback"),
        "model_status": answer.get("modelStatus"),
    }
    return ((name, value) for name, value in kept.items() if value)


def _reason(details: Iterable[Mapping[str, Any]]) -> str:
    """Return the most specific entry of an error's details: a quota's id, or the reason."""
    every = list(details)
    quotas = (violation.get("quotaId") for detail in every for violation in mappings(detail.get("violations")))
    return str(next((word for word in [*quotas, *(detail.get("reason") for detail in every)] if word), ""))


def _seconds(text: Any) -> float | None:
    match = _DELAY.match(str(text or ""))
    return float(match[1]) if match else None
