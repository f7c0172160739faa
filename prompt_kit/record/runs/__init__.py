"""Run folders: the provider's pictures untouched, a sidecar for each, and the record of the whole run.

``runs/2026-11-21/sticker-7f3a/`` holds ``run.json``, ``01.jpg``, ``01.json`` and so on; while the run goes on,
``run.jsonl`` has a line for each request that was answered. ``runs/references/<sha256>.<ext>`` holds the pictures that
were sent, so that a run can be repeated when the originals have moved. What is written comes from known fields only;
no key is ever among them.
"""

from prompt_kit.record.runs.answers import Sent
from prompt_kit.record.runs.conversation import conversation_of
from prompt_kit.record.runs.folder import RunFolder
from prompt_kit.record.runs.holding import BusyError
from prompt_kit.record.runs.lineage import Member, family, lineage
from prompt_kit.record.runs.listing import Run, RunSummary, count_runs, open_run, runs
from prompt_kit.record.runs.reading import id_of, read_record, read_run, run_record
from prompt_kit.record.runs.rerun import prompt_from
from prompt_kit.record.runs.rescue import UnsavedError, rescued
from prompt_kit.record.runs.schema import RECORD, REFERENCES, SCHEMA, RunRecord, RunState

__all__ = [
    "RECORD",
    "REFERENCES",
    "SCHEMA",
    "BusyError",
    "Member",
    "Run",
    "RunFolder",
    "RunRecord",
    "RunState",
    "RunSummary",
    "Sent",
    "UnsavedError",
    "conversation_of",
    "count_runs",
    "family",
    "id_of",
    "lineage",
    "open_run",
    "prompt_from",
    "read_record",
    "read_run",
    "rescued",
    "run_record",
    "runs",
]
