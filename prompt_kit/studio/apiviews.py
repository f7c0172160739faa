"""What the API takes and gives, as plain data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from prompt_kit.studio.answers import MOST
from prompt_kit.support.money import recorded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prompt_kit.errors import Problem
    from prompt_kit.record.index import PastPicture
    from prompt_kit.record.index.pages import PastRun
    from prompt_kit.record.ledger import SpendingLine
    from prompt_kit.record.reviews import Review
    from prompt_kit.record.uploads import Upload
    from prompt_kit.studio.watching import OrderView
    from prompt_kit.work.orders import Item

PROBLEM: str = "application/problem+json"
"""The media type of errors (RFC 9457)."""


class FilledValues(BaseModel):
    """What is filled in for a recipe."""

    model_config = ConfigDict(extra="forbid")

    values: Annotated[dict[str, Any], Field(description="Values by parameter, as the JSON Schema has them.")] = {}
    references: Annotated[
        dict[str, list[str]], Field(description="Ids of uploads by slot for pictures, in their order.")
    ] = {}
    uses: Annotated[list[str], Field(description="Strategies that are mixed in.")] = []


class FilledPrompt(FilledValues):
    """What is filled in, with what is asked for besides it."""

    settings: Annotated[dict[str, Any], Field(description="Settings that differ from the recipe's.")] = {}
    generator: Annotated[str, Field(max_length=60, description="Who makes it; the project's when left out.")] = ""


class WantedPictures(FilledPrompt):
    """Some pictures of a prompt."""

    count: Annotated[int, Field(ge=1, le=MOST, description="How many times the prompt is made.")] = 1


class SentOrder(WantedPictures):
    """An order."""

    recipe: Annotated[str, Field(max_length=100, description="The name of a recipe or preset.")]


class SentReview(BaseModel):
    """What somebody says of a picture."""

    model_config = ConfigDict(extra="forbid")

    verdict: Annotated[str, Field(description="approve, reject or comment.")]
    reason: Annotated[str, Field(description="Why, or the comment; only an approval goes without.")] = ""


def problem_answer(status: int, title: str, problems: Iterable[Problem] = (), detail: str = "") -> JSONResponse:
    """Return an error as programs read it: with every problem, its parameter, its code and what would repair it."""
    plain = [problem.to_dict() for problem in problems]
    said = detail or "\n".join(problem["message"] for problem in plain)
    content = {"type": "about:blank", "title": title, "status": status, "detail": said, "problems": plain}
    return JSONResponse(content, status, media_type=PROBLEM)


def plain_item(item: Item, left: Any) -> dict[str, Any]:
    """Return what sending an order would mean."""
    return {
        "generator": item.generator,
        "model": item.model.id,
        "count": item.count,
        "requests": item.requests,
        "free": item.free,
        "price_usd": recorded(item.price()),
        "estimate_usd": recorded(item.estimate),
        "budget_left_usd": recorded(left),
        "warnings": list(item.warnings),
        "problems": [problem.to_dict() for problem in item.refusals],
    }


def plain_order(view: OrderView) -> dict[str, Any]:
    """Return an order and what has come of it so far."""
    order = view.order
    return {
        "id": order.token,
        "recipe": order.recipe,
        "count": order.count,
        "generator": order.generator,
        "person": order.person or None,
        "at": order.at.isoformat(),
        "state": order.state,
        "message": order.message,
        "run": view.run or None,
        "cost_usd": recorded(view.cost) if view.priced else None,
        "takes": [asdict(take) for take in view.takes],
    }


def plain_run(past: PastRun) -> dict[str, Any]:
    """Return a line of the history."""
    return past.to_dict() | {"waiting": past.waiting}


def plain_picture(past: PastPicture) -> dict[str, Any]:
    """Return a picture of the history."""
    return {
        "run": past.run,
        "name": past.name,
        "sha256": past.sha256,
        "state": past.state,
        "recipe": past.recipe,
        "person": past.person or None,
        "started": past.started.isoformat(),
        "reason": past.reason,
        "decided_by": past.decided_by or None,
    }


def plain_review(review: Review) -> dict[str, Any]:
    """Return what somebody said of a picture."""
    return {
        "picture": review.picture,
        "verdict": review.verdict,
        "person": review.person or None,
        "reason": review.reason,
        "at": review.at.isoformat(),
    }


def plain_upload(upload: Upload) -> dict[str, Any]:
    """Return an upload."""
    return {
        "id": upload.id,
        "name": upload.name,
        "sha256": upload.sha256,
        "media_type": upload.media_type,
        "width": upload.width,
        "height": upload.height,
        "bytes": upload.size,
    }


def plain_spending(line: SpendingLine) -> dict[str, Any]:
    """Return what was spent on one day or for one recipe, person or model."""
    spent = line.spending
    return {
        "name": line.name,
        "requests": line.requests,
        "known_usd": recorded(spent.known),
        "possible_usd": recorded(spent.possible),
        "unknown_requests": spent.unknown_count,
    }
