"""The rules for stopping: what an answer ends besides its own request."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from prompt_kit.outcome import Status

Ends: TypeAlias = Literal["nothing", "run", "model", "generator"]

ENDS: Final[dict[Status, Ends]] = {
    Status.OK: "nothing",
    Status.BLOCKED: "nothing",
    Status.NO_IMAGE: "nothing",
    Status.UNAVAILABLE: "nothing",
    Status.TIMEOUT: "nothing",
    Status.INVALID: "run",
    Status.BUDGET: "run",
    Status.CANCELLED: "run",
    Status.QUOTA: "model",
    Status.AUTH: "generator",
}
"""What a request that ended so ends with it: the rest of its run, or everything of its model or its generator.

The same request would be refused again, so that an invalid one ends its run; another prompt may still be good. A budget
may have enough for a cheaper one.
"""
