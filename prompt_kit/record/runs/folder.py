"""Writes the folder of a run while it is going on."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from threading import RLock
from typing import TYPE_CHECKING, Any, Final, Literal

from prompt_kit.errors import InputError, WorkspaceError
from prompt_kit.outcome import Derived, Outcome, Status
from prompt_kit.record.preparing import new_folder
from prompt_kit.record.runs.answers import derived_of, line_of, outcome_of
from prompt_kit.record.runs.holding import hold
from prompt_kit.record.runs.journal import Journal, joined, lacks_pictures
from prompt_kit.record.runs.reading import own_record, read_journal, read_record, to_json, tool
from prompt_kit.record.runs.recovery import recovered_answers
from prompt_kit.record.runs.references import keep_reference
from prompt_kit.record.runs.requests import Requests
from prompt_kit.record.runs.rescue import UnsavedError, ending
from prompt_kit.record.runs.saving import SavedAnswer, journal_line, picture_fields, with_more
from prompt_kit.record.runs.schema import (
    RECORD,
    SCHEMA,
    DerivedEntry,
    RunRecord,
    State,
    Totals,
    moment,
    plain,
)
from prompt_kit.record.runs.sidecars import Sidecars
from prompt_kit.record.runs.threads import writers
from prompt_kit.support import files, locks
from prompt_kit.support.leftovers import remove_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from filelock import FileLock

    from prompt_kit.prompt import Prompt
    from prompt_kit.record.runs.answers import Sent

_UNSEEN: Final = Outcome(Status.CANCELLED, message="Nobody saw the answer; it may have been made and paid.")


class RunFolder:
    """The folder of a run that is going on. Nothing else writes there, and its lock keeps other processes out."""

    def __init__(self, path: Path, record: RunRecord, held: FileLock) -> None:
        self.path = path
        self.id = record.run
        self._record = record.model_copy(update={"requests": ()})
        """All but the requests."""
        self._requests = Requests(record.requests)
        self._held = held
        self._pictures = max((int(file.stem) for file in path.iterdir() if file.stem.isdecimal()), default=0)
        self._lock = RLock()
        self._journal = Journal(path)
        self._sidecars = Sidecars(path, record)
        self._in_record: list[Any] = []
        """The requests in run.json as plain data; later ones are in the journal."""

    @classmethod
    def create(
        cls, root: Path, prompt: Prompt, *, generator: str, now: datetime, count: int = 1, **more: Any
    ) -> RunFolder:
        """Keep the references, and make a new folder below ``root`` with its record in it.

        Args:
            root: The folder of all runs.
            prompt: What is going to be sent.
            generator: The name of the generator it is sent to.
            now: With its time zone; its date names the folder of the day.
            count: How many times the prompt is made.
            more: What else the record should say, such as ``parent``, the id of the run that this one refines, and
                ``parent_picture``, the name of the picture.

        Raises:
            InputError: When a reference is gone or has changed.
            WorkspaceError: When nothing can be written.
        """
        moment(now)
        images = {image.sha256: image for turn in prompt.turns for image in turn.images}
        references = [keep_reference(root, image) for image in images.values()]
        record = RunRecord.model_construct(
            version_of_record=SCHEMA,
            tool=tool(),
            run="",
            **{"parent": None} | more,
            count=count,
            state="started",
            started=now,
            ended=None,
            generator=generator,
            prompt_fingerprint=prompt.fingerprint,
            **prompt.to_dict(),
            references=tuple(references),
            requests=(),
            derived=(),
            totals=None,
        )
        records: dict[str, RunRecord] = {}

        def content(run: str) -> bytes:
            records[run] = record.model_copy(update={"run": run})
            return to_json(records[run])

        path = new_folder(root, f"{now:%Y-%m-%d}/{files.token(prompt.recipe or 'prompt')}", RECORD, content)
        return cls(path, records[f"{path.parent.name}/{path.name}"], hold(path))

    @classmethod
    def reopen(
        cls, path: Path, *, unseen: Sequence[Sent] = (), state: State | None = None, wait_s: float = 0.0
    ) -> RunFolder:
        """Go on with a run whose process ended before the run did.

        Answers that it had saved but not yet written into its record are added to the record.

        Args:
            path: The run's folder.
            unseen: Requests that were sent, and whose end is not in the record.
            state: What the record calls the run from here on, if that changes; ``waiting`` is for the answers of a job,
                which can be collected once more, so that nothing is added.
            wait_s: How long to wait for another process that works on the run, in seconds.

        Raises:
            InputError: When the record is damaged; nothing is changed in it.
            BusyError: When another process works on the run.
            WorkspaceError: When nothing can be written.
        """
        held = hold(path, wait_s=wait_s)
        try:
            # The record is read after the lock is taken, because another process may have changed it before.
            record = own_record(path)
            remove_parts(path)
            folder = cls(path, record, held)
            folder._in_record, added = read_record(path / RECORD)["requests"], read_journal(path)
            recovered = () if state == "waiting" else recovered_answers(path, record, unseen)
            changes = {"state": state, "ended": None} if state and state != record.state else {}
            folder._record = folder._record.model_copy(update=changes)
            if recovered:
                entries = {done.request.entry for done in recovered}
                others = (done for done in record.requests if done.request.entry not in entries)
                folder._requests = Requests([*others, *recovered])
                folder._in_record = [plain(done) for done in folder._requests.answers()]
            if recovered or changes or lacks_pictures(added, path):
                folder._write()
            folder._sidecars.write_missing([*folder._in_record, *(line for line in added if "pictures" in line)])
        except BaseException:
            locks.release(held)
            raise
        return folder

    def begin_again(self, *, state: State = "started", **more: Any) -> None:
        """Write down that the run goes on.

        Args:
            state: How it goes on; ``waiting`` is in a job.
            more: What else the record should say from here on, such as ``job``, the job that makes the rest.

        Raises:
            WorkspaceError: When the record cannot be written.
        """
        with self._lock:
            self._update(**more, state=state, ended=None)

    def made(self, take: int) -> dict[int, Outcome]:
        """Return the outcomes of one repetition that are there already and ok, by turn, from 0.

        Raises:
            InputError: When the record is damaged, or a picture of it is gone or has changed.
        """
        done = {answered.request.turn: answered for answered in self._requests.good(take)}
        try:
            outcomes = {turn: outcome_of(request, self.path) for turn, request in done.items()}
            derived = derived_of(self._record.derived, self.path)
        except InputError as error:
            raise _cannot_go_on(error) from error
        return {
            turn: replace(outcome, derived=tuple(d for d in derived if d.source in {p.path for p in outcome.pictures}))
            for turn, outcome in outcomes.items()
        }

    def answers(self) -> dict[int, Outcome]:
        """Return the outcomes of all requests in the record, by their number in the ledger.

        Raises:
            InputError: When the record is damaged, or a picture of it is gone or has changed.
        """
        try:
            answers = {done.request.entry: outcome_of(done, self.path) for done in self._requests.answers()}
            return {number: outcome for number, outcome in answers.items() if number is not None}
        except InputError as error:
            raise _cannot_go_on(error) from error

    def close(self) -> None:
        """Let other processes work on the run."""
        with self._lock:
            self._journal.close()
        locks.release(self._held)

    def save(self, outcome: Outcome, sent: Sent) -> Outcome:
        """Write what came back for one request; return the outcome with the paths of its pictures.

        May be called from several threads. The bytes of the pictures are not kept in memory.

        Raises:
            UnsavedError: When something cannot be written; the error has the answer.
        """
        [saved] = self.save_all([(outcome, sent)])
        if isinstance(saved, UnsavedError):
            raise saved
        return saved

    def save_all(self, answers: Iterable[tuple[Outcome, Sent]]) -> list[Outcome | UnsavedError]:
        """Write several answers at once, which is faster; return each as `save` does, or why it is not saved."""
        with self._lock:
            saved = self._pictured([self._lined(outcome, sent) for outcome, sent in answers])
            written = [answer for answer in saved if isinstance(answer, SavedAnswer)]
            try:
                if written:
                    files.sync_folder(self.path)
                    self._journal.sync()
            except WorkspaceError as error:
                for answer in written:
                    self._requests.remove(answer.line)
                return [a if isinstance(a, UnsavedError) else self._unsaved(a, error) for a in saved]
            return [answer if isinstance(answer, UnsavedError) else self._completed(answer) for answer in saved]

    def lost(self, *unseen: Sent) -> None:
        """Add requests that were sent and whose answers are lost; they may be paid.

        Raises:
            WorkspaceError: When the record cannot be written.
        """
        with self._lock:
            recorded = self._requests.entries
            lines = [
                line_of(sent, self._name_of(sent), replace(_UNSEEN, cost=sent.paid, model=sent.model))
                for sent in unseen
                if sent.entry not in recorded
            ]
            for line in lines:
                self._add(line)
            if lines:
                self._journal.sync()

    def derive(self, source: Path, kind: Literal["cutout", "composite"], data: bytes, report: str) -> Derived:
        """Keep a picture that was made here from a master, beside it.

        Raises:
            WorkspaceError: When it cannot be written.
        """
        path = source.with_name(f"{source.stem}-{kind}.png")
        entry = DerivedEntry.model_construct(file=path.name, source=source.name, kind=kind, report=report)
        with self._lock:
            files.replace(path, data)
            others = (other for other in self._record.derived if other.file != path.name)
            self._record = self._record.model_copy(update={"derived": (*others, entry)})
            self._journal.add(journal_line({"derived": plain(entry)}))
            self._journal.sync()
        return derived_of([entry], self.path)[0]

    def finish(self, outcome: Outcome, *, now: datetime) -> Outcome:
        """Write how the run ended and what it cost; return the outcome with that cost and the folder.

        Raises:
            WorkspaceError: When the record cannot be written.
        """
        states: dict[Status, State] = {Status.OK: "done", Status.CANCELLED: "cancelled"}
        with self._lock:
            requests = self._requests
            cost = requests.cost
            totals = Totals.model_construct(
                status=outcome.status,
                reason=outcome.reason,
                message=outcome.message,
                next_step=outcome.next_step,
                requests=len(requests),
                pictures=requests.pictures,
                estimate=requests.estimate,
                cost=cost,
            )
            self._update(state=states.get(outcome.status, "failed"), ended=now, totals=totals)
        self.close()
        return replace(outcome, cost=cost, folder=self.path)

    def _name_of(self, sent: Sent) -> str:
        name: str = self._record.turns[sent.turn]["name"]
        return name

    def _add(self, line: Mapping[str, Any]) -> int:
        """Add a request with its answer to the journal; return where its line begins."""
        begin = self._journal.add(journal_line(line))
        self._requests.add(line)
        return begin

    def _update(self, **changes: Any) -> None:
        """Change these fields of the record, and write it to disk."""
        self._record = self._record.model_copy(update=changes)
        self._write()

    def _write(self) -> None:
        """Write run.json with all that is in the journal, which ends with that."""
        content = plain(self._record)
        derived = {"derived": [*content["derived"]]} if "derived" in content else {}
        content = joined(content | {"requests": self._in_record} | derived, read_journal(self.path), self.path)
        files.replace(self.path / RECORD, to_json(content))
        self._in_record = content["requests"]
        self._journal.remove()

    def _lined(self, outcome: Outcome, sent: Sent) -> SavedAnswer | UnsavedError:
        """Add an answer to the journal, before its pictures; it is on the disk only once that is synced."""
        names = [f"{at:02}{ending(picture)}" for at, picture in enumerate(outcome.pictures, self._pictures + 1)]
        hashes = [hashlib.sha256(picture.data).hexdigest() for picture in outcome.pictures]
        line = line_of(sent, self._name_of(sent), outcome, names, hashes)
        answer = SavedAnswer(outcome, sent, line, len(self._requests) + 1)
        self._pictures += len(names)
        try:
            return replace(answer, begin=self._add(line))
        except WorkspaceError as error:
            return self._unsaved(answer, error)

    def _pictured(self, answers: Sequence[SavedAnswer | UnsavedError]) -> list[SavedAnswer | UnsavedError]:
        """Write the pictures of answers; several at once, because most of the time the disk is waited for."""
        if len(answers) > 1:
            written = list(writers().map(self._write_pictures, answers))
        else:
            written = [self._write_pictures(answer) for answer in answers]
        for answer, result in zip(answers, written, strict=True):
            if isinstance(answer, SavedAnswer) and isinstance(result, UnsavedError):
                self._forget(answer, last=answer is answers[-1])
        return written

    def _write_pictures(self, answer: SavedAnswer | UnsavedError) -> SavedAnswer | UnsavedError:
        if isinstance(answer, UnsavedError):
            return answer
        try:
            for picture, name, _ in answer.pictures:
                files.write_new(self.path / name, picture.data, durable="content")
        except WorkspaceError as error:
            return self._unsaved(answer, error)
        return answer

    def _forget(self, answer: SavedAnswer, *, last: bool) -> None:
        """Take an answer out of the record; readers leave out a line in the journal whose pictures are not there."""
        self._requests.remove(answer.line)
        if last and not any((self.path / name).is_file() for name in answer.line["pictures"]):
            self._journal.cut(answer.begin)

    def _unsaved(self, answer: SavedAnswer, error: WorkspaceError) -> UnsavedError:
        content = plain(self._record.model_copy(update={"derived": ()}))
        content |= {name: answer.line[name] for name in ("request", "answer")}
        unsaved = UnsavedError(str(error), answer.outcome, answer.sent, content)
        unsaved.__cause__ = error
        return unsaved

    def _completed(self, answer: SavedAnswer) -> Outcome:
        """Write what can be made again beside an answer that is saved; return the answer without its bytes."""
        beside = [picture_fields(*picture) for picture in answer.pictures]
        if beside:
            self._sidecars.write(beside, answer.line["request"], answer.line["answer"])
        pictures = tuple(picture.saved_as(self.path / name, sha256) for picture, name, sha256 in answer.pictures)
        saved = replace(answer.outcome, pictures=pictures, folder=self.path)
        try:
            return with_more(saved, answer.line["pictures"], answer.number, self._record)
        except WorkspaceError as error:  # the pictures are safe
            return replace(saved, warnings=(*saved.warnings, str(error)))


def _cannot_go_on(error: InputError) -> InputError:
    return InputError(f"{error} The run cannot go on from there; make everything anew with --new.")
