"""The Batch API as published: jobs of inline requests or of a file, every state, and results in any order.

In tests::

    with GeminiServer() as server:
        batches = Batches(server)
        batches.script("PENDING", "RUNNING", "PARTIALLY_SUCCEEDED")
        batches.lose("0002")

Each request of a job is checked by the rules of direct ones, and answered as the server is told to answer those.
Sources: ai.google.dev (Batch API and its reference; 2026-01 to 2026-10), google-genai 3.4.0.
"""

from __future__ import annotations

import json
import random
import re
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from gemini_replies import Asked, refused
from gemini_rules import MODELS, broken_rules
from wire_server import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gemini_replies import Answer
    from gemini_server import GeminiServer

MAX_INLINE: Final = 20_000_000
MAX_JOBS: Final = 100
OVER: Final = {"SUCCEEDED", "PARTIALLY_SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"}
WITH_RESULTS: Final = {"SUCCEEDED", "PARTIALLY_SUCCEEDED"}

_CREATE: Final = re.compile(r"^/(?:v1|v1beta)/models/([^:/]+):batchGenerateContent$")
_JOBS: Final = re.compile(r"^/(?:v1|v1beta)/batches(?:/([\w-]+))?(:cancel)?$")
_STATUS: Final[Mapping[int, int]] = {400: 3, 403: 7, 404: 5, 429: 8, 500: 13, 503: 14, 504: 4}


@dataclass
class BatchJob:
    """One job."""

    name: str
    owner: str = field(repr=False)
    model: str
    label: str
    rows: list[dict[str, Any]] = field(repr=False)
    """Key and request of each."""
    inline: bool
    states: deque[str]
    """What the next looks find; the last one stays."""
    results: list[dict[str, Any]] | None = field(default=None, repr=False)
    file: str = ""
    """The file of results, once there is one."""

    @property
    def state(self) -> str:
        """What a look would find now."""
        return self.states[0]


class Batches:
    """All jobs of all accounts; it answers for the server it is given."""

    def __init__(self, server: GeminiServer) -> None:
        """Hold no job yet, and answer requests for batches from here on."""
        self.server = server
        self.jobs: dict[str, BatchJob] = {}
        """Every job by its name, in the order in which they were made."""
        self.bill: list[tuple[str, str]] = []
        """Label and key of every request that was done."""
        self.broken: list[str] = []
        """Rules that requests of jobs broke."""
        self.refusals: deque[Answer] = deque()
        """What the next attempts to make a job are answered with; none is made."""
        self.swallowed = 0
        """How many jobs from now on are made without anybody being told."""
        self.denials: deque[Answer] = deque()
        """What the next jobs that are made are answered with, as if there were none."""
        self.lists = True
        """Whether the list of jobs can be read."""
        self.page = 100
        """The most jobs of one page of the list."""
        self.keyless = False
        """Whether results come without their keys."""
        self.says = ""
        """What is said about a job that failed."""
        self._states: tuple[str, ...] = ("SUCCEEDED",)
        self._lost: set[str] = set()
        self._dice = random.Random(7)
        self._lock = threading.Lock()
        server.batches = self

    def script(self, *states: str) -> None:
        """Say what looks at the jobs that are made from now on find, one after the other."""
        self._states = states

    def set(self, *states: str) -> None:
        """Say what looks at the jobs that are there find from now on."""
        self._states = states
        for job in self.jobs.values():
            job.states = deque(states)

    def lose(self, *keys: str) -> None:
        """Leave these requests without any result."""
        self._lost |= set(keys)

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Reply | None:
        """Return what Google says; ``None`` when it has nothing to do with jobs."""
        url = urlsplit(path)
        asked = Asked(method, path, dict(headers), body)
        owner = headers.get("x-goog-api-key", "")
        create, found = _CREATE.match(url.path), _JOBS.match(url.path)
        with self._lock:
            if not owner:
                return refused(403, message="Method doesn't allow unregistered callers.")(asked)
            if create and method == "POST":
                return self._create(create[1], owner, asked)
            if not found:
                return None
            if not found[1]:
                return self._list(owner, dict(parse_qsl(url.query))) if self.lists else refused(503)(asked)
            job = self.jobs.get(f"batches/{found[1]}")
            if job is None or job.owner != owner:
                return refused(404, message="Requested entity was not found.")(asked)
            return self._one(job, method, cancel=bool(found[2]))

    def _create(self, model: str, owner: str, asked: Asked) -> Reply:
        if self.refusals:
            return self.refusals.popleft()(asked)
        batch = asked.body.get("batch", {})
        source = batch.get("inputConfig", {})
        faults = [
            (model in MODELS, f"models/{model} is not found for API version v1, or is not supported."),
            (batch.get("displayName"), "batch.display_name: must be set"),
            (len(source) == 1, "batch.input_config: exactly one source must be set"),
            (len(json.dumps(asked.body)) <= MAX_INLINE, "Request payload size exceeds the limit: 20971520 bytes."),
        ]
        fault = next((text for good, text in faults if not good), None)
        rows = self._rows(source, owner) if fault is None else []
        if fault or not rows:
            self.broken.append(fault or "batch.input_config: no requests")
            return refused(400, message=self.broken[-1])(asked)
        if sum(job.owner == owner and job.state not in OVER for job in self.jobs.values()) >= MAX_JOBS:
            return refused(429, message="Too many batch jobs at a time.")(asked)
        name = f"batches/b{len(self.jobs) + 1}x"
        inline = "requests" in source
        job = BatchJob(name, owner, model, batch["displayName"], rows, inline, deque(self._states))
        self.jobs[name] = job
        if self.denials:
            return self.denials.popleft()(asked)
        if self.swallowed:
            self.swallowed -= 1
            return Reply({}, ending="reset")
        return Reply(self._described(job, "PENDING"))

    def _rows(self, source: dict[str, Any], owner: str) -> list[dict[str, Any]]:
        if "requests" in source:
            given = source["requests"].get("requests", [])
            return [{"key": row.get("metadata", {}).get("key", ""), "request": row.get("request")} for row in given]
        file = self.server.files.files.get(source.get("fileName", ""))
        if file is None or file.owner != owner:
            return []
        return [json.loads(line) for line in file.data.decode().splitlines() if line.strip()]

    def _list(self, owner: str, query: dict[str, str]) -> Reply:
        if "pageSize" not in query:  # it should not matter, but does (googleapis/python-genai#1250)
            return Reply({})
        mine = [job for job in self.jobs.values() if job.owner == owner]
        at, size = int(query.get("pageToken", "0")), min(int(query["pageSize"]), self.page)
        page = {"operations": [self._described(job, job.state) for job in mine[at : at + size]]}
        return Reply(page | ({"nextPageToken": str(at + size)} if at + size < len(mine) else {}))

    def _one(self, job: BatchJob, method: str, *, cancel: bool) -> Reply:
        if cancel:
            if job.state not in OVER:
                job.states = deque(["CANCELLING", "CANCELLED"])
            return Reply({})
        if method == "DELETE":
            del self.jobs[job.name]
            return Reply({})
        told = self._described(job, job.state)
        if len(job.states) > 1:
            job.states.popleft()
        return Reply(told)

    def _described(self, job: BatchJob, state: str) -> dict[str, Any]:
        metadata: dict[str, Any] = {
            "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
            "model": f"models/{job.model}",
            "displayName": job.label,
            "state": f"BATCH_STATE_{state}",
            "name": job.name,
            "batchStats": {"requestCount": str(len(job.rows))},
        }
        told: dict[str, Any] = {"name": job.name, "metadata": metadata}
        if state in WITH_RESULTS:
            metadata["output"] = told["response"] = self._output(job)
        if state in OVER:
            told["done"] = True
        if state in {"FAILED", "CANCELLED", "EXPIRED"}:
            told["error"] = {"code": 13 if state == "FAILED" else 1, "message": self.says or f"The batch is {state}."}
        return told

    def _output(self, job: BatchJob) -> dict[str, Any]:
        if job.results is None:
            job.results = [self._result(job, row) for row in job.rows if row["key"] not in self._lost]
            self._dice.shuffle(job.results)
        if job.inline:
            rows = [
                {name: value for name, value in row.items() if name != "key"}
                | ({} if self.keyless else {"metadata": {"key": row["key"]}})
                for row in job.results
            ]
            return {"inlinedResponses": {"inlinedResponses": rows}}
        if not job.file:
            data = "".join(f"{json.dumps(row)}\n" for row in job.results).encode()
            job.file = self.server.files.add(data, "application/jsonl", owner=job.owner).name
        return {"responsesFile": job.file}

    def _result(self, job: BatchJob, row: dict[str, Any]) -> dict[str, Any]:
        """Do one request of a job."""
        self.bill.append((job.label, row["key"]))
        asked = Asked(
            "POST", f"/v1/models/{job.model}:generateContent", {}, row["request"], "v1", job.model, "generateContent"
        )
        fault = next(broken_rules(job.model, row["request"]), None)
        if fault:
            self.broken.append(fault)
        reply = refused(400, message=fault)(asked) if fault else self.server._answer(asked)
        if reply.code != 200:
            error = reply.body["error"]
            return {"key": row["key"], "error": {"code": _STATUS[error["code"]], "message": error["message"]}}
        return {"key": row["key"], "response": reply.body}
