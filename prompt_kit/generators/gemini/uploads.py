"""Chooses which pictures of a request are sent as files of the Files API, and uploads them."""

from __future__ import annotations

import asyncio
import io
import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import httpx2
from google.genai import errors, types

from prompt_kit.generators.attempts import Attempt, attempt_from
from prompt_kit.generators.gemini.answers import refused
from prompt_kit.generators.gemini.upload_cache import Memory, Uploaded
from prompt_kit.generators.verdicts import Verdict
from prompt_kit.outcome import Status
from prompt_kit.prompt import Reference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from google import genai

    from prompt_kit.generators import Request
    from prompt_kit.images import Image

MOST_INLINE_BYTES: Final = 15_000_000
"""Largest sum of pictures in Base64 that travels with a request. Google takes 100 MB since 2026-01-08 and 20 MB before;
gateways still hold the older limit (ai.google.dev, file input methods, 2026-10)."""

WORTH_BYTES: Final = 1_000_000
"""A smaller picture is sent again sooner than it is uploaded, which takes two requests of its own."""

GOOD_FOR_S: Final = 3600.0
"""How much longer a file must exist to be used; Google deletes it after 48 hours (ai.google.dev, files, 2026-10)."""

UPLOAD_S: Final = 900.0
"""How long one upload may take: 50 MB at 0.5 Mbit/s."""

PROCESSING_S: Final = 60.0
"""How long Google may take to look at a picture before it can be used."""

_LIFE: Final = timedelta(hours=47)

# Where a request names a file that is gone, of another project, or not there yet (googleapis/python-genai#1218).
_GONE: Final = re.compile(r"\bfiles?[ /]", re.IGNORECASE)
# Gateways that know no files: there, pictures travel with the request, however large it is.
_NO_SUCH_SERVICE: Final = frozenset({404, 405, 501})
_PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})

_UNREACHED: Final = Verdict(
    Status.UNAVAILABLE,
    "{name} could not be uploaded{says}; nothing was asked.",
    "Look at the network and try again, or use smaller pictures, which need no upload.",
    "no",
    again="yes",
)
_UNUSABLE: Final = Verdict(
    Status.INVALID,
    "Google took {name} but cannot use it{says}; nothing was asked.",
    "Save the picture again as PNG or JPEG.",
    "no",
)


class UploadError(Exception):
    """A picture could not be uploaded to Google; no picture was asked for, and nothing is charged."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(attempt.outcome.message)
        self.attempt = attempt

    @property
    def code(self) -> int | None:
        """The HTTP code of the refusal, if there was one."""
        code: int | None = dict(self.attempt.outcome.details).get("http_code")
        return code


class Uploads:
    """The pictures of one account that Google holds as files."""

    def __init__(self) -> None:
        self._memory: Memory | None = None
        self._account = ""
        self._turns: dict[str, asyncio.Lock] = {}

    async def ready(
        self, client: genai.Client, request: Request, account: str, *, good_for_s: float = GOOD_FOR_S
    ) -> Mapping[str, Uploaded]:
        """Return the files that replace pictures of a request, by the pictures' hash; upload those that need it.

        Args:
            client: The open connection.
            request: What is to be sent.
            account: Whose files they are.
            good_for_s: For how many seconds more they must exist.

        Raises:
            UploadError: When the request would be too large without a file, and the upload does not work.
            InputError: When a picture is gone or has changed.
        """
        pictures = sent_pictures(request)
        if not pictures:
            return {}
        memory = self._of(account)
        remembered = {picture.sha256: memory.find(picture.sha256, good_for_s=good_for_s) for picture in pictures}
        files = {sha256: uploaded for sha256, uploaded in remembered.items() if uploaded}
        answered = frozenset(image.sha256 for image in _answered(request))
        needed = too_many([image for image in pictures if image.sha256 not in files], last=answered)
        for picture in {image.sha256: image for image in pictures}.values():
            if picture.sha256 in files:
                continue
            if picture.sha256 in needed:
                try:
                    files[picture.sha256] = await self._file(client, picture, request, good_for_s)
                except UploadError as error:
                    if error.code not in _NO_SUCH_SERVICE:
                        raise
            elif picture.size >= WORTH_BYTES and picture.sha256 not in answered and memory.sent(picture.sha256):
                # Without it the picture travels with the request, as it did before.
                with suppress(UploadError):
                    files[picture.sha256] = await self._file(client, picture, request, good_for_s)
        return files

    def rest(self) -> None:
        """Forget the locks, each of which belongs to the event loop in which it was first waited for."""
        self._turns.clear()

    def lost(self, error: errors.APIError, files: Mapping[str, Uploaded], account: str) -> bool:
        """Forget the files that an answer says are gone; return whether there are any."""
        says = f"{error.message} {error.details}"
        if not files or error.code not in {400, 403, 404} or not _GONE.search(says):
            return False
        named = {sha256: file for sha256, file in files.items() if file.name.removeprefix("files/") in says}
        for sha256, file in (named or files).items():
            self._of(account).forget(sha256, file)
        return bool(named) or error.code != 400  # noqa: PLR2004 - "file" may mean anything in a plain 400

    def _of(self, account: str) -> Memory:
        if self._memory is None or self._account != account:
            self._memory, self._account = Memory(account), account
        return self._memory

    async def _file(self, client: genai.Client, picture: Image, request: Request, good_for_s: float) -> Uploaded:
        """Return the file of a picture; of several who need it at the same time, one uploads it."""
        memory = self._of(self._account)
        async with self._turns.setdefault(picture.sha256, asyncio.Lock()):
            uploaded = memory.find(picture.sha256, good_for_s=good_for_s)
            if uploaded is None:
                uploaded = await _uploaded(client, picture, request)
                memory.keep(picture.sha256, uploaded)
            return uploaded


def sent_pictures(request: Request) -> tuple[Image, ...]:
    """Return every picture of a request, those of the conversation before it last; masks are not sent."""
    history = request.turn.history
    asked = [part.image for exchange in history for part in exchange.asked if isinstance(part, Reference)]
    return (*(image for _, image in request.pictures), *asked, *_answered(request))


def _answered(request: Request) -> list[Image]:
    return [piece.image for exchange in request.turn.history for piece in exchange.answered if piece.image]


def too_many(pictures: Sequence[Image], *, last: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the hashes of the pictures that must be uploaded so that the rest is small enough, the largest first.

    Args:
        pictures: What would travel with the request, each as often as it is in it.
        last: Pictures the model itself has made; on them stand its marks, so they stay as they were if they can.
    """
    times = Counter(picture.sha256 for picture in pictures)
    weight = {picture.sha256: _encoded(picture.size) * times[picture.sha256] for picture in pictures}
    total = sum(weight.values())
    chosen = []
    for sha256 in sorted(weight, key=lambda sha256: (sha256 in last, -weight[sha256])):
        if total <= MOST_INLINE_BYTES:
            break
        chosen.append(sha256)
        total -= weight[sha256]
    return frozenset(chosen)


def _encoded(size: int) -> int:
    """Return how many characters bytes become as Base64."""
    return -(-size // 3) * 4


async def _uploaded(client: genai.Client, picture: Image, request: Request) -> Uploaded:
    """Upload a picture and wait until it can be used."""
    data = io.BytesIO(picture.read())
    # The files of the account are named by hash: file names may be private.
    config = types.UploadFileConfig(mime_type=picture.media_type, display_name=picture.sha256[:16])
    try:
        async with asyncio.timeout(UPLOAD_S):
            file = await client.aio.files.upload(file=data, config=config)
            file = await _usable(client, file)
    except errors.APIError as error:
        raise UploadError(_refusal(error, picture, request)) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, ValueError, KeyError, TypeError) as error:
        says = str(error) if isinstance(error, httpx2.HTTPError) else ""
        raise UploadError(_named(_UNREACHED, picture, request, says=says)) from error
    if file.state is types.FileState.FAILED or not file.uri:
        says = (file.error.message if file.error else "") or ""
        raise UploadError(_named(_UNUSABLE, picture, request, says=says))
    ends = file.expiration_time or datetime.now(UTC) + _LIFE
    return Uploaded(file.name or "", file.uri, file.mime_type or picture.media_type, ends.timestamp())


async def _usable(client: genai.Client, file: types.File) -> types.File:
    """Return the file once Google has looked at it."""
    wait = 0.25
    async with asyncio.timeout(PROCESSING_S):
        while file.state is types.FileState.PROCESSING and file.name:
            await asyncio.sleep(wait)
            wait = min(2 * wait, 4.0)
            file = await client.aio.files.get(name=file.name)
    return file


def _refusal(error: errors.APIError, picture: Image, request: Request) -> Attempt:
    """Return what Google's refusal of an upload means."""
    headers = getattr(error.response, "headers", None) or {}
    attempt = refused(error.code, error.details, request, retry_after=headers.get("retry-after"))
    message = f"{picture.name} could not be uploaded, so nothing was asked. {attempt.outcome.message}"
    outcome = replace(attempt.outcome, message=message, billable="no")
    return Attempt(outcome, "yes" if error.code in _PASSING else "no")


def _named(verdict: Verdict, picture: Image, request: Request, **fields: Any) -> Attempt:
    named = replace(verdict, message=verdict.message.replace("{name}", picture.name))
    return attempt_from(named, model=request.model.id, **fields)
