"""The requests of a run that is going on: those of its record, and as plain data what was answered since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prompt_kit.outcome import Status
from prompt_kit.record.runs.schema import Done
from prompt_kit.support.money import from_record, total

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal


class Requests:
    """The requests of a run with their answers, in the order in which these came."""

    def __init__(self, recorded: Sequence[Done]) -> None:
        self._recorded = tuple(recorded)
        self._lines: list[Mapping[str, Any]] = []

    def __len__(self) -> int:
        return len(self._recorded) + len(self._lines)

    def add(self, line: Mapping[str, Any]) -> None:
        """Add a request with its answer, as its line in the journal has them."""
        self._lines.append(_without_signatures(line))

    def remove(self, line: Mapping[str, Any]) -> None:
        """Take a request away that was added."""
        self._lines = [other for other in self._lines if other["request"] is not line["request"]]

    def answers(self) -> Iterator[Done]:
        """Yield all of them."""
        yield from self._recorded
        yield from map(Done.model_validate, self._lines)

    def good(self, take: int) -> Iterator[Done]:
        """Yield those of one repetition that went well."""
        yield from (done for done in self._recorded if done.request.take == take and done.answer.status is Status.OK)
        for line in self._lines:
            if line["request"]["take"] == take and line["answer"]["status"] == Status.OK:
                yield Done.model_validate(line)

    @property
    def entries(self) -> frozenset[int | None]:
        """Their numbers in the ledger."""
        new = (line["request"]["entry"] for line in self._lines)
        return frozenset((*(done.request.entry for done in self._recorded), *new))

    @property
    def pictures(self) -> int:
        """How many pictures they brought."""
        return sum(len(done.pictures) for done in self._recorded) + sum(len(line["pictures"]) for line in self._lines)

    @property
    def estimate(self) -> Decimal | None:
        """What they should have cost, in US dollars; one unknown amount makes it unknown."""
        new = (from_record(line["request"]["estimate"]) for line in self._lines)
        return total((*(done.request.estimate for done in self._recorded), *new))

    @property
    def cost(self) -> Decimal | None:
        """What they have cost, in US dollars; one unknown amount makes it unknown."""
        new = (from_record(line["answer"]["cost"]) for line in self._lines)
        return total((*(done.answer.cost for done in self._recorded), *new))


def _without_signatures(line: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a line without the model's signatures, which can have megabytes; the journal has them."""
    answer = line["answer"]
    if not any("signature" in piece for piece in answer["pieces"]):
        return line
    pieces = [{name: value for name, value in piece.items() if name != "signature"} for piece in answer["pieces"]]
    return {**line, "answer": {**answer, "pieces": pieces}}
