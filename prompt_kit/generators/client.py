"""The HTTP client of every generator: an answer has one deadline and one size limit, and is UTF-8."""

from __future__ import annotations

import asyncio
import zlib
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import httpx2

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

MOST_BYTES: Final = 256_000_000
"""Largest answer that is read, in bytes once it is unpacked: eight pictures of 4K have 130 MB in Base64."""

MOST_AT_ONCE: Final = 256
"""Most requests of a client that are on their way at the same time, as in a project; others wait."""

_PIECE: Final = 1_000_000
"""Largest piece that is unpacked at a time, in bytes."""

_PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})
_BOM: Final = b"\xef\xbb\xbf"


class AnswerTooLargeError(httpx2.TransportError):
    """The answer is larger than what is read of one; it was not read to its end, and may be charged."""


@dataclass(slots=True)
class Arrival:
    """What came back of the last request of some work, whatever an SDK makes of it."""

    within_s: float | None = None
    """How long an answer may take, in seconds, when not the client's own limit."""
    most_bytes: int = MOST_BYTES
    """How large an answer may be, in bytes once it is unpacked."""
    code: int = 0
    """The HTTP code; 0 as long as no headers came."""
    body: bytes | None = None
    """The whole answer without a byte order mark; ``None`` as long as it is not here."""


_CURRENT: ContextVar[Arrival | None] = ContextVar("arrival", default=None)


@contextmanager
def arrival(*, within_s: float | None = None, most_bytes: int = MOST_BYTES) -> Iterator[Arrival]:
    """Note what comes back of the requests that are sent within, and bound them otherwise than the client does."""
    current = Arrival(within_s, most_bytes)
    token = _CURRENT.set(current)
    try:
        yield current
    finally:
        _CURRENT.reset(token)


class _Lines:
    """The connections of a client, each in a client of its own.

    One pool of them all would look at each of them twice for a request, and would close those that are free for a
    moment, so that the next requests wait for new ones.
    """

    def __init__(self, make: Callable[[], httpx2.AsyncClient]) -> None:
        self._make = make
        self._all: list[httpx2.AsyncClient] = []
        self._free: list[httpx2.AsyncClient] = []
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    async def take(self) -> httpx2.AsyncClient:
        """Wait for a place, and return the line that was used last of those that are free, or a new one."""
        await self._places.acquire()
        if self._free:
            return self._free.pop()
        try:
            line = self._make()
        except BaseException:
            self._places.release()
            raise
        self._all.append(line)
        return line

    def leave(self, line: httpx2.AsyncClient) -> None:
        """Let others use a line."""
        self._free.append(line)
        self._places.release()

    async def aclose(self) -> None:
        """Close all of them."""
        for line in self._all:
            await line.aclose()


class BoundedClient(httpx2.AsyncClient):
    """A client whose answers end: after a time, at a size; and in which every text is UTF-8, whatever a server says."""

    def __init__(self, *, within_s: float, **options: Any) -> None:
        # Redirects would send key and pictures to another address.
        super().__init__(follow_redirects=False, **options)
        self.within_s = within_s
        self._lines = _Lines(partial(httpx2.AsyncClient, follow_redirects=False, **options))

    async def send(self, request: httpx2.Request, *, stream: bool = False, **how: Any) -> httpx2.Response:
        """Send a request; see `httpx2.AsyncClient.send`.

        Raises:
            TimeoutError: When the whole answer is not here in time.
            AnswerTooLargeError: When it is too large.
        """
        current = _CURRENT.get() or Arrival()
        current.code, current.body = 0, None
        until = asyncio.get_running_loop().time() + (current.within_s or self.within_s)
        request.headers["accept-encoding"] = "gzip"
        line = None
        try:
            async with asyncio.timeout_at(until):
                line = await self._lines.take()
                response = await line.send(request, stream=True, **how)
        except BaseException as error:
            if line is not None:
                self._lines.leave(line)
            elif isinstance(error, TimeoutError):
                raise httpx2.PoolTimeout("too many requests are on their way", request=request) from error
            raise
        if "set-cookie" in response.headers:
            self.cookies.extract_cookies(response)
        current.code = response.status_code
        packed = response.headers.pop("content-encoding", "").strip().lower() in _PACKED
        leave = partial(self._lines.leave, line)
        response.stream = _Bounded(response, leave, until=until, most_bytes=current.most_bytes, packed=packed)
        if "charset" in (kind := response.headers.get("content-type", "")):
            response.headers["content-type"] = kind.partition(";")[0]
        if not stream:
            try:
                current.body = await response.aread()
            finally:
                await response.aclose()
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        await self._lines.aclose()
        await super().aclose()


class _Bounded(httpx2.AsyncByteStream):
    """The bytes of an answer, unpacked, until a point in time and up to a size."""

    def __init__(
        self, response: httpx2.Response, leave: Callable[[], None], *, until: float, most_bytes: int, packed: bool
    ) -> None:
        self._stream: Any = response.stream
        self._leave: Callable[[], None] | None = leave
        self._until = until
        self._most = most_bytes
        self._packer = zlib.decompressobj(zlib.MAX_WBITS | 32) if packed else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        head: bytes | None = b""
        async for piece in self._pieces():
            size += len(piece)
            if size > self._most:
                raise AnswerTooLargeError(f"more than {self._most / 1e6:,.0f} MB")
            if head is None:
                yield piece
            elif len(head := head + piece) >= len(_BOM):
                yield head.removeprefix(_BOM)
                head = None
        if head:
            yield head

    async def _pieces(self) -> AsyncIterator[bytes]:
        chunks = aiter(self._stream)
        while True:
            async with asyncio.timeout_at(self._until):
                chunk = await anext(chunks, None)
            if chunk is None:
                return
            if self._packer is None:
                yield chunk
                continue
            while chunk:
                try:
                    yield self._packer.decompress(chunk, _PIECE)
                except zlib.error as error:
                    raise httpx2.DecodingError(str(error)) from error
                chunk = self._packer.unconsumed_tail

    async def aclose(self) -> None:
        leave, self._leave = self._leave, None
        try:
            await self._stream.aclose()
        finally:
            if leave:
                leave()
