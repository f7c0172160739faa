"""Which credential is used for Google: a key of the Gemini API, or a project of the Agent Platform."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from prompt_kit.outcome import Outcome, Status

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

KEYS: Final = ("GOOGLE_API_KEY", "GEMINI_API_KEY")
"""Where the key is looked for, in the SDK's own order (google-genai 3.4.0)."""

SWITCHES: Final = ("GOOGLE_GENAI_USE_ENTERPRISE", "GOOGLE_GENAI_USE_VERTEXAI")
"""What chooses the Agent Platform when it is ``true`` or ``1``; the first that is set decides (google-genai 3.4.0)."""

PROJECT: Final = "GOOGLE_CLOUD_PROJECT"
LOCATION: Final = "GOOGLE_CLOUD_LOCATION"

ADDRESSES: Final = ("GOOGLE_GEMINI_BASE_URL", "GOOGLE_VERTEX_BASE_URL")
"""Where another address is looked for, of the Gemini API and of the Agent Platform (google-genai 3.4.0)."""

EVERYWHERE: Final = "global"
"""The location that is taken when none is named, as the SDK does (google-genai 3.4.0)."""

# Both become parts of an address, the location even of its host, so only names are accepted.
_PROJECT: Final = re.compile(r"^[a-z0-9][a-z0-9.:-]{2,99}$")
_LOCATION: Final = re.compile(r"^[a-z][a-z0-9-]{1,39}$")


@dataclass(frozen=True, kw_only=True)
class Access:
    """The credential that requests are sent with."""

    platform: bool = False
    """Whether it is the Agent Platform (Vertex AI) instead of the Gemini API."""
    key: str = field(default="", repr=False)
    place: str = ""
    """Where the key was found, as the end of a sentence."""
    project: str = ""
    """The project of Google Cloud; empty is the one the credentials belong to."""
    location: str = ""
    """Where on the Agent Platform the model runs."""
    credentials: Credentials | None = field(default=None, repr=False)
    """The credentials that were given; ``None`` means that google-auth looks for them."""

    @property
    def by_credentials(self) -> bool:
        """Whether google-auth credentials are used; otherwise a key is, on the Agent Platform too ("express mode")."""
        return self.platform and not self.key

    @property
    def there(self) -> bool:
        """Whether there is something to ask with; Google alone knows whether it is accepted."""
        return self.platform or bool(self.key)

    @property
    def whose(self) -> str:
        """Which key or project is in use, as a sentence that holds no secret."""
        if self.by_credentials:
            return f"The project in use is {self.project}." if self.project else ""
        return f"The key in use is {self.place}."

    def account(self, address: str) -> str:
        """Return an identifier for the owner of the uploaded files; the key cannot be derived from it."""
        owner = f"prompt-kit files\0{address}\0{self.key}"
        return hashlib.sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def problem(self) -> Outcome | None:
        """Return what is wrong with it, as far as that can be seen before anything is sent."""
        if self.by_credentials:
            return _place_problem(self.project, self.location)
        if not self.key:
            return _refused(
                "There is no key for the Gemini API.",
                f"Set {KEYS[1]}; keys are made at aistudio.google.com/api-keys. 'proof' needs none.",
            )
        if not self.key.isascii() or not self.key.isprintable() or " " in self.key:
            step = f"Copy it again. {self.whose}"
            return _refused("The key for the Gemini API holds characters that no key has.", step)
        return _place_problem(self.project, self.location) if self.platform else None


def access(
    *,
    api_key: str | None = None,
    project: str | None = None,
    location: str | None = None,
    credentials: Credentials | None = None,
    enterprise: bool | None = None,
) -> Access:
    """Return what was given, filled up from the environment in the SDK's own order.

    What is given goes before the environment; there, a project goes before a key. A project, a location or
    credentials mean the Agent Platform, unless ``enterprise`` says otherwise.
    """
    named = project or location or credentials
    platform = bool(named or _switched()) if enterprise is None else enterprise
    key, place = _key(api_key)
    if not platform:
        return Access(key=key, place=place)
    # Someone who gives a key means that key; then the environment's project is not asked (google-genai 3.4.0).
    if api_key is None and (named or _environment(PROJECT) or _environment(LOCATION)):
        key, place = "", ""
    at = str(project or ("" if api_key is not None else _environment(PROJECT)))
    where = str(location or ("" if api_key is not None else _environment(LOCATION)))
    if not key or at:
        where = where or EVERYWHERE
    return Access(
        platform=True, key=key, place=place, project=at.strip(), location=where.strip(), credentials=credentials
    )


def at_home(address: str) -> bool:
    """Return whether an address is Google's own."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return host == "googleapis.com" or host.endswith(".googleapis.com")


def _key(given: str | None) -> tuple[str, str]:
    if given is not None:
        return given.strip(), "the one that was given"
    variable = next((name for name in KEYS if _environment(name)), "")
    return _environment(variable), f"in {variable}"


def _switched() -> bool:
    stated = next((value for name in SWITCHES if (value := _environment(name))), "")
    return stated.lower() in {"true", "1"}


def _environment(name: str) -> str:
    return os.environ.get(name, "").strip()


def _place_problem(project: str, location: str) -> Outcome | None:
    if project and not _PROJECT.match(project):
        step = "Give the project's id as the Google Cloud console shows it, such as 'my-project-123'."
        return _refused(f"'{project[:60]}' is no id of a Google Cloud project.", step)
    if location and not _LOCATION.match(location):
        step = "Use 'global', or a region such as 'us-central1'."
        return _refused(f"'{location[:60]}' is no location of Google Cloud.", step)
    return None


def _refused(message: str, next_step: str) -> Outcome:
    return Outcome(Status.AUTH, message=message, next_step=next_step, billable="no")
