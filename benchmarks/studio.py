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
    gemini_server,
    raise_limits,
    studio,
    type_along,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PEOPLE: Final = 50
PREVIEWS: Final = 20
"""So many previews of each person are measured."""

MINUTE: Final = 60.0
MANY: Final = 20
"""As many pictures as may be ordered at once."""


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
    """Fifty people for a minute against a test server, of whom one orders many pictures at once."""
    raise_limits()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "prompt-kit.yaml").touch()
        with gemini_server() as gemini, studio(Path(folder), gemini.address) as server:
            visitors = asyncio.run(crowd(server.address, PEOPLE, MINUTE, greedy=MANY))
            memory = server.memory_mb
        check_nothing_is_lost(Path(folder), visitors)
    waits = sorted(seconds for visitor in visitors[1:] for seconds in visitor.waits)
    made = sum(sum(visitor.orders) for visitor in visitors)
    orders = sum(len(visitor.orders) for visitor in visitors)
    report(
        "50 people for a minute: MB of memory at the most", memory, "MB", f"{orders} orders, {made} pictures, none lost"
    )
    detail = f"s; {MANY} pictures of somebody else take {max(visitors[0].waits):.1f} s"
    report("one or two pictures, seconds at the 95th percentile", waits[len(waits) * 95 // 100], "s", detail)
