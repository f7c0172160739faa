"""The message and the next step for each of Google's codes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from prompt_kit.generators.verdicts import Verdict
from prompt_kit.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

_ORDER: Final = 'Word the prompt as an order to draw, such as "Draw …".'
_MILDER: Final = "Take out what could be read as violent, sexual, hateful or dangerous, and try again."
_OWN_IDEA: Final = "Ask for something further from existing works: leave out names of works, brands and artists."
_LATER: Final = "Try again in a few minutes."
_KEYS_PAGE: Final = "aistudio.google.com/api-keys"
_REPORT: Final = "Try again; if it stays so, report it with the run's record."

_SILENT: Final = Verdict(
    Status.NO_IMAGE, "The model answered without a picture and gave no reason.", _ORDER, again="once"
)
_UNSAFE_PICTURE: Final = Verdict(
    Status.BLOCKED,
    "Google's safety rules held back the picture that was made.",
    _MILDER,
)
_COPY: Final = Verdict(Status.BLOCKED, "The result came too near to an existing work and was held back.", _OWN_IDEA)
_TOOLS: Final = Verdict(
    Status.NO_IMAGE, "The model searched too long and made no picture.", "Try again without grounding."
)
_UNMARKED: Final = Verdict(
    Status.INVALID,
    "The conversation that was sent back lacks the model's own marks{says}.",
    "Begin anew from the picture: refine it without continuing the conversation.",
    "no",
)
"""Also when the marks are another model's, key's or gateway's: only the one that made them can read them."""

MEANING_OF_FINISH: Final[Mapping[str, Verdict]] = {
    "FINISH_REASON_UNSPECIFIED": _SILENT,
    "STOP": Verdict(Status.NO_IMAGE, "The model answered without a picture.", _ORDER),
    "MAX_TOKENS": Verdict(
        Status.NO_IMAGE,
        "The answer was cut off at the model's length limit before a picture was done.",
        "Ask for less at once: fewer pictures, fewer panels or a smaller size.",
    ),
    "SAFETY": Verdict(Status.BLOCKED, "Google's safety rules held back the answer.", _MILDER),
    "RECITATION": _COPY,
    "LANGUAGE": Verdict(
        Status.INVALID,
        "The model does not take the language of the prompt.",
        "Write the prompt in English, and name the language of any words in the picture.",
    ),
    "OTHER": _SILENT,
    "BLOCKLIST": Verdict(Status.BLOCKED, "The answer holds a word that Google does not allow.", _MILDER),
    "PROHIBITED_CONTENT": Verdict(Status.BLOCKED, "Google does not allow what the answer would show.", _MILDER),
    "SPII": Verdict(
        Status.BLOCKED,
        "The answer may hold private details of a person and was held back.",
        "Take out addresses, numbers and other private details.",
    ),
    "MALFORMED_FUNCTION_CALL": _TOOLS,
    "IMAGE_SAFETY": _UNSAFE_PICTURE,
    "IMAGE_PROHIBITED_CONTENT": Verdict(
        Status.BLOCKED,
        "Google does not allow what the picture would show, and held it back.",
        _MILDER,
    ),
    "IMAGE_OTHER": _SILENT,
    "NO_IMAGE": Verdict(Status.NO_IMAGE, "The model was to draw a picture and drew none.", _ORDER, again="once"),
    "IMAGE_RECITATION": _COPY,
    "UNEXPECTED_TOOL_CALL": _TOOLS,
    "TOO_MANY_TOOL_CALLS": _TOOLS,
    "MISSING_THOUGHT_SIGNATURE": replace(
        _UNMARKED, message=_UNMARKED.message.replace("{says}", ""), billable="unknown"
    ),
    "MALFORMED_RESPONSE": Verdict(Status.NO_IMAGE, "The model's answer came out garbled.", _REPORT),
    "ESCALATION": Verdict(Status.BLOCKED, "Google's rules stopped the request.", _MILDER),
    "PUP_LIMITED_DISABLED": Verdict(
        Status.AUTH,
        "Google has limited this account for breaking its rules of use.",
        "Look at the notices of the Google account.",
    ),
    "CONTINUATION": Verdict(
        Status.NO_IMAGE,
        "The answer was longer than one reply may be, and no picture was done by then.",
        "Ask for less at once: fewer pictures, fewer panels or a smaller size.",
    ),
    "MODEL_ARMOR": Verdict(Status.BLOCKED, "The project's Model Armor rules held back the answer.", _MILDER),
}
"""Each finish reason, for an answer that holds no picture (google-genai 3.4.0, FinishReason)."""


def _blocked(reason: str, next_step: str = _MILDER) -> Verdict:
    return Verdict(Status.BLOCKED, f"Google took the prompt but did not answer it: {reason}.", next_step)


MEANING_OF_BLOCK: Final[Mapping[str, Verdict]] = {
    "BLOCKED_REASON_UNSPECIFIED": _blocked("it gave no reason"),
    "SAFETY": _blocked("its safety rules stopped it"),
    "OTHER": _blocked("something in it is against Google's rules, or its language is not known"),
    "BLOCKLIST": _blocked("it holds a word that is not allowed"),
    "PROHIBITED_CONTENT": _blocked("it asks for something that is not allowed"),
    "IMAGE_SAFETY": _blocked("it asks for a picture that the safety rules do not allow"),
    "MODEL_ARMOR": _blocked("the project's Model Armor rules stopped it"),
    "JAILBREAK": _blocked(
        "it reads like an attempt to get round the rules",
        "Say plainly what the picture shows, without instructions about rules.",
    ),
}
"""Each reason for which a prompt is not answered (google-genai 3.4.0, BlockedReason)."""

MEANING_OF_CODE: Final[Mapping[int, Verdict]] = {
    400: Verdict(
        Status.INVALID, "Google does not take the request{says}.", "Change what it names, and try again.", "no"
    ),
    401: Verdict(Status.AUTH, "Google does not accept the key{says}.", f"Make a new key at {_KEYS_PAGE}.", "no"),
    403: Verdict(
        Status.AUTH,
        "The key is not allowed to do this{says}.",
        f"Look at the key and its project at {_KEYS_PAGE}.",
        "no",
    ),
    404: Verdict(
        Status.INVALID,
        "Google has no such model for this key, or no longer{says}.",
        "Choose another model; 'prompt-kit models' shows the current ones.",
        "no",
    ),
    408: Verdict(Status.TIMEOUT, "Google gave up waiting for the request{says}.", _LATER),
    413: Verdict(Status.INVALID, "The request is too large{says}.", "Send fewer or smaller reference pictures.", "no"),
    429: Verdict(
        Status.QUOTA,
        "Google allows no more pictures for this key right now.",
        "Wait a few minutes, or look at the limits in AI Studio.",
        "no",
        again="yes",
    ),
    # Whether an answer that was lost inside Google is charged is not documented, so it is not asked for again.
    500: Verdict(Status.UNAVAILABLE, "Something broke at Google{says}.", _LATER),
    502: Verdict(Status.UNAVAILABLE, "The answer was lost on its way through a gateway{says}.", _LATER),
    503: Verdict(Status.UNAVAILABLE, "Google's model is overloaded{says}.", _LATER, "no", again="yes"),
    504: Verdict(
        Status.TIMEOUT,
        "Google did not finish in the time it was given{says}.",
        "Try again with a smaller size, or allow more time.",
    ),
}
"""Each HTTP code that is documented (ai.google.dev, troubleshooting, 2026-10)."""

MEANING_OF_REASON: Final[tuple[tuple[int, str, Verdict], ...]] = (
    (400, "api_key_invalid", MEANING_OF_CODE[401]),
    (400, "api key not valid", MEANING_OF_CODE[401]),
    (
        400,
        "location is not supported",
        Verdict(Status.AUTH, "Google does not offer this model where you are{says}.", "Use a paid project.", "no"),
    ),
    (
        400,
        "failed_precondition",
        Verdict(Status.AUTH, "The key's project cannot use this yet{says}.", "Turn on billing in AI Studio.", "no"),
    ),
    (400, "thought_signature", _UNMARKED),
    (400, "thought signature", _UNMARKED),
    (
        400,
        "mime type",
        Verdict(
            Status.INVALID,
            "Google cannot read one of the pictures{says}.",
            "Save the reference pictures again as PNG or JPEG.",
            "no",
        ),
    ),
    (
        403,
        "service_disabled",
        Verdict(
            Status.AUTH,
            "The key's project has not turned on the Gemini API{says}.",
            f"Turn it on in the Google Cloud console, or make a new key at {_KEYS_PAGE}.",
            "no",
        ),
    ),
    (
        403,
        "access the file",
        Verdict(
            Status.INVALID,
            "A file of the request has expired or belongs to another project{says}.",
            "Send the picture itself again.",
            "no",
        ),
    ),
    (
        429,
        "freetier",
        Verdict(
            Status.QUOTA,
            "The key's project has no billing, and image models have no free tier.",
            "Turn on billing in AI Studio.",
            "no",
        ),
    ),
    (
        429,
        "perday",
        Verdict(
            Status.QUOTA,
            "The day's quota of this key is used up.",
            "It starts anew at midnight Pacific time; the limits are in AI Studio.",
            "no",
        ),
    ),
)
"""Code, a text within Google's error (lower case, without underscores in ids), and what that means.

Google answers a wrong key with 400, not 401; a key without billing and a used-up day look like any 429 but
for the name of the quota (ai.google.dev, troubleshooting and rate limits, 2026-10).
"""

SENT_NOTHING: Final = Verdict(
    Status.UNAVAILABLE,
    "Google could not be reached{says}.",
    "Look at the network, the proxy and the base URL, and try again.",
    "no",
    again="yes",
)
"""No connection could be made."""

BAD_ADDRESS: Final = Verdict(
    Status.INVALID,
    "The request could not be sent{says}.",
    "Look at the base URL and the key.",
    "no",
)
"""The address or the key is not one that a request can be made of."""

NO_ANSWER_IN_TIME: Final = Verdict(
    Status.TIMEOUT,
    "No answer came in {timeout}; the picture may have been made and charged.",
    "Look at the billing page before trying again, allow more time, or ask for a smaller size.",
)
"""We stopped waiting."""

LOST_ON_THE_WAY: Final = Verdict(
    Status.UNAVAILABLE,
    "The connection broke before the whole answer was here; it may be charged.",
    "Try again; look at the billing page if it happens often.",
)
"""The request left, and its answer did not arrive whole."""

NOT_GEMINI: Final = Verdict(
    Status.UNAVAILABLE,
    "What came back is not an answer of Gemini; a proxy or a wrong base URL may be in between.",
    "Look at the network, the proxy and the base URL.",
)
"""An answer that is not JSON, or not of the documented shape."""
