"""Large and repeated pictures travel as files: uploaded once, found again, and replaced when they are gone."""

from __future__ import annotations

import asyncio
import base64
import io
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import stamina
from gemini_asking import KEY, ask, wish
from gemini_replies import refused
from gemini_seals import sealed
from gemini_server import GeminiServer
from PIL import Image as Pillow

from prompt_kit.generators.gemini import Gemini
from prompt_kit.generators.gemini.upload_cache import FILE, Memory, Uploaded
from prompt_kit.images import open_image
from prompt_kit.outcome import Status
from prompt_kit.prompt import Exchange, Prompt, Reference, Said, Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gemini_replies import Asked
    from wire_server import Reply

    from prompt_kit.generators import Request


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A server of the test's own; between tries nobody waits."""
    with GeminiServer() as running, stamina.set_testing(True, attempts=4, cap=True):
        yield running
        assert running.files.broken == []


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv("PROMPT_KIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@cache
def noise(megapixels: float, seed: int = 0) -> bytes:
    """Return a picture of about 3 MB a megapixel, which cannot be made smaller."""
    side = round((megapixels * 1e6) ** 0.5)
    picture = Pillow.frombytes("RGB", (side, side), (bytes([seed]) + os.urandom(side * side * 3))[: side * side * 3])
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=0)
    return file.getvalue()


def reference(megapixels: float, seed: int = 0) -> Reference:
    """Return a reference of about 3 MB a megapixel."""
    return Reference("photo", "base", open_image(noise(megapixels, seed)))


def with_pictures(*sizes: float) -> Request:
    """Return a request with pictures of so many megapixels."""
    return wish("Change it.", *(reference(size, number) for number, size in enumerate(sizes)))


def several(server: GeminiServer, *requests: Request, at_once: bool = False, **options: Any) -> list[Any]:
    """Make several requests on one connection."""

    async def run() -> list[Any]:
        async with Gemini(api_key=KEY, base_url=server.url, timeout_s=20.0, **options) as gemini:
            if at_once:
                return list(await asyncio.gather(*map(gemini.generate, requests)))
            return [await gemini.generate(request) for request in requests]

    return asyncio.run(run())


def ways(server: GeminiServer) -> list[list[str]]:
    """Return how the pictures of each request travelled."""
    asked = [one for one in server.requests if one.task == "generateContent"]
    return [["file" if "fileData" in p else "inline" for p in one.parts if "text" not in p] for one in asked]


def test_a_small_picture_travels_with_its_request(server: GeminiServer) -> None:
    """An upload would take two requests more."""
    assert ask(server, with_pictures(0.2)).ok
    assert (ways(server), server.files.uploads) == ([["inline"]], [])


def test_what_would_be_too_large_is_uploaded_the_largest_first(server: GeminiServer) -> None:
    """Above 15 MB of Base64, as many pictures become files as are needed, in chunks of 8 MB; the bytes are the same."""
    request = with_pictures(1.5, 4.5, 1.0)

    assert ask(server, request).ok

    (upload,) = server.files.uploads
    assert ways(server) == [["inline", "file", "inline"]]
    assert upload.data == request.turn.references[1].image.read()
    assert upload.media_type == "image/png"
    chunks = [one for one in server.requests if "upload_id" in one.path]
    assert [one.headers["x-goog-upload-offset"] for one in chunks] == ["0", "8388608"]


def test_the_model_sees_the_uploaded_picture_in_its_place(server: GeminiServer) -> None:
    """The order of the pictures is what the words refer to."""
    first, second = reference(4.5, 1), reference(0.1, 2)

    ask(server, wish("Take the first", first, "and the second.", second))

    sent = server.requests[-1].parts
    assert ["text" if "text" in part else part["inlineData"]["mimeType"] for part in sent] == [
        *("text", "image/png", "text", "image/png")
    ]
    assert "fileData" in sent[1]


def test_a_second_process_uploads_nothing(server: GeminiServer, cache_folder: Path) -> None:
    """What was uploaded yesterday evening is still there this morning."""
    request = with_pictures(4.5)
    ask(server, request)

    ask(server, request)  # a generator of its own has only the file to remember by

    assert (len(server.files.uploads), ways(server)) == (1, [["file"], ["file"]])
    assert (cache_folder / FILE).is_file()


def test_a_picture_that_is_sent_again_is_uploaded(server: GeminiServer) -> None:
    """Repetitions of a run send the same reference each time; the first one is on its way before anyone can know."""
    request = with_pictures(0.5)

    outcomes = several(server, *[request] * 4)

    assert all(outcome.ok for outcome in outcomes)
    assert (ways(server), len(server.files.uploads)) == ([["inline"], ["file"], ["file"], ["file"]], 1)


def test_those_who_need_the_same_picture_at_once_upload_it_once(server: GeminiServer) -> None:
    """Four requests at the same time share one upload."""
    assert all(outcome.ok for outcome in several(server, *[with_pictures(4.5)] * 4, at_once=True))
    assert (ways(server), len(server.files.uploads)) == ([["file"]] * 4, 1)


def test_small_pictures_are_never_worth_an_upload(server: GeminiServer) -> None:
    """A logo of some kilobytes goes along every time."""
    several(server, *[with_pictures(0.05)] * 3)

    assert (ways(server), server.files.uploads) == ([["inline"]] * 3, [])


def test_pictures_of_the_conversation_count_too(server: GeminiServer) -> None:
    """Each further message sends the whole conversation again; what the model made itself becomes a file last."""
    given, drawn = open_image(noise(2.0, 3)), open_image(noise(2.5, 4))
    (part,) = sealed([{"inlineData": {"mimeType": "image/png", "data": base64.b64encode(drawn.read()).decode()}}])
    asked = Exchange(
        (Text("Draw."), Reference("photo", "base", given)), (Said(image=drawn, signature=part["thoughtSignature"]),)
    )
    request = wish("Make it warmer.")

    assert ask(server, replace(request, turn=request.turn._replace(history=(asked,)))).ok
    assert ways(server) == [["file", "inline"]]

    large = open_image(noise(4.5, 5))
    (part,) = sealed([{"inlineData": {"mimeType": "image/png", "data": base64.b64encode(large.read()).decode()}}])
    asked = Exchange((Text("Draw."),), (Said(image=large, signature=part["thoughtSignature"]),))

    assert ask(server, replace(request, turn=request.turn._replace(history=(asked,)))).ok
    assert ways(server)[1] == ["file"]


def test_google_looks_at_a_picture_before_it_can_be_used(server: GeminiServer) -> None:
    """A file that is being processed is waited for."""
    server.files.looks = 2

    assert ask(server, with_pictures(4.5)).ok
    assert ways(server) == [["file"]]


def test_a_picture_google_cannot_use_is_said_and_nothing_is_asked(server: GeminiServer) -> None:
    """The request would be refused anyway."""
    server.files.state = "FAILED"

    outcome = ask(server, with_pictures(4.5))

    assert (outcome.status, outcome.billable, ways(server)) == (Status.INVALID, "no", [])
    assert 'cannot use it ("The file could not be processed")' in outcome.message


@pytest.mark.parametrize("change", ["expired", "deleted", "stranger"])
def test_a_file_that_is_gone_is_uploaded_again(server: GeminiServer, change: str) -> None:
    """Google answers all three alike, with 403, and nothing was charged."""
    request = with_pictures(4.5)
    ask(server, request)
    (first,) = server.files.uploads
    if change == "expired":
        first.created -= timedelta(hours=49)
    elif change == "deleted":
        del server.files.files[first.name]
    else:
        first.owner = "somebody else"

    outcome = ask(server, request)

    assert (outcome.ok, len(server.files.uploads), ways(server)) == (True, 2, [["file"]] * 3)


def test_a_file_that_stays_forbidden_ends_after_one_more_try(server: GeminiServer) -> None:
    """Uploading for ever would help nobody."""
    no = refused(403, message="You do not have permission to access the File abc or it may not exist.")
    server.next(no, no)

    outcome = ask(server, with_pictures(4.5))

    assert (outcome.status, outcome.billable, len(server.files.uploads)) == (Status.INVALID, "no", 2)


def test_another_account_has_files_of_its_own(server: GeminiServer) -> None:
    """A file belongs to the project that uploaded it, and its memory to the key."""
    request = with_pictures(4.5)
    ask(server, request)

    assert ask(server, request, api_key="AIzaSy-another-key-of-nobody-98765").ok
    assert (len(server.files.uploads), ways(server)) == (2, [["file"]] * 2)


def test_an_upload_that_does_not_work_becomes_an_outcome(server: GeminiServer) -> None:
    """A full store of files is not the picture's fault, and not charged."""
    server.files.refusals = [refused(403, message="The project's file storage of 20 GB is used up.")]

    outcome = ask(server, with_pictures(4.5))

    assert (outcome.status, outcome.billable, ways(server)) == (Status.AUTH, "no", [])
    assert outcome.message.startswith(f"{with_pictures(4.5).turn.references[0].image.name} could not be uploaded")
    assert "20 GB is used up" in outcome.message


@pytest.mark.parametrize("code", [404, 405, 501])
def test_a_gateway_without_files_gets_everything_in_the_request(server: GeminiServer, code: int) -> None:
    """Google takes up to 100 MB that way, and the gateway's limit is its own to say."""
    server.files.refusals = [refused(code)]

    assert ask(server, with_pictures(4.5)).ok
    assert ways(server) == [["inline"]]


def test_an_upload_that_fails_for_a_moment_is_tried_again(server: GeminiServer) -> None:
    """Uploads are free and may be repeated."""
    server.files.refusals = [refused(503)]

    assert ask(server, with_pictures(4.5)).ok


def test_a_picture_goes_along_when_uploading_it_was_only_a_convenience(server: GeminiServer) -> None:
    """What was possible before must not end because of an optimisation."""
    server.files.refusals = [refused(403)]

    assert all(outcome.ok for outcome in several(server, *[with_pictures(0.5)] * 2))
    assert ways(server) == [["inline"], ["inline"]]


def test_the_key_stands_nowhere_in_the_cache(server: GeminiServer, cache_folder: Path) -> None:
    """The file is only a memory of uploads; not even file names are in it."""
    ask(server, with_pictures(4.5))

    content = (cache_folder / FILE).read_bytes()
    assert KEY.encode() not in content
    assert KEY[7:].encode() not in content


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + b"\xff" * 5000, b""])
def test_a_damaged_cache_is_made_anew(server: GeminiServer, cache_folder: Path, content: bytes) -> None:
    """A cache may be lost, and must never stop work."""
    cache_folder.mkdir()
    (cache_folder / FILE).write_bytes(content)
    request = with_pictures(4.5)

    ask(server, request)
    ask(server, request)

    assert (len(server.files.uploads), Memory("x").count()) == (1, 1)


def test_a_folder_that_cannot_be_written_costs_an_upload_and_nothing_else(
    server: GeminiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process still remembers what it uploaded itself."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PROMPT_KIT_CACHE", str(tmp_path / "file" / "below"))

    assert all(outcome.ok for outcome in several(server, *[with_pictures(4.5)] * 2))
    assert len(server.files.uploads) == 1


def test_a_file_is_not_used_when_it_ends_too_soon(tmp_path: Path) -> None:
    """Google deletes after 48 hours; a request takes minutes, a job of many takes a day."""
    now = [1_000_000.0]
    memory = Memory("a", folder=tmp_path, clock=lambda: now[0])
    memory.keep("h", Uploaded("files/x", "https://x/files/x", "image/png", now[0] + 48 * 3600))

    assert memory.find("h", good_for_s=3600) is not None
    now[0] += 47.5 * 3600
    assert memory.find("h", good_for_s=3600) is None
    assert memory.count() == 1
    now[0] += 3600
    assert memory.count() == 0


def test_repetitions_are_counted_for_two_days(tmp_path: Path) -> None:
    """What was sent a week ago is not repeated."""
    now = [1_000_000.0]
    counted = [Memory("a", folder=tmp_path, clock=lambda: now[0]).sent("h") for _ in range(3)]
    now[0] += 7 * 86_400

    assert (counted, Memory("a", folder=tmp_path, clock=lambda: now[0]).sent("h")) == ([0, 1, 2], 0)


def _keep_many(folder: Path, start: int) -> None:
    memory = Memory("a", folder=folder)
    for number in range(start, start + 25):
        memory.keep(f"h{number}", Uploaded(f"files/{number}", "uri", "image/png", 4e9))


def test_processes_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    """Two runs side by side write into the same memory."""
    # Where there is no fork, each loads the whole kit anew first.
    way = multiprocessing.get_context("fork") if hasattr(os, "fork") else multiprocessing.get_context("spawn")
    processes = [way.Process(target=_keep_many, args=(tmp_path, start)) for start in (0, 25)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    with sqlite3.connect(tmp_path / FILE) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    assert Memory("a", folder=tmp_path).count() == 50


def test_a_killed_upload_is_begun_again(server: GeminiServer, tmp_path: Path) -> None:
    """What was not finished was not remembered."""

    def slowly(asked: Asked) -> Reply:
        server.closing.wait()
        return refused(503)(asked)

    server.files.refusals = [slowly] * 9
    (tmp_path / "large.png").write_bytes(noise(4.5))
    script = tmp_path / "send.py"
    script.write_text(
        textwrap.dedent(f"""\
        import asyncio, sys
        from prompt_kit.catalogue import Catalogue
        from prompt_kit.generators import Request
        from prompt_kit.generators.gemini import Gemini
        from prompt_kit.images import open_image
        from prompt_kit.prompt import Reference, Settings, Text, Turn
        picture = Reference("a", "base", open_image({str(tmp_path / "large.png")!r}))
        request = Request(Turn((Text("Draw."), picture)), Catalogue.load().choose(Settings()), Settings())
        asyncio.run(Gemini(api_key={KEY!r}, base_url={server.url!r}).generate(request))
        """)
    )
    with subprocess.Popen([sys.executable, str(script)]) as process:
        assert server.asked.wait(60)
        process.kill()
    server.files.refusals = []

    assert ask(server, with_pictures(4.5)).ok
    assert len(server.files.uploads) == 1


def test_large_pictures_are_refused_by_no_rule_of_the_catalogue() -> None:
    """Together they may have more than a request may hold: they are uploaded."""
    request = with_pictures(0.1)
    (picture,) = request.turn.references
    heavy = [picture._replace(image=replace(picture.image, size=49_000_000, sha256=f"{n}")) for n in range(4)]
    prompt = Prompt((request.turn._replace(parts=(Text("Draw."), *heavy)),), request.settings)

    assert request.model.refusals(prompt) == ()
