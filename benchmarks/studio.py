"""The page under load: what a preview costs, how long people wait, and whether anything is lost."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.crowd import (
    Visitor,
    check_nothing_is_lost,
    crowd,
    raise_limits,
    studio,
    type_along,
)
from benchmarks.pictures import server

if TYPE_CHECKING:
    from collections.abc import Callable

PEOPLE: Final = 50
PREVIEWS: Final = 20
"""So many previews of each person are measured."""

MINUTE: Final = 60.0
MANY: Final = 50
"""As many pictures as may be ordered at once."""

ANSWER_S: Final = 0.5
"""So long the provider takes for a picture, so that people wait for each other and not for the computer."""


def previews(report: Callable[[str, float, str, str], None]) -> None:
    """Fifty people who type a letter a second into a form with eight values, in a studio of its own process."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "prompt-kit.yaml").touch()
        with studio(Path(folder)) as server:
            visitors = [Visitor(server.address, f"Person {number}") for number in range(PEOPLE)]
            cpu = asyncio.run(_typed(visitors, lambda: server.cpu_s))
    latencies = sorted(seconds * 1000 for visitor in visitors for seconds in visitor.latencies)
    p95 = latencies[len(latencies) * 95 // 100]
    detail = f"median {statistics.median(latencies):.0f}, load of this machine {os.getloadavg()[0]:.0f}"
    report("a preview of sticker, ms of CPU at the server", cpu * 1000, "≤ 10", f"of {len(latencies):,}")
    report("the same, 50 people a second: ms at the 95th percentile", p95, "≤ 50", detail)


async def _typed(visitors: list[Visitor], cpu: Callable[[], float]) -> float:
    """Return the seconds of the server's processor for a preview."""
    for visitor in visitors:
        await visitor.enter()
        await visitor.fill_in()
        await visitor.preview("a red panda")
        visitor.latencies.clear()
    began = cpu()
    await asyncio.gather(
        *(type_along(visitor, number / PEOPLE, PREVIEWS) for number, visitor in enumerate(visitors)),
    )
    for visitor in visitors:
        await visitor.leave()
    return (cpu() - began) / sum(len(visitor.latencies) for visitor in visitors)


def minute(report: Callable[[str, float, str, str], None]) -> None:
    """Fifty people for a minute at one studio, without and with one who orders many pictures at once."""
    raise_limits()
    alone, _ = _minute(report, 0)
    beside, greedy_s = _minute(report, MANY)
    detail = f"{MANY} pictures of somebody else take {greedy_s:.0f} s"
    report("the same, as a multiple of what it is without these", beside / alone, "≤ 1.5", detail)


def _minute(report: Callable[[str, float, str, str], None], greedy: int) -> tuple[float, float]:
    """Return how long the others wait at the 95th percentile, and the first for all of theirs, in seconds."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "prompt-kit.yaml").touch()
        with server(ANSWER_S, 100_000) as port, studio(Path(folder), f"http://127.0.0.1:{port}") as page:
            visitors = asyncio.run(crowd(page.address, PEOPLE, MINUTE, greedy=greedy))
            memory = page.memory_mb
        check_nothing_is_lost(Path(folder), visitors)
    waits = sorted(seconds for visitor in visitors[1:] for seconds in visitor.waits)
    made = sum(sum(visitor.orders) for visitor in visitors)
    orders = sum(len(visitor.orders) for visitor in visitors)
    who = f"beside {greedy} pictures" if greedy else "for a minute"
    detail = f"{orders} orders, {made} pictures, none lost"
    report(f"50 people {who}: MB of memory at the most", memory, "MB", detail)
    middle, p95 = statistics.median(waits), waits[len(waits) * 95 // 100]
    detail = f"median {middle:.1f}, longest {waits[-1]:.1f}; load before {load:.1f}"
    report(f"50 people {who}: seconds for 1 or 2, 95th percentile", p95, "s", detail)
    return p95, max(visitors[0].waits)
