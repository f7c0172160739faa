"""Jobs of the Batch API through the real SDK: every state, every kind of row, and answers that stand in any order."""

from __future__ import annotations

import asyncio
import io
import json
from collections import deque
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from gemini_asking import KEY, wish
from gemini_batches import Batches, BatchJob
from gemini_replies import blocked, finished, picture, refused, words
from gemini_server import GeminiServer
from google.genai import types

from prompt_kit.generators import BatchGenerator, Collected, Request
from prompt_kit.generators.gemini import Gemini, batches
from prompt_kit.images import open_image
from prompt_kit.outcome import Outcome, Status
from prompt_kit.prompt import Reference, Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A server of the test's own."""
    with GeminiServer() as running:
        yield running


@pytest.fixture
def jobs(server: GeminiServer) -> Iterator[Batches]:
    """Its Batch API; at the end no request may have broken a rule."""
    made = Batches(server)
    yield made
    assert made.broken == []


def gemini(server: GeminiServer, **options: Any) -> Gemini:
    return Gemini(api_key=KEY, base_url=server.url, timeout_s=20.0, **options)


def animals(*names: str, **settings: Any) -> dict[str, Request]:
    """Return a request for each animal, by a key that names it, at the prices of a job."""
    asked = {name: wish(f"Draw a {name}.", **settings) for name in names}
    return {name: replace(request, model=request.model.in_batch) for name, request in asked.items()}


def submitted(server: GeminiServer, requests: dict[str, Request], label: str = "ours") -> str:
    name = asyncio.run(gemini(server).submit(requests, label))
    assert isinstance(name, str), name
    return name


def collected(server: GeminiServer, name: str, requests: dict[str, Request]) -> tuple[Collected, dict[str, Outcome]]:
    found = asyncio.run(gemini(server).collect(name, requests))
    assert isinstance(found, Collected), found
    return found, dict(found.outcomes)


def test_gemini_takes_jobs(server: GeminiServer) -> None:
    """It is what those look for who want to send a job."""
    assert isinstance(gemini(server), BatchGenerator)


def test_answers_are_joined_by_key_in_any_order(server: GeminiServer, jobs: Batches) -> None:
    """The results come shuffled: each says the name of its animal, and stands under its key."""
    names = ("cat", "dog", "fox", "owl", "bear", "crow")
    requests = animals(*names)
    server.otherwise = lambda asked: words(asked.text)(asked)
    name = submitted(server, requests)

    found, outcomes = collected(server, name, requests)

    assert found.state == "done"
    assert {key: outcome.text for key, outcome in outcomes.items()} == {n: f"Draw a {n}." for n in names}
    [job] = jobs.jobs.values()
    assert job.inline
    assert [row["metadata"]["key"] for row in _inlined(jobs, job)] != list(names), "the server did not shuffle"


@pytest.mark.usefixtures("jobs")
def test_pictures_cost_half(server: GeminiServer) -> None:
    """The tokens are the same; the price of a job is booked."""
    requests = animals("cat")
    name = submitted(server, requests)
    _, outcomes = collected(server, name, requests)

    outcome = outcomes["cat"]
    assert outcome.status is Status.OK
    assert outcome.usage
    alone = wish("Draw a cat.").model.cost(outcome.usage)
    assert outcome.cost
    assert alone
    assert outcome.cost == (alone / 2).quantize(Decimal("0.000001"))


def test_without_a_known_share_the_price_is_unknown() -> None:
    """Nobody guesses that a job costs half."""
    model = wish().model
    assert model.in_batch.picture_price() == Decimal("0.0168")
    unknown = model.model_copy(update={"batch_share": None}).in_batch
    assert unknown.picture_price() is None
    assert unknown.input_price is None


def test_many_requests_travel_as_a_file(server: GeminiServer, jobs: Batches, tmp_path: Path) -> None:
    """More than fit into one message are uploaded as lines, settings, tools and pictures included."""
    path = tmp_path / "cat.png"
    path.write_bytes(_picture())
    reference = Reference("cat", "identity", open_image(path))
    asked = {
        f"{n:02}": wish(
            reference, Text(f"Draw cat {n}."), aspect_ratio="16:9", thinking="high", grounding="web", safety="block-few"
        )
        for n in range(batches.INLINE_ROWS + 1)
    }
    server.otherwise = lambda said: words(said.text)(said)
    name = submitted(server, asked)

    found, outcomes = collected(server, name, asked)

    assert found.state == "done"
    assert {key: outcome.text for key, outcome in outcomes.items()} == {k: f"Draw cat {int(k)}." for k in asked}
    [job] = jobs.jobs.values()
    assert not job.inline
    sent = job.rows[3]["request"]
    assert sent["generationConfig"]["imageConfig"] == {"aspectRatio": "16:9"}
    assert sent["tools"] == [{"googleSearch": {}}]
    assert {one["threshold"] for one in sent["safetySettings"]} == {"BLOCK_ONLY_HIGH"}
    assert sent["contents"][0]["parts"][0]["inlineData"]["mimeType"] == "image/png"
    assert server.files.broken == []


def test_a_file_and_a_message_ask_for_the_same(server: GeminiServer, jobs: Batches) -> None:
    """What goes into a line is what the SDK itself would send."""
    request = wish("Draw a cat.", aspect_ratio="1:1", size="2K", thinking="minimal", safety="off", thoughts=True)
    submitted(server, {"a": request}, "inline")
    submitted(server, {f"{n}": request for n in range(30)}, "file")
    inline, file = jobs.jobs.values()
    assert inline.rows[0]["request"] == file.rows[0]["request"]


def test_large_pictures_travel_as_a_file(server: GeminiServer, jobs: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes count, not only requests."""
    monkeypatch.setattr(batches, "INLINE_BYTES", 100)
    submitted(server, animals("cat"))
    assert [job.inline for job in jobs.jobs.values()] == [False]


WAITING = ["QUEUED", "PENDING", "RUNNING", "CANCELLING", "PAUSED", "UPDATING", "UNSPECIFIED"]


@pytest.mark.parametrize("state", WAITING)
def test_a_job_that_is_under_way_is_waited_for(server: GeminiServer, jobs: Batches, state: str) -> None:
    """None of these states is an end, and none of them has results."""
    jobs.script(state)
    requests = animals("cat")
    found, outcomes = collected(server, submitted(server, requests), requests)
    assert (found.state, found.said, outcomes) == ("waiting", f"BATCH_STATE_{state}", {})


ENDS = [
    ("FAILED", "failed", Status.UNAVAILABLE),
    ("CANCELLED", "cancelled", Status.CANCELLED),
    ("EXPIRED", "expired", Status.TIMEOUT),
]


@pytest.mark.parametrize(("state", "ours", "status"), ENDS)
def test_a_job_without_results_has_an_outcome_for_each_request(
    server: GeminiServer, jobs: Batches, state: str, ours: str, status: Status
) -> None:
    """It is said what happened and what to do; whether it is charged, nobody tells."""
    jobs.script(state)
    jobs.says = "Something about quotas."
    requests = animals("cat", "dog")
    found, outcomes = collected(server, submitted(server, requests), requests)

    assert found.state == ours
    assert found.message
    assert set(outcomes) == {"cat", "dog"}
    for outcome in outcomes.values():
        assert (outcome.status, outcome.billable) == (status, "unknown")
        assert "Something about quotas" in outcome.message
        assert outcome.next_step


def test_every_state_of_the_sdk_is_known() -> None:
    """A state that the SDK knows and we do not would be waited for to the end of days."""
    names = {name.removeprefix("JOB_") for name in types.JobState.__members__}
    assert names - set(batches.STATE_OF) == set()


def test_a_new_state_is_waited_for_until_the_job_says_that_it_is_done(server: GeminiServer, jobs: Batches) -> None:
    """Google may add states; no warning is printed, and nothing is given up."""
    jobs.script("POLISHING")
    requests = animals("cat")
    found, _ = collected(server, submitted(server, requests), requests)
    assert (found.state, found.said) == ("waiting", "BATCH_STATE_POLISHING")


def test_partial_success_keeps_what_is_there(server: GeminiServer, jobs: Batches) -> None:
    """Rows with errors and rows without anything have honest outcomes of their own."""
    jobs.script("PARTIALLY_SUCCEEDED")
    jobs.lose("owl")
    server.next(picture(), refused(400, message="Unreadable picture."), refused(429), refused(500), blocked())
    requests = animals("cat", "dog", "fox", "bear", "crow", "owl")
    found, outcomes = collected(server, submitted(server, requests), requests)

    assert found.state == "done"
    assert {key: (outcome.status, outcome.billable) for key, outcome in outcomes.items()} == {
        "cat": (Status.OK, "yes"),
        "dog": (Status.INVALID, "no"),
        "fox": (Status.QUOTA, "no"),
        "bear": (Status.UNAVAILABLE, "unknown"),
        "crow": (Status.BLOCKED, "unknown"),
        "owl": (Status.NO_IMAGE, "unknown"),
    }
    assert "Unreadable picture" in outcomes["dog"].message


@pytest.mark.usefixtures("jobs")
def test_new_reasons_and_finish_messages_come_through(server: GeminiServer) -> None:
    """The SDK's types know neither; the answer is read as it came."""
    server.next(finished("TOO_PURPLE", "It was too purple."))
    requests = animals("cat")
    _, outcomes = collected(server, submitted(server, requests), requests)
    assert outcomes["cat"].reason == "TOO_PURPLE"
    assert "too purple" in outcomes["cat"].message


def test_answers_without_keys_are_not_given_to_anybody(server: GeminiServer, jobs: Batches) -> None:
    """Between different requests nobody can tell; the pictures are not thrown away either."""
    jobs.keyless = True
    requests = animals("cat", "dog")
    found = asyncio.run(gemini(server).collect(submitted(server, requests), requests))
    assert isinstance(found, Collected)
    rows = list(found.outcomes)
    assert sorted(key for key, _ in rows) == ["", "", "cat", "dog"]
    assert [bool(outcome.pictures) for key, outcome in rows if not key] == [True, True]
    assert {outcome.status for key, outcome in rows if key} == {Status.NO_IMAGE}


def test_repetitions_need_no_keys(server: GeminiServer, jobs: Batches) -> None:
    """The same request three times: any answer is as good as the other."""
    jobs.keyless = True
    requests = {f"{n}": wish("Draw a cat.") for n in range(3)}
    _, outcomes = collected(server, submitted(server, requests), requests)
    assert {key: outcome.status for key, outcome in outcomes.items()} == dict.fromkeys(requests, Status.OK)


def test_a_job_is_found_by_its_label(server: GeminiServer, jobs: Batches) -> None:
    """On whatever page of the list it stands."""
    jobs.page = 2
    names = [submitted(server, animals("cat"), f"label {n}") for n in range(5)]
    assert asyncio.run(gemini(server).find("label 4")) == names[4]
    assert asyncio.run(gemini(server).find("label 5")) is None


def test_a_job_is_cancelled(server: GeminiServer, jobs: Batches) -> None:
    """Google is asked, and says on the way there how far it is."""
    jobs.script("RUNNING")
    requests = animals("cat")
    name = submitted(server, requests)
    assert asyncio.run(gemini(server).cancel(name)) is None
    assert [collected(server, name, requests)[0].state for _ in range(2)] == ["waiting", "cancelled"]


@pytest.mark.usefixtures("jobs")
def test_a_job_of_another_key_is_unknown(server: GeminiServer) -> None:
    """It is said which key to use, and nothing is concluded about the job."""
    name = submitted(server, animals("cat"))
    stranger = replace(gemini(server), api_key="another-key-of-nobody-0123456789")
    found = asyncio.run(stranger.collect(name, animals("cat")))
    assert isinstance(found, Outcome)
    assert (found.status, found.next_step) == (Status.INVALID, "Use the key it was submitted with.")


REFUSALS = [(400, Status.INVALID, "no"), (403, Status.AUTH, "no"), (500, Status.UNAVAILABLE, "unknown")]


@pytest.mark.parametrize(("code", "status", "billable"), REFUSALS)
def test_a_refused_job_says_whether_there_is_one_nevertheless(
    server: GeminiServer, jobs: Batches, code: int, status: Status, billable: str
) -> None:
    """After 500 nobody knows; after the others there is certainly no job."""
    jobs.refusals.append(refused(code))
    outcome = asyncio.run(gemini(server).submit(animals("cat"), "ours"))
    assert isinstance(outcome, Outcome)
    assert (outcome.status, outcome.billable) == (status, billable)


def test_more_jobs_than_google_takes_are_told(server: GeminiServer, jobs: Batches) -> None:
    """A hundred at a time; the next one is refused, and is certainly none."""
    for n in range(100):
        name = f"batches/full{n}"
        jobs.jobs[name] = BatchJob(name, KEY, "m", f"{n}", rows=[], inline=True, states=deque(["RUNNING"]))
    outcome = asyncio.run(gemini(server, attempts=1).submit(animals("cat"), "ours"))
    assert isinstance(outcome, Outcome)
    assert (outcome.status, outcome.billable) == (Status.QUOTA, "no")


def test_an_overloaded_service_is_asked_again(server: GeminiServer, jobs: Batches) -> None:
    """503 made no job, so that the second attempt makes the only one."""
    jobs.refusals.append(refused(503, retry_after="0"))
    submitted(server, animals("cat"))
    assert len(jobs.jobs) == 1


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_job_that_was_made_though_refused_is_the_only_one(server: GeminiServer, jobs: Batches, code: int) -> None:
    """A gateway may refuse what it has passed on: the label shows the job before another is made."""
    jobs.denials.extend([refused(code, retry_after="0")] * 4)
    assert submitted(server, animals("cat", "dog")) == next(iter(jobs.jobs))
    assert len(jobs.jobs) == 1


@pytest.mark.parametrize("code", [429, 503])
def test_a_job_that_was_made_at_the_last_attempt_is_not_given_up(
    server: GeminiServer, jobs: Batches, code: int
) -> None:
    """Given up, it would count as free, and nobody would fetch what it makes."""
    jobs.denials.append(refused(code))
    name = asyncio.run(gemini(server, attempts=1).submit(animals("cat"), "ours"))
    assert name == next(iter(jobs.jobs))


def test_without_the_list_of_jobs_nobody_says_that_there_is_none(server: GeminiServer, jobs: Batches) -> None:
    """The list alone shows whether a refused job was made; while it cannot be read, the job may be charged."""
    jobs.denials.append(refused(503))
    jobs.lists = False
    outcome = asyncio.run(gemini(server, attempts=1).submit(animals("cat"), "ours"))
    assert isinstance(outcome, Outcome)
    assert (outcome.status, outcome.billable) == (Status.UNAVAILABLE, "unknown")


def test_a_line_of_results_without_end_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """One endless line must neither fill the memory nor cost the answers behind it."""
    monkeypatch.setattr(batches, "MOST_LINE_BYTES", 40)
    file = io.BytesIO(b'{"key": "1"}\n' + b"x" * 100 + b'\n{"key": "2"}\n')
    assert list(batches._lines(file)) == [{"key": "1"}, {"key": "2"}]


def test_a_lost_answer_is_not_asked_for_again(server: GeminiServer, jobs: Batches) -> None:
    """Making a job is not idempotent: the label finds the one that was made."""
    jobs.swallowed = 1
    assert submitted(server, animals("cat")) == next(iter(jobs.jobs))
    assert len(jobs.jobs) == 1


def test_without_a_network_nothing_is_concluded() -> None:
    """Asking can be tried again; the job goes on meanwhile."""
    away = Gemini(api_key=KEY, base_url="http://127.0.0.1:9", timeout_s=2)
    found = asyncio.run(away.collect("batches/x", animals("cat")))
    assert isinstance(found, Outcome)
    assert found.status is Status.UNAVAILABLE


def test_without_a_key_nothing_is_asked() -> None:
    """The way to a key is told."""
    for answer in (Gemini().submit(animals("cat"), "ours"), Gemini().find("ours"), Gemini().cancel("batches/x")):
        outcome = asyncio.run(answer)
        assert isinstance(outcome, Outcome)
        assert outcome.status is Status.AUTH


def test_the_agent_platform_is_told_before_anything_is_sent() -> None:
    """Its jobs read from Cloud Storage only."""
    outcome = asyncio.run(Gemini(project="our-project", base_url="http://127.0.0.1:9").submit(animals("cat"), "ours"))
    assert isinstance(outcome, Outcome)
    assert outcome.billable == "no"
    assert "Cloud Storage" in outcome.message


@pytest.mark.usefixtures("jobs")
def test_the_key_is_redacted(server: GeminiServer) -> None:
    """Whatever a row repeats, the key is not among it."""
    server.next(words(f"Your key is {KEY}."))
    requests = animals("cat")
    _, outcomes = collected(server, submitted(server, requests), requests)
    assert KEY not in json.dumps(outcomes["cat"].text)


def test_results_that_are_gone_say_so(server: GeminiServer, jobs: Batches) -> None:
    """Google keeps them for some time only; that is no reason to end the job as if nothing had come."""
    requests = {f"{n:02}": wish(f"Draw cat {n}.") for n in range(21)}
    name = submitted(server, requests)
    collected(server, name, requests)
    server.files.files.clear()
    found = asyncio.run(gemini(server).collect(name, requests))
    assert isinstance(found, Outcome)
    assert "no longer has the results" in found.message
    assert jobs.jobs[name].state == "SUCCEEDED"


def _inlined(jobs: Batches, job: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = jobs._output(job)["inlinedResponses"]["inlinedResponses"]
    return rows


def _picture() -> bytes:
    import base64

    from gemini_replies import encoded_picture

    return base64.b64decode(encoded_picture((8, 8), "image/png"))
