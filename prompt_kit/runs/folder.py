"""The folder of a run that is going on."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from prompt_kit import files
from prompt_kit.errors import WorkspaceError
from prompt_kit.images import EXTENSIONS, sniff
from prompt_kit.outcome import Outcome, Picture, Status
from prompt_kit.runs.records import (
    RECORD,
    REFERENCES,
    SCHEMA,
    Record,
    RunState,
    dollars,
    moment,
    to_json,
    tool,
    total,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from decimal import Decimal

    from prompt_kit.images import Image
    from prompt_kit.prompt import Prompt, Reference


@dataclass(frozen=True, slots=True)
class Sent:
    """What was asked in one request, as far as the outcome does not tell."""

    turn: int
    """Which turn of the prompt, from 0."""
    model: str
    fingerprint: str
    """The fingerprint of the request."""
    sent_at: datetime
    ended_at: datetime
    earlier: tuple[str, ...] = ()
    """The hashes of the earlier pictures that went along, in the order of the turn's `Earlier` parts."""
    estimate: Decimal | None = None
    """In US dollars; ``None`` is unknown."""
    take: int = 0
    """Which repetition, from 0, when the same prompt is made several times in one run."""


class RunFolder:
    """The folder of a run that is going on: the only one that writes there."""

    def __init__(self, path: Path, record: Record) -> None:
        self.path = path
        self.id: str = record["run"]
        self._record = record
        self._pictures = 0
        self._lock = Lock()

    @classmethod
    def create(
        cls, root: Path, prompt: Prompt, *, generator: str, now: datetime, parent: str | None = None
    ) -> RunFolder:
        """Keep the references, make a new folder below ``root`` and write its record.

        Args:
            root: The folder of all runs.
            prompt: What is going to be sent.
            generator: The name of the generator it is sent to.
            now: With its time zone; its date names the folder of the day.
            parent: The id of the run that this one refines.

        Raises:
            InputError: When a reference is gone or has changed.
            WorkspaceError: When nothing can be written.
        """
        references = [_keep(root, reference.image) for reference in _references(prompt)]
        day, name = f"{now:%Y-%m-%d}", files.token(prompt.recipe or "prompt")
        for length in (2, 2, 2, 4, 8):  # in bytes; the longest cannot be taken already
            run = f"{day}/{name}-{secrets.token_hex(length)}"
            path = files.inside(root, run)
            if files.make_folder(path):
                break
        else:
            raise WorkspaceError(f"{root / day}: no new folder can be made. Use another folder for the runs.")
        record = {
            "schema": SCHEMA,
            "tool": tool(),
            "run": run,
            "parent": parent,
            "state": "started",
            "started": moment(now),
            "ended": None,
            "generator": generator,
            "prompt_fingerprint": prompt.fingerprint,
            **prompt.to_dict(),
            "references": references,
            "requests": [],
            "totals": None,
        }
        files.write_new(path / RECORD, to_json(record))
        return cls(path, record)

    def save(self, outcome: Outcome, sent: Sent) -> Outcome:
        """Write what came back for one request; return the outcome with the paths of its pictures.

        Each picture is on disk before its sidecar is begun. May be called from several threads.

        Raises:
            WorkspaceError: When something cannot be written.
        """
        with self._lock:
            pictures = tuple(self._save_picture(picture, outcome, sent) for picture in outcome.pictures)
            names = [picture.path.name for picture in pictures if picture.path]
            done = {"request": self._asked(sent), "answer": _answered(outcome), "pictures": names}
            self._record["requests"].append(done)
            files.replace(self.path / RECORD, to_json(self._record))
        return replace(outcome, pictures=pictures, folder=self.path)

    def finish(self, outcome: Outcome, *, now: datetime) -> Outcome:
        """Write how the run ended and what it cost; return the outcome with the run's folder.

        Raises:
            WorkspaceError: When the record cannot be written.
        """
        states: dict[Status, RunState] = {Status.OK: "done", Status.CANCELLED: "cancelled"}
        with self._lock:
            requests = self._record["requests"]
            self._record |= {
                "state": states.get(outcome.status, "failed"),
                "ended": moment(now),
                "totals": {
                    "status": str(outcome.status),
                    "reason": outcome.reason,
                    "message": outcome.message,
                    "next_step": outcome.next_step,
                    "requests": len(requests),
                    "pictures": self._pictures,
                    "estimate": dollars(total(done["request"]["estimate"] for done in requests)),
                    "cost": dollars(total(done["answer"]["cost"] for done in requests)),
                },
            }
            files.replace(self.path / RECORD, to_json(self._record))
        return replace(outcome, folder=self.path)

    def _save_picture(self, picture: Picture, outcome: Outcome, sent: Sent) -> Picture:
        self._pictures += 1
        media_type = sniff(picture.data) or picture.media_type
        path = self.path / f"{self._pictures:02}{EXTENSIONS.get(media_type, '.bin')}"
        head = ("schema", "tool", "run", "parent", "generator", "prompt_fingerprint")
        asked = ("recipe", "version", "strategies", "values", "task", "turns", "settings")
        sidecar = {
            **{key: self._record[key] for key in head},
            "picture": {
                "file": path.name,
                "sha256": hashlib.sha256(picture.data).hexdigest(),
                "media_type": media_type,
                "width": picture.width,
                "height": picture.height,
                "bytes": len(picture.data),
                "draft": picture.draft,
            },
            "request": self._asked(sent),
            "answer": _answered(outcome),
            **{key: self._record[key] for key in asked},
        }
        files.write_new(path, picture.data)
        files.write_new(path.with_suffix(".json"), to_json(sidecar))
        return replace(picture, path=path)

    def _asked(self, sent: Sent) -> Record:
        return {
            "turn": sent.turn,
            "name": self._record["turns"][sent.turn]["name"],
            "take": sent.take,
            "model": sent.model,
            "fingerprint": sent.fingerprint,
            "earlier": list(sent.earlier),
            "estimate": dollars(sent.estimate),
            "sent": moment(sent.sent_at),
            "ended": moment(sent.ended_at),
        }


def _keep(root: Path, image: Image) -> Record:
    data = image.read()
    path = files.inside(root, f"{REFERENCES}/{image.sha256}{EXTENSIONS[image.media_type]}")
    files.make_folder(path.parent)
    with files.plainly(path):
        kept = path.is_file() and path.stat().st_size == len(data)
    if not kept:  # if another run keeps the same picture at this moment: its bytes are the same
        files.replace(path, data)
    original = str(image.origin.absolute()) if isinstance(image.origin, Path) else None
    return {"sha256": image.sha256, "stored": f"{REFERENCES}/{path.name}", "original": original}


def _references(prompt: Prompt) -> Iterable[Reference]:
    """Return the references of all turns, each picture once."""
    return {part.image.sha256: part for turn in prompt.turns for part in turn.references}.values()


def _answered(outcome: Outcome) -> Record:
    free = outcome.cost is None and outcome.billable == "no"
    return {
        "status": str(outcome.status),
        "reason": outcome.reason,
        "message": outcome.message,
        "response_id": outcome.response_id,
        "model": outcome.model,
        "billable": outcome.billable,
        "usage": outcome.usage.to_dict() if outcome.usage else None,
        "cost": "0" if free else dollars(outcome.cost),
        "text": outcome.text,
        "warnings": list(outcome.warnings),
        "details": dict(outcome.details),
    }
