"""Makes pictures with Google's Gemini models through ``generateContent``."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

import httpx2
from google.genai import errors, types

from prompt_kit.errors import InputError
from prompt_kit.generators import Checked
from prompt_kit.generators.attempts import Attempt, failed_attempt
from prompt_kit.generators.client import AnswerTooLargeError, Arrival, arrival
from prompt_kit.generators.gemini import batches, platform, requests
from prompt_kit.generators.gemini.access import ADDRESSES, Access, access, at_home
from prompt_kit.generators.gemini.answers import read, refused
from prompt_kit.generators.gemini.connection import Connection, NotReadyError
from prompt_kit.generators.gemini.uploads import UploadError, Uploads, sent_pictures
from prompt_kit.generators.gemini.verdicts import (
    BAD_ADDRESS,
    LOST_ON_THE_WAY,
    NO_ANSWER_IN_TIME,
    NOT_GEMINI,
    SENT_NOTHING,
)
from prompt_kit.generators.lenient import documents
from prompt_kit.generators.network import address_problem, host
from prompt_kit.generators.opening import PerLoop
from prompt_kit.generators.options import option_problem
from prompt_kit.generators.redaction import attempt_without_key, text_without_key, without_key
from prompt_kit.generators.retrying import retried
from prompt_kit.generators.verdicts import TOO_LARGE, Verdict
from prompt_kit.outcome import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from google import genai
    from google.auth.credentials import Credentials

    from prompt_kit.generators import Collected, Request
    from prompt_kit.generators.gemini.upload_cache import Uploaded
    from prompt_kit.images import Image

T = TypeVar("T")

# The SDK logs what outcomes report already. Without any handler Python would print it.
logging.getLogger("google_genai").addHandler(logging.NullHandler())

MEANING_OF_FAILURE: Final[Mapping[type[Exception], Verdict]] = {
    httpx2.ConnectError: SENT_NOTHING,
    httpx2.ConnectTimeout: SENT_NOTHING,
    httpx2.PoolTimeout: SENT_NOTHING,
    httpx2.ProxyError: SENT_NOTHING,
    httpx2.InvalidURL: BAD_ADDRESS,
    httpx2.UnsupportedProtocol: BAD_ADDRESS,
    httpx2.LocalProtocolError: BAD_ADDRESS,
    httpx2.TimeoutException: NO_ANSWER_IN_TIME,
    TimeoutError: NO_ANSWER_IN_TIME,
    AnswerTooLargeError: TOO_LARGE,
    httpx2.HTTPError: LOST_ON_THE_WAY,
    # What the SDK raises for an address or key that it cannot use, and for an error page in no known encoding.
    ValueError: BAD_ADDRESS,
    UnicodeDecodeError: NOT_GEMINI,
    # An error page with too deeply nested brackets.
    RecursionError: NOT_GEMINI,
}
"""Each way in which a request or its answer gets lost; the nearest class of an exception decides."""

_GOOD: Final = 200

# A KeyError is what the SDK raises when an upload is answered without an address (google-genai 3.4.0).
_UNHEARD: Final[tuple[type[Exception], ...]] = (*MEANING_OF_FAILURE, KeyError)


@dataclass(frozen=True, kw_only=True)
class Gemini:
    """Google's image models through ``generateContent``.

    It works as it is; inside ``async with`` one connection serves all requests, which saves each of them the
    handshakes. It may be entered several times at once; each event loop has a connection of its own.
    """

    name: ClassVar[str] = "gemini"
    free: ClassVar[bool] = False

    api_key: str | None = field(default=None, repr=False)
    """The key; else the environment's ``GOOGLE_API_KEY``, else its ``GEMINI_API_KEY``, when a picture is made."""
    project: str | None = None
    """A project of Google Cloud, which chooses the Agent Platform; there, else ``GOOGLE_CLOUD_PROJECT``."""
    location: str | None = None
    """Where on the Agent Platform the model runs; else ``GOOGLE_CLOUD_LOCATION``, else ``global``."""
    credentials: Credentials | None = field(default=None, repr=False)
    """Credentials for the Agent Platform; google-auth finds them when left out."""
    enterprise: bool | None = None
    """Whether it is the Agent Platform; else what the options above and ``GOOGLE_GENAI_USE_ENTERPRISE`` mean."""
    base_url: str | None = None
    """Another address of the API; else the environment's ``GOOGLE_GEMINI_BASE_URL`` (``GOOGLE_VERTEX_BASE_URL`` for
    the Agent Platform), else Google's own."""
    api_version: str | None = None
    """Such as ``v1beta``; else the environment's ``GOOGLE_GENAI_API_VERSION``, else the SDK's own: ``v1``, and
    ``v1beta1`` on the Agent Platform."""
    timeout_s: float = 300.0
    """How long one answer may take; a 4K picture of the pro model takes 60 to 120 s and more (2026-10)."""
    attempts: int = 4
    """How often a request is sent at most; only what was certainly not charged is sent again."""
    on_wait: Callable[[float, str], None] | None = None
    """Called with about how many seconds are waited before the next try, and why, in one or two plain sentences."""
    _connections: PerLoop[Connection] = field(
        default_factory=partial(PerLoop, Connection), init=False, repr=False, compare=False
    )
    _all_uploads: PerLoop[Uploads] = field(
        default_factory=partial(PerLoop, Uploads), init=False, repr=False, compare=False
    )

    @property
    def elsewhere(self) -> str:
        """The computer that is asked, when it is not Google's; empty when it is."""
        where = self._address
        return "" if not where or at_home(where) else host(where)

    @property
    def has_access(self) -> bool:
        """Whether there is a key, or a Google Cloud project that pays."""
        return self._access().there

    async def generate(self, request: Request) -> Outcome:
        """Make the pictures of one request.

        Whatever Google, the network or a missing key do becomes an outcome; only mistakes in our own code raise.
        """
        by = self._access()
        problem = self._problem() or by.problem()
        if problem is None and by.platform:
            problem = platform.too_large(sent_pictures(request))
        if problem:
            return replace(problem, model=request.model.id)
        async with self:
            outcome = await self._asked(request, by)
        if outcome.status is Status.AUTH and by.whose:
            outcome = replace(outcome, next_step=f"{outcome.next_step} {by.whose}")
        return outcome

    async def submit(self, requests: Mapping[str, Request], label: str) -> str | Outcome:
        """Send requests as one job of the Batch API; see `BatchGenerator`."""
        source = await self._about_jobs(lambda client: batches.packed(client, requests, label))
        if isinstance(source, Outcome):
            return source
        by, request = self._access(), next(iter(requests.values()))
        names: list[str] = []
        unsure = False

        async def send() -> Attempt:
            nonlocal unsure
            try:
                if unsure and (there := await batches.find(await self._client(by), label)):
                    # A refusal may come from a gateway that had passed the job on.
                    names.append(there)
                else:
                    names.append(await batches.created(await self._client(by), request.model.id, source, label))
            except NotReadyError as error:
                return error.attempt
            except errors.APIError as error:
                attempt = attempt_without_key(refused(error.code, error.details, request), by.key)
                unsure = unsure or attempt.again == "yes" or attempt.outcome.billable == "unknown"
                return attempt
            except tuple(MEANING_OF_FAILURE) as error:
                attempt = failed_attempt(MEANING_OF_FAILURE, error, model=request.model.id, timeout_s=self.timeout_s)
                unsure = unsure or attempt.outcome.billable == "unknown"
                return attempt_without_key(attempt, by.key)
            return Attempt(Outcome(Status.OK))

        async with self:
            outcome = await retried(send, attempts=self.attempts, on_wait=self.on_wait)
            if unsure and not outcome.ok:
                there = await self.find(label)
                if isinstance(there, str):
                    return there
                # Only a list without the job shows that there is none.
                outcome = outcome if there is None else replace(outcome, billable="unknown", cost=None)
        return names[0] if outcome.ok and names[0] else outcome

    async def find(self, label: str) -> str | Outcome | None:
        """Return the name of the job with this label; see `BatchGenerator`."""
        return await self._about_jobs(lambda client: batches.find(client, label))

    async def collect(self, job: str, requests: Mapping[str, Request]) -> Collected | Outcome:
        """Return how far a job is, and what came of its requests; see `BatchGenerator`."""
        collected = await self._about_jobs(lambda client: batches.collect(client, job, requests))
        if isinstance(collected, Outcome):
            return collected
        key = self._access().key
        outcomes = ((name, without_key(outcome, key)) for name, outcome in collected.outcomes)
        said, message = (text_without_key(text, key) for text in (collected.said, collected.message))
        return replace(collected, said=said, message=message, outcomes=outcomes)

    async def cancel(self, job: str) -> Outcome | None:
        """Ask to stop a job; see `BatchGenerator`."""
        return await self._about_jobs(lambda client: batches.cancel(client, job))

    async def _about_jobs(self, ask: Callable[[genai.Client], Awaitable[T]]) -> T | Outcome:
        """Return the answer to a question about jobs, or the reason why it cannot be asked; both are free."""
        by = self._access()
        problem = self._problem() or (batches.ON_PLATFORM if by.platform else by.problem())
        if problem:
            return problem
        try:
            async with self:
                return await ask(await self._client(by))
        except NotReadyError as error:
            return error.attempt.outcome
        except InputError as error:
            return Outcome(Status.INVALID, message=str(error), billable="no")
        except errors.APIError as error:
            refusal = batches.refusal(error.code, error.details)
            if refusal.status is Status.AUTH:
                refusal = replace(refusal, next_step=f"{refusal.next_step} {by.whose}")
            return without_key(refusal, by.key)
        except _UNHEARD as error:
            return without_key(batches.silence(error), by.key)

    async def check(self, models: Sequence[str]) -> tuple[Checked, ...]:
        """Check key or credentials, network, clock and these models, and return the results; this costs nothing."""
        from prompt_kit.generators.gemini import checks

        by, problem = self._access(), self._problem()
        if problem:
            return (Checked("options", "wrong", problem.message, problem.next_step),)
        hurried = replace(self, timeout_s=min(self.timeout_s, checks.CHECK_S))
        async with hurried:
            return await checks.checked(by, hurried._connection, lambda: hurried._client(by), models)  # noqa: SLF001 - itself

    async def __aenter__(self) -> Self:
        """Keep the connection for several requests."""
        self._connection.users += 1
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the connection; the last user closes it."""
        await self._connection.leave()
        if not self._connection.users:
            self._uploads.rest()

    @property
    def _connection(self) -> Connection:
        return self._connections.here()

    @property
    def _uploads(self) -> Uploads:
        return self._all_uploads.here()

    def _access(self) -> Access:
        return access(
            api_key=self.api_key,
            project=self.project,
            location=self.location,
            credentials=self.credentials,
            enterprise=self.enterprise,
        )

    def _problem(self) -> Outcome | None:
        """Return what is wrong with the options; they may come from a file, as anything."""
        wrong = option_problem(
            self.name,
            timeout_s=self.timeout_s,
            attempts=self.attempts,
            switches={"enterprise": self.enterprise},
            base_url=self.base_url,
            api_version=self.api_version,
        )
        return wrong or (address_problem(self._address) if self._address else None)

    @property
    def _address(self) -> str:
        """The address that was given, or the environment's; empty is Google's own."""
        given = self.base_url if isinstance(self.base_url, str) else ""
        return given or os.environ.get(ADDRESSES[self._access().platform], "").strip()

    async def _client(self, by: Access) -> genai.Client:
        """Return the open connection, signed in; the SDK's own limit ends sooner where only one step is slow.

        Raises:
            NotReadyError: When the credential is not accepted; no request was sent.
            ValueError: When no address can be made of what was given.
        """
        return await self._connection.client(self._options, by, within_s=self.timeout_s + 1)

    async def _asked(self, request: Request, by: Access) -> Outcome:
        """Send a request until the answer is final, and return its outcome."""

        async def send() -> Attempt:
            return attempt_without_key(await self._try(request, by), by.key, self._connection.token)

        return await retried(send, attempts=self.attempts, on_wait=self.on_wait)

    async def _try(self, request: Request, by: Access, *, anew: bool = False) -> Attempt:
        """Send a request once; when Google no longer has an uploaded file, upload it again and send once more."""
        account = by.account(self._address) if sent_pictures(request) else ""
        files: Mapping[str, Uploaded] = {}
        try:
            client = await self._client(by)
            if not by.platform:
                files = await self._uploads.ready(client, request, account)
            contents, config = requests.contents(request, _attached(files)), requests.config(request)
            with arrival() as heard:
                attempt = await self._answered(client, request, contents, config, heard)
        except (NotReadyError, UploadError) as error:
            return replace(error.attempt, outcome=replace(error.attempt.outcome, model=request.model.id))
        except InputError as error:
            return Attempt(Outcome(Status.INVALID, message=str(error), billable="no", model=request.model.id))
        except errors.APIError as error:
            if not anew and self._uploads.lost(error, files, account):
                return await self._try(request, by, anew=True)
            headers = getattr(error.response, "headers", None) or {}
            attempt = refused(error.code, error.details, request, retry_after=headers.get("retry-after"))
        except tuple(MEANING_OF_FAILURE) as error:
            return failed_attempt(MEANING_OF_FAILURE, error, model=request.model.id, timeout_s=self.timeout_s)
        return platform.reworded(attempt, by_credentials=by.by_credentials) if by.platform else attempt

    async def _answered(
        self, client: genai.Client, request: Request, contents: Any, config: Any, heard: Arrival
    ) -> Attempt:
        """Ask, and return what came back, whether or not the SDK can read it."""
        try:
            await client.aio.models.generate_content(model=request.model.id, contents=contents, config=config)
        except errors.APIError:
            raise
        except Exception:
            if heard.body is None:
                raise
            # An answer that is here was sent and may be paid, whatever the SDK stumbles over.
            if heard.code != _GOOD:
                return refused(heard.code, _plain(heard.body), request)
        return read(heard.body, request)

    def _options(self) -> types.HttpOptions:
        return types.HttpOptions(
            base_url=self.base_url,
            api_version=self.api_version,
            timeout=max(1, round(self.timeout_s * 1000)),
            # One attempt: with the aiohttp extra the SDK would otherwise send again what may be paid already.
            retry_options=types.HttpRetryOptions(attempts=1),
        )


def _plain(body: bytes) -> Any:
    try:
        return documents(body)[0]
    except (ValueError, RecursionError):
        return {}


def _attached(files: Mapping[str, Uploaded]) -> Callable[[Image], types.Part]:
    """Return what makes the part of a picture: its file, else its bytes."""

    def attach(image: Image) -> types.Part:
        file = files.get(image.sha256)
        return types.Part.from_uri(file_uri=file.uri, mime_type=file.media_type) if file else requests.inline(image)

    return attach
