"""What the Agent Platform (Vertex AI) does differently: its paths, its tokens, its limits, and its ways to refuse.

Sources: the Agent Platform's REST reference and model pages, cloud.google.com authentication (2026-08 to 2026-10).
"""

from __future__ import annotations

import base64
import binascii
import itertools
import json
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from gemini_replies import because, refused
from wire_server import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gemini_replies import Asked

MAX_INLINE_BYTES: Final = 7_000_000
"""Largest picture of a request."""

TOKEN: Final = "/token"

_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_PATH: Final = re.compile(
    r"^/(v1|v1beta1)/(?:projects/([^/]+)/locations/([^/]+)/)?publishers/google/models(?:/([^:/?]+))?(?::(\w+))?(?:\?.*)?$"
)
_CLAIMS: Final = ("iss", "aud", "iat", "exp")


@dataclass(frozen=True)
class PlatformPath:
    """A path of the Agent Platform, taken apart."""

    version: str
    project: str
    location: str
    model: str
    task: str


def platform_path(path: str) -> PlatformPath | None:
    """Return the parts of a path, if it is one of the Agent Platform."""
    found = _PATH.match(path)
    return PlatformPath(*found.groups(default="")) if found else None


@dataclass
class Platform:
    """The projects, and the tokens that were given out."""

    projects: tuple[str, ...] = ("p-123",)
    locations: tuple[str, ...] = ("global", "us-central1", "europe-west4")
    express_keys: tuple[str, ...] = ()
    """Keys of express mode; any key opens it when there are none."""
    token_refusal: Reply | None = None
    """What `/token` answers instead."""
    tokens: list[str] = field(default_factory=list)
    """Tokens that were given out and are good."""
    ahead_s: float = 0.0
    """By how many seconds its clock is ahead."""
    signed: list[Mapping[str, Any]] = field(default_factory=list)
    """What was claimed for each of them."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def token(self, content: bytes) -> Reply:
        """Exchange a signed claim, or a person's refresh token, for an access token."""
        if self.token_refusal:
            return self.token_refusal
        form = {name: values[0] for name, values in parse_qs(content.decode()).items()}
        if form.get("grant_type") == "refresh_token":
            if form.get("refresh_token") == "revoked":
                told = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
                return Reply(told, 400)
            return self._granted({"iss": form.get("client_id", "")})
        if form.get("grant_type") != _GRANT:
            return Reply({"error": "unsupported_grant_type", "error_description": "Unknown grant."}, 400)
        claim = _claimed(form.get("assertion", ""))
        text = "Invalid JWT Signature."
        if claim is not None and all(name in claim for name in _CLAIMS):
            if abs(time.time() + self.ahead_s - claim["iat"]) <= 3600:
                return self._granted(claim)
            text = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
        return Reply({"error": "invalid_grant", "error_description": text}, 400)

    def refusal(self, asked: Asked, place: PlatformPath) -> Reply | None:
        """Return why a request is not let in, or ``None``."""
        bearer = asked.headers.get("authorization", "").removeprefix("Bearer ")
        key = asked.headers.get("x-goog-api-key", "")
        if not bearer and not key:
            return refused(401, message="API keys are not supported by this API. Expected OAuth2 access token.")(asked)
        if key and self.express_keys and key not in self.express_keys:
            return refused(400, because("API_KEY_INVALID"), message="API key not valid.")(asked)
        if bearer and bearer not in self.tokens:
            text = "Request had invalid authentication credentials. Expected OAuth 2 access token."
            return refused(401, because("ACCESS_TOKEN_TYPE_UNSUPPORTED"), message=text)(asked)
        if place.project and place.project not in self.projects:
            text = f"Permission denied on resource project {place.project}."
            return refused(403, because("CONSUMER_INVALID"), message=text)(asked)
        if place.location and place.location not in self.locations:
            text = f"Publisher Model `{place.model}` was not found or your project does not have access to it."
            return refused(404, message=text)(asked)
        return self._too_large(asked)

    def _too_large(self, asked: Asked) -> Reply | None:
        for part in asked.parts:
            data = part.get("inlineData", {}).get("data", "")
            if len(data) * 3 // 4 > MAX_INLINE_BYTES:
                return refused(400, message="The inline image is larger than 7 MB.")(asked)
            uri = str(part.get("fileData", {}).get("fileUri", "gs://"))
            if not uri.startswith(("gs://", "https://")) or "/files/" in uri:
                return refused(400, message=f"Cannot fetch content from the provided URL: {uri}.")(asked)
        return None

    def _granted(self, claim: Mapping[str, Any]) -> Reply:
        token = f"ya29.token-of-nobody-{next(self._numbers)}"
        self.tokens.append(token)
        self.signed.append(claim)
        return Reply({"access_token": token, "expires_in": 3599, "token_type": "Bearer"})


def _claimed(assertion: str) -> Mapping[str, Any] | None:
    """Return what a signed claim says, without a look at its signature."""
    try:
        _, claims, signature = assertion.split(".")
        found = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    except (ValueError, binascii.Error):
        return None
    return found if signature and isinstance(found, dict) else None
