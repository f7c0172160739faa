"""The differences of the Agent Platform (Vertex AI): its limits, how to sign in, and what its refusals mean."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from google.auth import exceptions

from prompt_kit.generators.attempts import Attempt, attempt_from
from prompt_kit.generators.gemini.verdicts import MEANING_OF_CODE
from prompt_kit.generators.verdicts import Verdict
from prompt_kit.outcome import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prompt_kit.images import Image

MAX_PICTURE_BYTES: Final = 7_000_000
"""Largest picture that may be part of a request (Agent Platform, image understanding, 2026-10)."""

_LOGIN: Final = "Run: gcloud auth application-default login."
_CLOCK: Final = "Set this computer's clock right, and try again."
_API: Final = "aiplatform.googleapis.com"


def _auth(message: str, next_step: str) -> Verdict:
    return Verdict(Status.AUTH, message, next_step, "no")


NO_PROJECT: Final = _auth(
    "There is no project for the Agent Platform, and the credentials name none.",
    "Set GOOGLE_CLOUD_PROJECT, or write it into prompt-kit.yaml: generators: {gemini: {project: …}}.",
)

UNREADABLE: Final = _auth(
    "The file of credentials cannot be read{says}.",
    f"Look at the file GOOGLE_APPLICATION_CREDENTIALS names, or leave that out. {_LOGIN}",
)
"""Credentials that are damaged, or of an unknown kind."""

_UNREACHED: Final = Verdict(
    Status.UNAVAILABLE,
    "Google could not be reached to sign in{says}.",
    "Look at the network and the proxy, and try again.",
    "no",
    again="yes",
)
_REFUSED: Final = _auth("Google no longer accepts the credentials{says}.", _LOGIN)

MEANING_OF_SIGN_IN: Final[Mapping[type[Exception], Verdict]] = {
    exceptions.TransportError: _UNREACHED,
    exceptions.TimeoutError: _UNREACHED,
    TimeoutError: _UNREACHED,
    exceptions.RefreshError: _REFUSED,
    exceptions.UserAccessTokenError: _REFUSED,
    exceptions.OAuthError: _REFUSED,
    exceptions.MalformedError: UNREADABLE,
    exceptions.InvalidValue: UNREADABLE,
    exceptions.InvalidType: UNREADABLE,
    exceptions.InvalidResource: UNREADABLE,
    exceptions.DefaultCredentialsError: _auth("There are no credentials for the Agent Platform{says}.", _LOGIN),
    exceptions.GoogleAuthError: _auth("The credentials cannot be used{says}.", _LOGIN),
    # What reading a key file raises when it holds something else.
    ValueError: UNREADABLE,
    TypeError: UNREADABLE,
    KeyError: UNREADABLE,
    AttributeError: UNREADABLE,
    OSError: UNREADABLE,
}
"""Each way in which signing in fails; the nearest class of an exception decides (google-auth 2.62)."""

_MEANING: Final[tuple[tuple[int, str, Verdict], ...]] = (
    (
        403,
        "servicedisabled",
        _auth(
            "The Agent Platform's API is not turned on in the project{says}.",
            f"Run: gcloud services enable {_API}, and wait a few minutes.",
        ),
    ),
    (
        403,
        "billingdisabled",
        _auth("The project has no billing{says}.", "Turn on billing for it in the Google Cloud console."),
    ),
    (
        404,
        "",
        Verdict(
            Status.INVALID,
            "The Agent Platform has no such model for this project and location{says}.",
            "Try the location 'global', or another model; 'prompt-kit models' shows the current ones.",
            "no",
        ),
    ),
    (
        400,
        "location",
        Verdict(
            Status.INVALID,
            "The model is not offered in this location{says}.",
            "Try the location 'global'.",
            "no",
        ),
    ),
    (
        429,
        "",
        Verdict(
            Status.QUOTA,
            "The Agent Platform makes no more pictures for this project right now.",
            "Wait a few minutes, or look at the project's quotas in the Google Cloud console.",
            "no",
            again="yes",
        ),
    ),
)
"""Code, a text within the error, and what that means on the Agent Platform."""

_MEANING_FOR_CREDENTIALS: Final[tuple[tuple[int, str, Verdict], ...]] = (
    (401, "", _auth("Google does not accept the credentials{says}.", _LOGIN)),
    (
        403,
        "requires a quota project",
        _auth(
            "The credentials do not say which project pays{says}.",
            "Run: gcloud auth application-default set-quota-project PROJECT.",
        ),
    ),
    (
        403,
        "userprojectdenied",
        _auth(
            "The credentials may not use the project that is to pay{says}.",
            "Ask an owner of that project for the role Service Usage Consumer, or name another one:"
            " gcloud auth application-default set-quota-project PROJECT.",
        ),
    ),
    (
        403,
        "consumerinvalid",
        _auth(
            "There is no such project, or the credentials may not use it{says}.",
            "Look at GOOGLE_CLOUD_PROJECT and at the project in prompt-kit.yaml.",
        ),
    ),
    *_MEANING[:2],
    (
        403,
        "",
        _auth(
            "The credentials are not allowed to do this in the project{says}.",
            "Ask an owner of the project for the role Vertex AI User (roles/aiplatform.user).",
        ),
    ),
)
"""The same for requests with credentials instead of a key; the first that fits decides."""


def sign_in_problem(error: Exception) -> Attempt:
    """Return what it means that signing in did not work; nothing was asked yet."""
    verdict = next(MEANING_OF_SIGN_IN[kind] for kind in type(error).__mro__ if kind in MEANING_OF_SIGN_IN)
    # Only google-auth's own first sentence is quoted: what else an exception carries may be the key file's content.
    quotable = isinstance(error, exceptions.GoogleAuthError)
    says = str(error.args[0]).splitlines()[0] if quotable and error.args and str(error.args[0]) else ""
    attempt = attempt_from(verdict, says=says.partition(", see http")[0], reason=type(error).__name__)
    if "reasonable timeframe" in says:
        return Attempt(_with_step(attempt.outcome, _CLOCK))
    # A page instead of an answer comes from a proxy or a gateway, not from Google's sign-in.
    if verdict is _REFUSED and (getattr(error, "retryable", False) or says.lstrip().startswith("<")):
        return attempt_from(_UNREACHED, says=says, reason=type(error).__name__)
    return attempt


def reworded(attempt: Attempt, *, by_credentials: bool) -> Attempt:
    """Return a refusal in the Agent Platform's words; other findings stay as they are."""
    details = dict(attempt.outcome.details)
    code, error = details.get("http_code"), details.get("error")
    if code is None:
        return attempt
    everything = str(error).lower()
    folded = everything.replace("_", "")
    table = (*_MEANING_FOR_CREDENTIALS, *_MEANING) if by_credentials else _MEANING
    verdict = next((v for c, words, v in table if c == code and (words in everything or words in folded)), None)
    if verdict is None or (code == 400 and attempt.outcome.status is not Status.INVALID):  # noqa: PLR2004 - a wrong key
        return attempt
    fields: dict[str, Any] = {"reason": attempt.outcome.reason, "model": attempt.outcome.model}
    says = str(error.get("message") or "") if isinstance(error, dict) else ""
    again = attempt_from(verdict, says=says, details=attempt.outcome.details, **fields)
    wait = attempt.outcome.retry_after_s
    if wait is None or verdict.status is not MEANING_OF_CODE[429].status:
        return again
    asked = _with_step(again.outcome, attempt.outcome.next_step, retry_after_s=wait)
    return Attempt(asked, again.again)


def too_large(pictures: Iterable[Image]) -> Outcome | None:
    """Return an outcome that names the pictures too large for the Agent Platform; ``None`` when there are none."""
    heavy = [picture for picture in pictures if picture.size > MAX_PICTURE_BYTES]
    if not heavy:
        return None
    named = ", ".join(dict.fromkeys(f"{picture.name} ({picture.size / 1e6:.1f} MB)" for picture in heavy))
    return Outcome(
        Status.INVALID,
        message=f"The Agent Platform takes pictures of up to {MAX_PICTURE_BYTES // 1_000_000} MB; larger is {named}.",
        next_step="Save a smaller copy, or use the Gemini API with a key, which takes large pictures.",
        billable="no",
    )


def _with_step(outcome: Outcome, next_step: str, **more: Any) -> Outcome:
    return replace(outcome, next_step=next_step, **more)
