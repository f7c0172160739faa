"""Answers every request with one prepared picture after a fixed time, as fast as one process can."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import struct
import sys
import zlib
from typing import Final

_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def png(size: int, *, bytes_more: int) -> bytes:
    """Return a grey square as PNG, with a chunk of random bytes that fills it up to a size a model's picture has."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + b"\x7f" * size) * size)
    header = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"juNK", os.urandom(bytes_more)), chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def answer(picture: bytes) -> bytes:
    """Return the HTTP answer of Gemini's API that holds one picture."""
    part = {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(picture).decode()}}
    modality = {"modality": "IMAGE", "tokenCount": 1120}
    body = json.dumps(
        {
            "candidates": [{"content": {"parts": [part], "role": "model"}, "finishReason": "STOP", "index": 0}],
            "usageMetadata": {
                "promptTokenCount": 8,
                "candidatesTokenCount": 1120,
                "totalTokenCount": 1128,
                "candidatesTokensDetails": [modality],
                "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 8}],
            },
            "modelVersion": "gemini-nano-banana-2.1",
            "responseId": "a-response",
        }
    ).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def serve(port: int, latency_s: float, picture_bytes: int) -> None:
    """Serve until the process is ended; print the port once it listens, which is a free one for 0."""
    reply = answer(png(64, bytes_more=picture_bytes))

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                await reader.readexactly(int(length[1]) if length else 0)
                await asyncio.sleep(latency_s)
                writer.write(reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", port, backlog=512) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
