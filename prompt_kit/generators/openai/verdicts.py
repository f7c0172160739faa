"""The message and the next step for each of OpenAI's codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.generators.verdicts import Verdict
from prompt_kit.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

_MILDER: Final = "Take out what could be read as violent, sexual, hateful or dangerous, and try again."
_LATER: Final = "Try again in a few minutes."
_KEYS_PAGE: Final = "platform.openai.com/api-keys"
_LIMITS_PAGE: Final = "platform.openai.com/settings/organization/limits"
_BILLING_PAGE: Final = "platform.openai.com/settings/organization/billing"
_MODELS: Final = "Choose another model; 'prompt-kit models' shows the ones that are known."

MEANING_OF_CODE: Final[Mapping[int, Verdict]] = {
    400: Verdict(
        Status.INVALID, "The server does not take the request{says}.", "Change what it names, and try again.", "no"
    ),
    401: Verdict(Status.AUTH, "The server does not accept the key{says}.", f"Make a new key at {_KEYS_PAGE}.", "no"),
    402: Verdict(
        Status.QUOTA, "The account has no money left{says}.", f"Add credit at {_BILLING_PAGE}, and try again.", "no"
    ),
    403: Verdict(
        Status.AUTH,
        "The key is not allowed to do this{says}.",
        f"Look at the key and its project at {_KEYS_PAGE}.",
        "no",
    ),
    404: Verdict(Status.INVALID, "The server has no such model or no such address{says}.", _MODELS, "no"),
    405: Verdict(
        Status.INVALID,
        "The server makes no pictures at this address{says}.",
        "Look at the base URL; it usually ends with /v1.",
        "no",
    ),
    408: Verdict(Status.TIMEOUT, "The server gave up waiting for the request{says}.", _LATER),
    409: Verdict(Status.UNAVAILABLE, "The server is busy with the same thing{says}.", _LATER),
    413: Verdict(Status.INVALID, "The request is too large{says}.", "Send fewer or smaller reference pictures.", "no"),
    415: Verdict(
        Status.INVALID,
        "The server cannot read what was sent{says}.",
        "Save the reference pictures again as PNG or JPEG.",
        "no",
    ),
    422: Verdict(
        Status.INVALID, "The server does not take the request{says}.", "Change what it names, and try again.", "no"
    ),
    429: Verdict(
        Status.QUOTA,
        "The server allows no more pictures for this key right now.",
        f"Wait a few minutes, or look at the limits at {_LIMITS_PAGE}.",
        "no",
        again="yes",
    ),
    # Nobody says that a gateway's code for "held back for what it shows" is not charged.
    451: Verdict(Status.BLOCKED, "The server may not answer this{says}.", _MILDER),
    # Whether an answer that was lost inside OpenAI is charged is not documented, so it is not asked for again.
    500: Verdict(Status.UNAVAILABLE, "Something broke at the server{says}.", _LATER),
    501: Verdict(
        Status.INVALID,
        "The server cannot do this{says}.",
        "Leave reference pictures out, or choose another server.",
        "no",
    ),
    502: Verdict(Status.UNAVAILABLE, "The answer was lost on its way through a gateway{says}.", _LATER),
    503: Verdict(Status.UNAVAILABLE, "The server is overloaded{says}.", _LATER, "no", again="yes"),
    504: Verdict(
        Status.TIMEOUT,
        "The server did not finish in the time it was given{says}.",
        "Try again with a smaller size, or allow more time.",
    ),
    524: Verdict(
        Status.TIMEOUT,
        "A gateway gave up waiting for the picture{says}; it may have been made and charged.",
        "Look at the usage page before trying again.",
    ),
}
"""Each HTTP code that means something of its own (platform.openai.com, error codes, 2025; gateways' custom)."""

_HELD_BACK: Final = Verdict(
    Status.BLOCKED, "OpenAI's safety rules held back the prompt, a picture of it or the result{says}.", _MILDER
)
_EMPTY_PURSE: Final = Verdict(
    Status.QUOTA,
    "The account's credit or monthly limit is used up{says}.",
    f"Add credit or raise the limit at {_BILLING_PAGE}.",
    "no",
)
_UNREADABLE: Final = Verdict(
    Status.INVALID,
    "The server cannot read one of the pictures{says}.",
    "Save the reference pictures again as PNG or JPEG.",
    "no",
)
_NO_MODEL: Final = Verdict(
    Status.INVALID, "The server has no such model for this key, or no longer{says}.", _MODELS, "no"
)
_BAD_KEY: Final = MEANING_OF_CODE[401]

MEANING_OF_REASON: Final[Mapping[str, Verdict]] = {
    "moderation_blocked": _HELD_BACK,
    "content_policy_violation": _HELD_BACK,
    "content_filter": _HELD_BACK,
    "image_content_policy_violation": _HELD_BACK,
    "insufficient_quota": _EMPTY_PURSE,
    "billing_hard_limit_reached": _EMPTY_PURSE,
    "billing_not_active": _EMPTY_PURSE,
    "invalid_api_key": _BAD_KEY,
    "account_deactivated": _BAD_KEY,
    "model_not_found": _NO_MODEL,
    "unsupported_country_region_territory": Verdict(
        Status.AUTH,
        "OpenAI does not serve the country this was sent from{says}.",
        "Use a key and a network of a country that it serves.",
        "no",
    ),
    "ip_not_authorized": Verdict(
        Status.AUTH,
        "The key may not be used from this network{says}.",
        "Add the network's address to the project's list, or use another key.",
        "no",
    ),
    "invalid_image_file": _UNREADABLE,
    "invalid_image_format": _UNREADABLE,
    "invalid_image": _UNREADABLE,
    "image_parse_error": _UNREADABLE,
    "unsupported_image_media_type": _UNREADABLE,
    "empty_image_file": _UNREADABLE,
    "image_too_large": MEANING_OF_CODE[413],
    "image_file_too_large": MEANING_OF_CODE[413],
    "string_above_max_length": Verdict(
        Status.INVALID, "The prompt is longer than the model takes{says}.", "Shorten the prompt.", "no"
    ),
    "unknown_parameter": Verdict(
        Status.INVALID,
        "The server does not know one of the settings{says}.",
        "Describe the model in the project's models file, so that only what it takes is sent.",
        "no",
    ),
}
"""The values of ``code`` or ``type`` in an error that say more than the HTTP code.

From the SDK (openai 3.54.0, types of errors) and from errors people have posted (2025 and 2026).
"""

MEANING_OF_WORDS: Final[tuple[tuple[int, str, Verdict], ...]] = (
    (400, "safety system", _HELD_BACK),
    (400, "safety_violations", _HELD_BACK),
    (400, "billing hard limit", _EMPTY_PURSE),
    (400, "does not exist", _NO_MODEL),
    (403, "does not have access to model", _NO_MODEL),
    (
        403,
        "must be verified",
        Verdict(
            Status.AUTH,
            "OpenAI wants the organization to be verified before it may use this model{says}.",
            "Verify it at platform.openai.com/settings/organization/general; that takes up to 15 minutes.",
            "no",
        ),
    ),
    (429, "exceeded your current quota", _EMPTY_PURSE),
    (429, "billing", _EMPTY_PURSE),
)
"""HTTP code, a text within the error (lower case), and what that means, where no code says it."""

SENT_NOTHING: Final = Verdict(
    Status.UNAVAILABLE,
    "The server could not be reached{says}.",
    "Look at the network, the proxy and the base URL, and try again.",
    "no",
    again="yes",
)
"""No connection could be made."""

BAD_ADDRESS: Final = Verdict(
    Status.INVALID, "The request could not be sent{says}.", "Look at the base URL and the key.", "no"
)
"""The address or the key is not one that a request can be made of."""

NO_ANSWER_IN_TIME: Final = Verdict(
    Status.TIMEOUT,
    "No answer came in {timeout}; the picture may have been made and charged.",
    "Look at the usage page before trying again, allow more time, or ask for a smaller size.",
)
"""We stopped waiting."""

LOST_ON_THE_WAY: Final = Verdict(
    Status.UNAVAILABLE,
    "The connection broke before the whole answer was here; it may be charged.",
    "Try again; look at the usage page if it happens often.",
)
"""The request left, and its answer did not arrive whole."""

NOT_OPENAI: Final = Verdict(
    Status.UNAVAILABLE,
    "What came back is not an answer of the Images API; a proxy or a wrong base URL may be in between.",
    "Look at the network, the proxy and the base URL.",
)
"""An answer that is not JSON, or not of the documented shape."""

NO_PICTURE: Final = Verdict(
    Status.NO_IMAGE,
    "The answer holds no picture and gives no reason.",
    "Word the prompt as an order to draw, and look at the usage page before trying again.",
)

DAMAGED: Final = Verdict(
    Status.NO_IMAGE,
    "What came back as a picture is none: its bytes are damaged or of an unknown type. They are kept.",
    "Try again; it will be charged again.",
)

ELSEWHERE: Final = Verdict(
    Status.NO_IMAGE,
    "The server answered with the address of a picture instead of the picture; prompt-kit fetches no addresses.",
    'Set the server to answer with "b64_json"; the address is in the record of the run.',
)
