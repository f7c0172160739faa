"""Answers as servers and gateways may send them: kept when they were paid, bounded in time and size, and readable."""

from __future__ import annotations

import asyncio
import base64
import gzip
import io
import json
import resource
import zlib
from typing import TYPE_CHECKING, Any

import gemini_asking
import openai_asking
import pytest
from fakes import Painter
from gemini_batches import Batches
from gemini_replies import inline
from gemini_server import GeminiServer
from openai_server import OpenAIServer
from PIL import Image
from wire_server import Reply

from prompt_kit.generators import Checked
from prompt_kit.generators.gemini import Gemini
from prompt_kit.generators.gemini.parts import MOST_PARTS
from prompt_kit.generators.pictures import MOST_PICTURES
from prompt_kit.kit import generate
from prompt_kit.outcome import Outcome, Status
from prompt_kit.project import Project
from prompt_kit.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Server = GeminiServer | OpenAIServer

JXL = b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(40)
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(40)
AVIF = b"\0\0\0\x18ftypavif\0\0\0\0avifmif1" + bytes(40)


@pytest.fixture(params=[GeminiServer, OpenAIServer], ids=["gemini", "openai"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of each provider."""
    with request.param() as running:
        yield running


def ask(server: Server, **options: Any) -> Outcome:
    """Make one picture."""
    if isinstance(server, GeminiServer):
        return gemini_asking.ask(server, **options)
    return openai_asking.ask(server, **options)


def body(server: Server, *pictures: bytes) -> dict[str, Any]:
    """Return an answer of the provider with these pictures."""
    encoded = [base64.b64encode(data).decode() for data in pictures]
    if isinstance(server, OpenAIServer):
        return {"created": 1, "data": [{"b64_json": data} for data in encoded]}
    parts = [{"inlineData": {"mimeType": "image/png", "data": data}} for data in encoded]
    return {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}


def says(server: Server, content: Any, *headers: tuple[str, str], code: int = 200) -> None:
    """Script this answer."""
    server.next(lambda _: Reply(content, code, headers))


def drawn(kind: str) -> bytes:
    """Return a small picture."""
    kept = io.BytesIO()
    Image.new("RGB", (12, 8), (200, 80, 40)).save(kept, kind)
    return kept.getvalue()


PNG = drawn("PNG")


@pytest.mark.parametrize(
    ("data", "media_type", "size"),
    [
        (drawn("TIFF"), "image/tiff", (12, 8)),
        (drawn("BMP"), "image/bmp", (12, 8)),
        (HEIC, "image/heic", (0, 0)),
        (AVIF, "image/avif", (0, 0)),
        (JXL, "image/jxl", (0, 0)),
    ],
    ids=["tiff", "bmp", "heic", "avif", "jxl"],
)
def test_a_picture_of_a_rare_type_is_kept(server: Server, data: bytes, media_type: str, size: tuple[int, int]) -> None:
    """It was paid, so it is saved under its own ending, and its type is said."""
    says(server, body(server, data))

    outcome = ask(server)

    assert (outcome.status, outcome.billable) == (Status.OK, "yes")
    picture = outcome.pictures[0]
    assert (picture.data, picture.media_type, (picture.width, picture.height)) == (data, media_type, size)
    assert "many programs do not show" in outcome.warnings[0]
    assert len(outcome.warnings) == 1 or size != (0, 0)


def test_bytes_that_are_no_picture_are_saved(tmp_path: Path) -> None:
    """The run's folder holds what was paid, for whoever can read it."""
    with GeminiServer() as server:
        says(server, body(server, b"not a picture at all"))
        maker = Gemini(api_key=gemini_asking.KEY, base_url=server.url)
        wanted = gemini_asking.wish()
        outcome = generate(Prompt((wanted.turn,), wanted.settings), generator=maker, project=Project(root=tmp_path))

    assert outcome.status is Status.NO_IMAGE
    assert outcome.folder
    assert [path.read_bytes() for path in outcome.folder.glob("*.bin")] == [b"not a picture at all"]


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda answer: b"\xef\xbb\xbf" + json.dumps(answer).encode(),
        lambda answer: json.dumps(answer).encode("utf-16"),
        lambda answer: [answer],
        lambda answer: f"data: {json.dumps(answer)}\n\ndata: [DONE]\n\n",
        lambda answer: f"event: x\r\ndata:{json.dumps(answer)}\r\n\r\n",
    ],
    ids=["byte order mark", "utf-16", "list", "events", "named events"],
)
def test_an_answer_that_is_wrapped_is_read(server: Server, wrapped: Callable[[Any], Any]) -> None:
    """Gateways do that, and the picture was paid."""
    says(server, wrapped(body(server, PNG)))

    outcome = ask(server)

    assert (outcome.ok, [picture.data for picture in outcome.pictures]) == (True, [PNG])


def test_streamed_parts_become_one_answer(server: Server) -> None:
    """A stream brings words in pieces and each picture on its own."""
    if isinstance(server, OpenAIServer):
        encoded = base64.b64encode(PNG).decode()
        events: list[Any] = [
            {"type": "image_generation.partial_image", "b64_json": encoded},
            {"type": "image_generation.completed", "b64_json": encoded, "usage": {"output_tokens": 7}},
        ]
    else:
        words = [{"candidates": [{"content": {"parts": [{"text": text}]}}]} for text in ("A red ", "cat.")]
        events = [*words, body(server, PNG) | {"usageMetadata": {"candidatesTokenCount": 7}}]
    says(server, "".join(f"data: {json.dumps(event)}\n\n" for event in events))

    outcome = ask(server)

    assert (outcome.ok, len(outcome.pictures)) == (True, 1)
    assert outcome.usage
    assert outcome.text == ("" if isinstance(server, OpenAIServer) else "A red cat.")


@pytest.mark.parametrize("charset", ["utf-16", "idna", "rot13", "punycode", "no-such-thing", "\x07"])
@pytest.mark.parametrize("code", [200, 400, 503])
def test_the_charset_that_a_server_names_does_not_matter(server: Server, charset: str, code: int) -> None:
    """JSON is UTF-8; an answer that is here was sent, whatever it calls itself."""
    refusal = {"error": {"message": "Nö.", "code": code}}
    says(
        server,
        json.dumps(body(server, PNG) if code == 200 else refusal, ensure_ascii=False).encode(),
        ("Content-Type", f"application/json; charset={charset}"),
        code=code,
    )

    outcome = ask(server, attempts=1)

    expected = {200: Status.OK, 400: Status.INVALID, 503: Status.UNAVAILABLE}
    assert outcome.status is expected[code]
    assert "could not be sent" not in outcome.message
    assert code == 200 or "Nö" in outcome.message


def test_an_answer_that_nobody_can_read_is_kept(server: Server) -> None:
    """It may be paid, so its words stand in the record, and bytes beside it."""
    says(server, "<html>The picture is at the counter.</html>")
    page = ask(server)
    says(server, b"\xff\xfe\x00\xd8\x81\x82")
    bytes_ = ask(server)
    says(server, PNG)
    bare = ask(server)

    assert dict(page.details)["answer"].startswith("<html>The picture")
    assert (page.billable, bytes_.billable) == ("unknown", "unknown")
    assert bytes_.pictures[0].data == b"\xff\xfe\x00\xd8\x81\x82"
    assert (bare.status, bare.pictures[0].data) == (Status.OK, PNG)


def test_half_characters_are_mended(server: Server) -> None:
    """A lone half of a surrogate pair, or a NUL, cannot be written anywhere; the answer is paid all the same."""
    broken = "half \ud83d of it \x00"
    answer = body(server, PNG)
    if isinstance(server, OpenAIServer):
        answer["data"][0]["revised_prompt"] = broken
    else:
        answer["candidates"][0]["content"]["parts"].append({"text": broken})
        answer["modelVersion"] = answer["responseId"] = broken
    says(server, json.dumps(answer))
    good = ask(server)
    says(server, json.dumps({"error": {"message": broken, "code": 400}}), code=400)
    refused = ask(server)

    for outcome in (good, refused):
        assert "half � of it �" in repr(outcome)
        repr(outcome).encode()
    assert good.ok


def test_half_characters_of_a_plugin_are_mended(tmp_path: Path) -> None:
    """What it made is saved and on record."""
    wanted = gemini_asking.wish()
    painter = Painter(more={"thoughts": "half \ud83d", "details": (("said", {"half \ud83d": ["\ud83d"]}),)})
    outcome = generate(Prompt((wanted.turn,), wanted.settings), generator=painter, project=Project(root=tmp_path))

    assert (outcome.ok, outcome.thoughts) == (True, "half �")
    assert outcome.folder
    assert "\\ud83d" not in (outcome.folder / "run.json").read_text("utf-8").lower()


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_packed_answer_is_unpacked(server: Server, encoding: str) -> None:
    """Packed answers are what servers send ordinarily."""
    plain = json.dumps(body(server, PNG)).encode()
    packed = gzip.compress(plain) if encoding == "gzip" else zlib.compress(plain)
    says(server, packed, ("Content-Encoding", encoding))

    assert ask(server).ok


def test_an_answer_that_unpacks_without_end_is_left(server: Server) -> None:
    """600 MB of zeros are 600 kB on the way; they would fill the memory."""
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1_000_000)
    bomb = b"".join(packer.compress(zeros) for _ in range(600)) + packer.flush()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    says(server, bomb, ("Content-Encoding", "gzip"))

    outcome = ask(server)

    assert (outcome.status, outcome.billable) == (Status.NO_IMAGE, "unknown")
    assert "larger than prompt-kit reads" in outcome.message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 450_000


def test_an_answer_holds_so_many_pictures_and_no_more(server: Server) -> None:
    """Each picture has a record that lists all others; what is left out is said."""
    says(server, body(server, *[PNG] * (MOST_PICTURES + 40)))

    outcome = ask(server)

    assert (outcome.ok, len(outcome.pictures)) == (True, MOST_PICTURES)
    assert f"holds {MOST_PICTURES + 40} pictures; the first {MOST_PICTURES} are kept" in " ".join(outcome.warnings)


def test_an_answer_holds_so_many_parts_and_no_more() -> None:
    """Ten thousand crumbs of words are nothing that anybody asked for."""
    with GeminiServer() as server:
        crumbs = [{"text": "a", "thoughtSignature": "c2ln"}] * 10_000
        says(server, {"candidates": [{"content": {"parts": [inline((8, 8), "image/png", None), *crumbs]}}]})
        outcome = gemini_asking.ask(server)

    assert (outcome.ok, len(outcome.pieces)) == (True, MOST_PARTS)


@pytest.mark.parametrize("task", ["find", "collect", "cancel", "submit", "check"])
def test_what_trickles_ends_for_every_request(task: str) -> None:
    """A byte now and then would keep `runs wait`, `doctor` and `--batch` waiting for hours."""
    with GeminiServer() as server:
        Batches(server)
        slow = Reply({"error": {"message": "x" * 100_000}}, 200, ending="trickle")
        server.batches = _Always(slow)
        server.next(*[lambda _: slow] * 9)
        maker = Gemini(api_key=gemini_asking.KEY, base_url=server.url, timeout_s=0.5, attempts=1)
        requests = {"1": gemini_asking.wish()}
        asked: dict[str, Any] = {
            "find": lambda: maker.find("ours"),
            "collect": lambda: maker.collect("batches/x", requests),
            "cancel": lambda: maker.cancel("batches/x"),
            "submit": lambda: maker.submit(requests, "ours"),
            "check": lambda: maker.check(["gemini-nano-banana-2.1"]),
        }
        answer = asyncio.run(asked[task]())

    if task == "check":
        assert all(isinstance(check, Checked) for check in answer)
    else:
        assert isinstance(answer, Outcome)
        assert answer.status in {Status.TIMEOUT, Status.UNAVAILABLE}


class _Always:
    """A service that says the same to everything about jobs."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply

    def answer(self, *_: object) -> Reply:
        return self.reply
