"""Reads what Google answers: pictures, words, usage, and why there is no picture."""

from __future__ import annotations

import binascii
import hashlib
import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.generators.gemini.verdicts import (
    MEANING_OF_BLOCK,
    MEANING_OF_CODE,
    MEANING_OF_FINISH,
    MEANING_OF_REASON,
    NOT_GEMINI,
    Finding,
    Verdict,
)
from prompt_kit.images import dimensions, sniff
from prompt_kit.outcome import Outcome, Picture, Status, Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from prompt_kit.generators import Request

_LONGEST_QUOTE: Final = 300
_SHORTEST_KEY: Final = 8
_LARGEST_COUNT: Final = 2**31 - 1  # token counts are int32 on the wire (google-genai 3.4.0)
_DEEPEST: Final = 40  # levels of details that are kept; real answers have fewer than ten
_DELAY: Final = re.compile(r"^(\d{1,9}(?:\.\d{1,9})?)s?$")
_STANDARD: Final = str.maketrans("-_", "+/")
_DRAFT_ONLY: Final = "Only a draft of the model's thinking came back; it may be smaller or unfinished."


def read(body: str | None, request: Request) -> Finding:
    """Return what an answer of ``generateContent`` means.

    The JSON is read as it came: the SDK's own types drop the finish message, and warn about every reason
    that is newer than they are (google-genai 3.4.0).
    """
    try:
        answer = json.loads(body or "{}")
        # Some gateways answer 200 to everything, and tell of the failure only inside.
        wrong = _mapping(answer.get("error"))
        if wrong and not answer.get("candidates"):
            code = _count(wrong.get("code")) or 0
            return refused(code if 400 <= code <= 599 else 500, answer, request)  # noqa: PLR2004 - HTTP's own families
        return _read(answer, request)
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):
        return finding(NOT_GEMINI, model=request.model.id)


def refused(code: int, error: Any, request: Request, *, retry_after: str | None = None) -> Finding:
    """Return what an answer with an HTTP error code means.

    Args:
        code: The HTTP code.
        error: The answer's body as plain data.
        request: What was asked.
        retry_after: The ``Retry-After`` header, in seconds.
    """
    told = _mapping(_mapping(error).get("error")) or _mapping(error)
    details = [entry for entry in _list(told.get("details")) if isinstance(entry, dict)]
    everything = json.dumps(told, default=str).lower()
    folded = everything.replace("_", "")
    verdict = next(
        (v for c, words, v in MEANING_OF_REASON if c == code and (words in everything or words in folded)),
        _meaning_of(code),
    )
    wait = _seconds(next((d["retryDelay"] for d in details if "retryDelay" in d), retry_after))
    known = finding(
        verdict,
        says=str(told.get("message") or ""),
        reason=_reason(details) or str(told.get("status") or code),
        model=request.model.id,
        details=(("http_code", code), ("error", told)),
    )
    if verdict.again == "yes" and wait is not None:
        step = f"Google asks to wait {duration(wait)}; try again then."
        return replace(known, outcome=replace(known.outcome, retry_after_s=wait, next_step=step))
    return known


def finding(verdict: Verdict, *, says: str = "", **known: Any) -> Finding:
    """Return a verdict as an outcome, with the provider's own words in its message."""
    quote = " ".join(says.split()).rstrip(".")
    if len(quote) > _LONGEST_QUOTE:
        quote = quote[:_LONGEST_QUOTE] + " …"
    # A gateway's error page is no sentence.
    message = verdict.message.replace("{says}", f' ("{quote}")' if quote and not quote.startswith("<") else "")
    fields: dict[str, Any] = {"next_step": verdict.next_step, "billable": verdict.billable} | known
    return Finding(Outcome(verdict.status, message=message, **fields), verdict.again)


def summed(outcome: Outcome, spent: Sequence[Outcome], request: Request) -> Outcome:
    """Return the last outcome with what the empty answers before it may cost."""
    if not spent:
        return outcome
    every = [*spent, outcome]
    costs = [one.cost for one in every]
    usages = [one.usage.to_dict() for one in every if one.usage]
    names = {name for usage in usages for name in usage}
    counted = len(usages) == len(every)
    warning = f"{request.model.id} came back without a picture and was asked again; both answers may be charged."
    return replace(
        outcome,
        billable="yes" if outcome.billable == "yes" else "unknown",
        usage=Usage(**{name: sum(usage.get(name, 0) for usage in usages) for name in names}) if counted else None,
        cost=None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0)),
        warnings=(*outcome.warnings, warning),
    )


def blotted(outcome: Outcome, key: str) -> Outcome:
    """Return the outcome without the key, wherever somebody repeated it."""
    names = ("text", "reason", "message", "next_step", "model", "response_id", "warnings", "details")
    return replace(outcome, **{name: _without(key, getattr(outcome, name), _DEEPEST) for name in names})


def duration(seconds: float) -> str:
    """Return a time as people say it: "38 s", "5 min", "3 h"."""
    if seconds < 100:  # noqa: PLR2004 - "95 s" is still easier than "1.6 min"
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 2 * 3600 else f"{round(seconds / 3600)} h"


def _read(answer: Mapping[str, Any], request: Request) -> Finding:
    candidate = _mapping(next(iter(_list(answer.get("candidates"))), None))
    parts = [_mapping(part) for part in _list(_mapping(candidate.get("content")).get("parts"))]
    pictures, warnings = _pictures(parts, finish=str(candidate.get("finishReason") or "STOP"))
    usage = _usage(_mapping(answer.get("usageMetadata")), _mapping(candidate.get("groundingMetadata")), empty=not parts)
    known: dict[str, Any] = {
        "pictures": pictures,
        "text": "\n\n".join(str(part["text"]) for part in parts if part.get("text") and not part.get("thought")),
        "usage": usage,
        "cost": request.model.cost(usage),
        "model": str(answer.get("modelVersion") or request.model.id),
        "response_id": str(answer.get("responseId") or ""),
        "warnings": (*warnings, *_pixel_warnings(pictures, request), *_model_warnings(answer, request)),
        "details": tuple(_details(answer, candidate)),
    }
    if request.turn.output == "words":
        # A picture beside the words is nobody's result; it is kept, for it was paid.
        known["pictures"] = tuple(replace(picture, draft=True) for picture in pictures)
        if known["text"] and str(candidate.get("finishReason") or "STOP") == "STOP":
            return _good(candidate, known)
        if pictures:
            return finding(_NO_WORDS, **known)
    elif pictures:
        return _good(candidate, known)
    return _empty(answer, candidate, known, damaged=any("inlineData" in p and not p.get("thought") for p in parts))


def _good(candidate: Mapping[str, Any], known: dict[str, Any]) -> Finding:
    """Return the outcome of an answer that holds what was asked for; why it ended early is worth a warning."""
    reason = str(candidate.get("finishReason") or "")
    if reason not in {"", "STOP"}:
        meaning = MEANING_OF_FINISH.get(reason)
        known["warnings"] += (f"The answer ended early ({reason}). {meaning.message if meaning else ''}".strip(),)
    return Finding(Outcome(Status.OK, reason=reason, billable="yes", **known))


def _empty(
    answer: Mapping[str, Any],
    candidate: Mapping[str, Any],
    known: dict[str, Any],
    *,
    damaged: bool,
) -> Finding:
    """Return the outcome of an answer without pictures."""
    feedback = _mapping(answer.get("promptFeedback"))
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
        verdict = _WORDS_ONLY if known["text"] else MEANING_OF_FINISH["FINISH_REASON_UNSPECIFIED"]
    else:
        verdict = MEANING_OF_FINISH.get(reason) or replace(
            MEANING_OF_FINISH["STOP"],
            message=f"The model stopped without a picture, for a reason that is new to prompt-kit: {reason}.",
        )
    said = str(feedback.get("blockReasonMessage") or candidate.get("finishMessage") or "")
    told = replace(verdict, message=verdict.message.removesuffix(".") + "{says}.") if said else verdict
    return finding(told, says=said, reason=reason, **known)


_DAMAGED: Final = Verdict(
    Status.NO_IMAGE,
    "What came back as a picture is none: its bytes are damaged or of an unknown type.",
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


def _pictures(parts: Iterable[Mapping[str, Any]], *, finish: str) -> tuple[tuple[Picture, ...], list[str]]:
    """Return the pictures of an answer in order, and what is odd about them.

    Thoughts come first and look finished, but are drafts, often at another size. When nothing else came although
    the model ended as it should, the last one is better than nothing (ai.google.dev, thinking, 2026-10).
    """
    inline = [part for part in parts if part.get("inlineData")]
    results = [part for part in inline if not part.get("thought")]
    drafts = not results and finish == "STOP"
    taken = inline[-1:] if drafts else results
    pictures = [picture for part in taken if (picture := _picture(part, draft=drafts))]
    warnings = [_DRAFT_ONLY] if drafts and pictures else []
    if pictures and len(pictures) < len(taken):
        warnings.append(f"{len(taken) - len(pictures)} of {len(taken)} pictures came back damaged and are left out.")
    return tuple(pictures), warnings


def _picture(part: Mapping[str, Any], *, draft: bool) -> Picture | None:
    encoded = _mapping(part["inlineData"]).get("data")
    data = _decoded(encoded) if isinstance(encoded, str) else b""
    # The declared type is not believed: JPEG bytes come under the name PNG (googleapis/python-genai#1824).
    media_type, (width, height) = sniff(data), dimensions(data)
    if media_type is None or not (width and height):
        return None
    return Picture(data, media_type, width, height, hashlib.sha256(data).hexdigest(), draft=draft)


def _decoded(text: str) -> bytes:
    """Return the bytes of base64 in either alphabet, or nothing when it is cut or holds something else."""
    try:
        plain = text.translate(_STANDARD) if "-" in text or "_" in text else text
        # Unlike base64.b64decode, this makes no second copy of the text, which may have 16 MB.
        return binascii.a2b_base64(plain, strict_mode=True)
    except ValueError:
        return b""


def _pixel_warnings(pictures: Iterable[Picture], request: Request) -> Iterable[str]:
    """Say which pictures are not of the size that was asked for; gateways drop it silently."""
    ratio, size = request.settings.aspect_ratio, request.settings.size
    wanted = request.model.pixels(ratio, size)
    if wanted is None or request.turn.output == "words":
        return
    for picture in pictures:
        if not request.model.matches(picture.width, picture.height, aspect_ratio=ratio, size=size):
            got = f"{picture.width} × {picture.height}"
            yield f"The picture has {got} pixels; {wanted[0]} × {wanted[1]} were asked for."


def _model_warnings(answer: Mapping[str, Any], request: Request) -> Iterable[str]:
    status = _mapping(answer.get("modelStatus"))
    stage, end = str(status.get("modelStage") or ""), str(status.get("retirementTime") or "")[:10]
    if status.get("message"):
        yield f"Google says about {request.model.id}: {status['message']}"
    elif end or stage in {"LEGACY", "DEPRECATED", "RETIRED"}:
        yield f"Google is phasing out {request.model.id}{f'; it ends on {end}' if end else ''}. Choose another model."


def _usage(told: Mapping[str, Any], grounding: Mapping[str, Any], *, empty: bool) -> Usage | None:
    """Return the tokens by kind; nothing is guessed, because words and pictures have different prices."""
    if not told:
        return None
    given, made = _by_kind(told.get("promptTokensDetails")), _by_kind(told.get("candidatesTokensDetails"))
    total = _count(told.get("candidatesTokenCount"))
    text: int | None
    image: int | None
    if made:
        image = made.get("IMAGE", 0)
        # The list may leave the words out, though they are in the total.
        text = max(made.get("TEXT", 0), (total or 0) - image)
    else:
        # Zeroes are left out on the wire: an answer without content and without a count has none.
        image = text = 0 if empty and not total else None
    queries = [q for name in ("webSearchQueries", "imageSearchQueries") for q in _list(grounding.get(name))]
    return Usage(
        input_text=given.get("TEXT", 0) if given else None,
        input_image=given.get("IMAGE", 0) if given else None,
        output_text=text,
        output_image=image,
        thinking=_count(told.get("thoughtsTokenCount")),
        searches=len(queries) if grounding else None,
    )


def _by_kind(details: Any) -> dict[str, int]:
    """Return tokens by kind, or nothing when one of the counts cannot be read: a part of a sum is a guess."""
    counts: dict[str, int] = {}
    for entry in map(_mapping, _list(details)):
        count = _count(entry.get("tokenCount", 0))  # zeroes are left out on the wire
        if count is None:
            return {}
        kind = "IMAGE" if entry.get("modality") == "IMAGE" else "TEXT"
        counts[kind] = counts.get(kind, 0) + count
    return counts


def _count(value: Any) -> int | None:
    """Return a count, unless it is one that nobody can have counted: it would be booked as money."""
    return value if type(value) is int and 0 <= value <= _LARGEST_COUNT else None


def _details(answer: Mapping[str, Any], candidate: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Return what a record should keep word for word.

    Google asks to show its search suggestions, the ``search_entry_point``, wherever a grounded result is shown
    (ai.google.dev, grounding, 2026-10).
    """
    grounding = dict(_mapping(candidate.get("groundingMetadata")))
    suggestions = _mapping(grounding.pop("searchEntryPoint", None)).get("renderedContent")
    found = {
        "usage": answer.get("usageMetadata"),
        "grounding": grounding,
        "search_entry_point": suggestions,
        "finish_message": candidate.get("finishMessage"),
        "safety_ratings": candidate.get("safetyRatings"),
        "prompt_feedback": answer.get("promptFeedback"),
        "model_status": answer.get("modelStatus"),
    }
    return ((name, value) for name, value in found.items() if value)


def _meaning_of(code: int) -> Verdict:
    if code in MEANING_OF_CODE:
        return MEANING_OF_CODE[code]
    if code < 400:  # noqa: PLR2004 - redirects are not followed, so that the key goes nowhere else
        return replace(NOT_GEMINI, billable="no")
    return MEANING_OF_CODE[400 if code < 500 else 500]  # noqa: PLR2004 - the two families of HTTP errors


def _reason(details: Iterable[Mapping[str, Any]]) -> str:
    """Return the most telling word of an error's details: a quota's id, or the reason."""
    entries = list(details)
    quotas = (_mapping(v).get("quotaId") for d in entries for v in _list(d.get("violations")))
    return str(next((word for word in [*quotas, *(d.get("reason") for d in entries)] if word), ""))


def _seconds(text: Any) -> float | None:
    found = _DELAY.match(str(text or ""))
    return float(found[1]) if found else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


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
        case dict():
            return {_without(secret, key, levels): _without(secret, item, levels - 1) for key, item in value.items()}
        case _:
            return value
