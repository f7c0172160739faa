"""Sends many requests as one job of the Batch API, and reads what came of each."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlencode

from google.genai import errors, types

from prompt_kit.catalogue import Model
from prompt_kit.errors import InputError
from prompt_kit.generators import Collected, Request
from prompt_kit.generators.client import arrival
from prompt_kit.generators.gemini import requests
from prompt_kit.generators.gemini.answers import refused, understood
from prompt_kit.generators.lenient import count, documents, entries, error_code, mapping, mappings, text
from prompt_kit.outcome import Outcome, Status
from prompt_kit.prompt import Settings, Turn

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from google.genai import Client

    from prompt_kit.generators import BatchState

INLINE_BYTES: Final = 18_000_000
"""Largest job that is sent in one piece, in bytes; Google takes 20 MB (ai.google.dev, Batch API, 2026-01)."""

INLINE_ROWS: Final = 20
"""Most requests that are sent in one piece: their answers come in one piece too, with up to 16 MB a picture."""

FILE_BYTES: Final = 2_000_000_000
"""Largest file of requests, in bytes (ai.google.dev, Batch API, 2026-01)."""

MOST_BYTES: Final = 600_000_000
"""Largest answer about a job, in bytes: `INLINE_ROWS` pictures of 4K, each with its drafts."""

MOST_LINE_BYTES: Final = 256_000_000
"""Longest line of a file of results, in bytes: the answer to one request."""

DOWNLOAD_S: Final = 4 * 3600.0
MOST_RESULT_BYTES: Final = 100_000_000_000
"""How long the file of results may take, and how large it may be: it goes to the disk, not into memory."""

PAGE: Final = 100
"""Jobs in one page of the list; without a number the list came empty (googleapis/python-genai#1250, 2025-08)."""

STATE_OF: Final[Mapping[str, BatchState]] = {
    "STATE_UNSPECIFIED": "waiting",
    "STATE_QUEUED": "waiting",
    "STATE_PENDING": "waiting",
    "STATE_RUNNING": "waiting",
    "STATE_CANCELLING": "waiting",
    "STATE_PAUSED": "waiting",
    "STATE_UPDATING": "waiting",
    "STATE_SUCCEEDED": "done",
    "STATE_PARTIALLY_SUCCEEDED": "done",
    "STATE_FAILED": "failed",
    "STATE_CANCELLED": "cancelled",
    "STATE_EXPIRED": "expired",
}
"""Each state, as it is called behind ``JOB_`` in the SDK and ``BATCH_`` on the wire (google-genai 3.4.0)."""

HTTP_OF_STATUS: Final[Mapping[int, int]] = {
    1: 499,
    3: 400,
    4: 504,
    5: 404,
    7: 403,
    8: 429,
    9: 400,
    11: 400,
    13: 500,
    14: 503,
    16: 401,
}
"""The HTTP code of each status code in the rows of a job (google/rpc/code.proto)."""

_MEDIA_TYPE: Final = "application/jsonl"
_BESIDE: Final = ("tools", "toolConfig", "safetySettings", "systemInstruction")
_OURS: Final = {"should_return_http_response", "automatic_continuation", "automatic_function_calling", "http_options"}
_AGAIN: Final = "Look at the billing page before sending it again: 'prompt-kit generate --from' and the run."
_TOO_LARGE: Final = (
    f"The job is larger than {FILE_BYTES // 1_000_000_000} GB, and Google takes no more."
    " Send fewer pictures at once, or smaller references."
)
_RESULTS_GONE: Final = (
    "Google no longer has the results of this job for this key. Use the key it was submitted with;"
    " results are kept for some weeks at the most."
)
_GONE: Final = (403, 404)
_NOBODYS: Final = Request(Turn(()), Model(id="", known=False), Settings())

NO_SUCH_JOB: Final = Outcome(
    Status.INVALID,
    reason="NOT_FOUND",
    message="Google knows no such job for this key.",
    next_step="Use the key it was submitted with.",
    billable="no",
)

ON_PLATFORM: Final = Outcome(
    Status.INVALID,
    message="The Agent Platform takes jobs from Cloud Storage (gs://) only, and prompt-kit keeps nothing there.",
    next_step="Use the Gemini API with a key, or send without --batch.",
    billable="no",
)
_MISSING: Final[Mapping[BatchState, tuple[Status, str, str]]] = {
    "waiting": (Status.UNAVAILABLE, "The job is not done yet.", "Wait for it: prompt-kit runs wait."),
    "done": (Status.NO_IMAGE, "The job ended without an answer to this request.", _AGAIN),
    "failed": (Status.UNAVAILABLE, "Google could not do the job.", _AGAIN),
    "cancelled": (Status.CANCELLED, "The job was cancelled before this request was answered.", _AGAIN),
    # A job has 48 hours, and no results afterwards (ai.google.dev, Batch API, 2026-01); people report that what
    # was done by then is charged nevertheless (2026-02).
    "expired": (
        Status.TIMEOUT,
        "The job was not done within 48 hours and has expired; what was done of it may be charged.",
        "Send it again in smaller jobs, or without --batch.",
    ),
}
"""Status, message and next step of a request that a job in this state has no answer to; it may be charged."""


def refusal(code: int, error: Any) -> Outcome:
    """Return what it means when Google answers a question about a job with an HTTP error code."""
    if code == 404:  # noqa: PLR2004 - HTTP's own
        return NO_SUCH_JOB
    return replace(refused(code, error, _NOBODYS).outcome, model="", billable="no")


def silence(error: Exception) -> Outcome:
    """Return what it means when a request about a job, or its answer, does not arrive."""
    says = " ".join(str(error).split()).rstrip(".")
    message = "Google could not be asked about the job" + (f' ("{says}").' if says else ".")
    step = "Look at the network, and try again; a job that was submitted goes on meanwhile."
    return Outcome(Status.UNAVAILABLE, reason=type(error).__name__, message=message, next_step=step, billable="no")


async def packed(client: Client, requests: Mapping[str, Request], label: str) -> Any:
    """Return requests as a job takes them: themselves while they are small, else the name of an uploaded file.

    Raises:
        InputError: When a picture is gone or has changed, or they are too large together.
    """
    with tempfile.TemporaryFile() as file:
        for key, request in requests.items():
            file.write(_line(key, request))
            if file.tell() > FILE_BYTES:
                raise InputError(_TOO_LARGE)
        if file.tell() <= INLINE_BYTES and len(requests) <= INLINE_ROWS:
            return [_inlined(key, request) for key, request in requests.items()]
        file.seek(0)
        options = types.UploadFileConfig(mime_type=_MEDIA_TYPE, display_name=label)
        uploaded = await client.aio.files.upload(file=cast("io.IOBase", file), config=options)
        return uploaded.name


async def created(client: Client, model: str, source: Any, label: str) -> str:
    """Return the name of a job that is made of packed requests: each time it is called, of a new one."""
    settings = types.CreateBatchJobConfig(display_name=label)
    job = await client.aio.batches.create(model=model, src=source, config=settings)
    return job.name or ""


async def find(client: Client, label: str) -> str | None:
    """Return the name of the job that was submitted under this label."""
    query = {"pageSize": str(PAGE)}
    while True:
        page = await _fetched(client, f"batches?{urlencode(query)}")
        for operation in mappings(page.get("operations")):
            if mapping(operation.get("metadata")).get("displayName") == label:
                return text(operation.get("name")) or None
        query["pageToken"] = text(page.get("nextPageToken"))
        if not query["pageToken"]:
            return None


async def collect(client: Client, job: str, requests: Mapping[str, Request]) -> Collected:
    """Return how far a job is and, once it is over, what came of every request."""
    operation = await _fetched(client, job)
    metadata = mapping(operation.get("metadata"))
    said = text(metadata.get("state"))
    output = mapping(metadata.get("output")) or mapping(operation.get("response"))
    state = STATE_OF.get(said.removeprefix("JOB_").removeprefix("BATCH_"))
    if state is None:  # one that is newer than this table
        state = "waiting" if not operation.get("done") else "done" if output else "failed"
    if state == "waiting":
        return Collected(state, said)
    says = " ".join(text(mapping(operation.get("error")).get("message")).split()).rstrip(".")

    def missing(request: Request) -> Outcome:
        status, message, next_step = _MISSING[state]
        message = message.removesuffix(".") + (f' ("{says}").' if says else ".")
        return Outcome(status, reason=said, message=message, next_step=next_step, model=request.model.id)

    message = "" if state == "done" else _MISSING[state][1]
    return Collected(state, said, message, _outcomes(await _rows(client, output), requests, missing))


async def cancel(client: Client, job: str) -> None:
    """Ask to stop a job."""
    await client.aio.batches.cancel(name=job)


def _line(key: str, request: Request) -> bytes:
    """Return one line of a file of requests."""
    settings = requests.config(request).model_dump(mode="json", by_alias=True, exclude_none=True, exclude=_OURS)
    beside: dict[str, Any] = {name: settings.pop(name) for name in _BESIDE if name in settings}
    said = [content.model_dump(mode="json", by_alias=True, exclude_none=True) for content in requests.contents(request)]
    asked: dict[str, Any] = {"contents": said, **beside, "generationConfig": settings}
    return json.dumps({"key": key, "request": asked}).encode() + b"\n"


def _inlined(key: str, request: Request) -> types.InlinedRequest:
    contents: Any = requests.contents(request)
    return types.InlinedRequest(contents=contents, config=requests.config(request), metadata={"key": key})


async def _fetched(client: Client, path: str) -> Mapping[str, Any]:
    """Return what Google says under a path of the API, as it came.

    The SDK's own types drop half of it, and warn about each state and reason that is newer than they are.
    """
    with arrival(most_bytes=MOST_BYTES) as heard:
        await client._api_client.async_request("get", path, {}, None)  # noqa: SLF001 - there is no public way
    return mapping(documents(heard.body or b"")[0])


async def _rows(client: Client, output: Mapping[str, Any]) -> Iterable[Any]:
    """Return the answers of a job, in the order of Google's answer, which need not be that of the requests."""
    name = text(output.get("responsesFile"))
    if not name:
        inlined = output.get("inlinedResponses")
        return entries(mapping(inlined).get("inlinedResponses")) or entries(inlined)
    # On disk, because the pictures of a large job do not fit into memory; `_lines` closes it.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        with arrival(within_s=DOWNLOAD_S, most_bytes=MOST_RESULT_BYTES):
            await client.aio.files.download(file=name, destination=cast("io.IOBase", file))
    except BaseException as error:
        file.close()
        if isinstance(error, errors.APIError) and error.code in _GONE:
            raise InputError(_RESULTS_GONE) from error
        raise
    file.seek(0)
    return _lines(file)


def _lines(file: IO[bytes]) -> Iterator[Any]:
    with file:
        while line := file.readline(MOST_LINE_BYTES):
            rest = line
            while len(rest) == MOST_LINE_BYTES and not rest.endswith(b"\n"):
                rest = file.readline(MOST_LINE_BYTES)
            # Of a longer line nothing is read: its request counts as one without an answer, which may be charged.
            if line.strip() and rest is line:
                yield _parsed(line)


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return {}


def _outcomes(
    rows: Iterable[Any], requests: Mapping[str, Request], missing: Callable[[Request], Outcome]
) -> Iterator[tuple[str, Outcome]]:
    """Yield the outcome of every request by its key; the key is empty where the request is uncertain."""
    left, strays = dict(requests), []
    for row in map(mapping, rows):
        request = left.pop(_key(row), None)
        if request is None:
            strays.append(row)
        else:
            yield _key(row), _answer(row, request)
    for row in strays:
        # Repetitions of one request are interchangeable; different requests are not.
        alike = len({request.fingerprint for request in left.values()}) == 1 and not _key(row)
        key = next(iter(left)) if alike else ""
        request = left.pop(key, None)
        yield key, _answer(row, request or next(iter(requests.values())))
    for key, request in left.items():
        yield key, missing(request)


def _key(row: Mapping[str, Any]) -> str:
    return text(row.get("key")) or text(mapping(row.get("metadata")).get("key"))


def _answer(row: Mapping[str, Any], request: Request) -> Outcome:
    """Return what one row means: an answer, an error, or either of them bare."""
    error = mapping(row.get("error")) or (row if "candidates" not in row and "code" in row else {})
    if error:
        code = HTTP_OF_STATUS.get(count(error.get("code")) or 0) or error_code(error.get("code"))
        return refused(code, error, request).outcome
    return understood(row.get("response") or row, request).outcome
