"""What the Images API answers: good answers, odd ones, and HTTP errors in OpenAI's shape."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from openai_rules import STANDARD, TOKENS
from PIL import Image
from wire_server import Reply

if TYPE_CHECKING:
    from wire_server import Ending


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    path: str
    headers: dict[str, str] = field(repr=False)
    """By lower-case name."""
    fields: dict[str, Any] = field(repr=False)
    """Everything but the pictures."""
    files: dict[str, list[bytes]] = field(default_factory=dict, repr=False)
    """Pictures by the name of their field, in order."""
    names: tuple[str, ...] = ()
    """How the files of the pictures were called."""
    method: str = "POST"

    @property
    def task(self) -> str:
        """What is asked for: ``generations`` or ``edits``."""
        return self.path.rpartition("/")[2]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height the picture must have, in pixels."""
        size = str(self.fields.get("size", "auto"))
        width, _, height = (STANDARD[0] if size == "auto" else size).partition("x")
        return int(width), int(height)


Answer: TypeAlias = Callable[[Asked], Reply]


@cache
def encoded_picture(size: tuple[int, int], kind: str = "PNG", *, alpha: bool = False) -> str:
    """Return a picture as base64."""
    drawn = Image.new("RGBA" if alpha else "RGB", size, (200, 80, 40, 0) if alpha else (200, 80, 40))
    kept = io.BytesIO()
    drawn.save(kept, kind)
    return base64.b64encode(kept.getvalue()).decode()


def usage(asked: Asked) -> dict[str, Any]:
    """Return the tokens that OpenAI would count, by kind."""
    words = max(1, len(str(asked.fields.get("prompt", ""))) // 4)
    pictures = 500 * len(asked.files.get("image", []))
    made = TOKENS.get(str(asked.fields.get("quality", "high")), TOKENS["high"])
    return {
        "input_tokens": words + pictures,
        "input_tokens_details": {"text_tokens": words, "image_tokens": pictures},
        "output_tokens": made,
        "output_tokens_details": {"text_tokens": 0, "image_tokens": made},
        "total_tokens": words + pictures + made,
    }


def picture(*, kind: str = "PNG", size: tuple[int, int] | None = None) -> Answer:
    """Answer with a picture of the size that was asked for."""

    def reply(asked: Asked) -> Reply:
        alpha = asked.fields.get("background") == "transparent"
        data = [{"b64_json": encoded_picture(size or asked.size, kind, alpha=alpha)}]
        about = {name: asked.fields[name] for name in ("background", "quality") if name in asked.fields}
        body = {"created": 1795000000, "data": data, "usage": usage(asked), "output_format": "png"}
        return Reply(body | about)

    return reply


def raw(body: Any, code: int = 200, **headers: str) -> Answer:
    """Answer with exactly this."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda _: Reply(body, code, named)


def refused(
    code: int, message: str = "No.", *, reason: str | None = None, kind: str = "invalid_request_error", **headers: str
) -> Answer:
    """Answer with an error in OpenAI's shape."""
    body = {"error": {"message": message, "type": kind, "param": None, "code": reason}}
    return raw(body, code, **headers)


def blocked(stage: str = "output", *categories: str) -> Answer:
    """Answer that the safety system held something back."""
    text = "Your request was rejected by the safety system. If you believe this is an error, contact us at help."
    error = {
        "message": f"{text} safety_violations=[{', '.join(categories or ('violence',))}].",
        "type": "image_generation_user_error",
        "param": None,
        "code": "moderation_blocked",
        "moderation_details": {"moderation_stage": stage, "categories": list(categories or ("violence",))},
    }
    return raw({"error": error}, 400)


def broken(ending: Ending) -> Answer:
    """Answer well, but not to the end."""
    return lambda asked: Reply(picture()(asked).body, ending=ending)


ANSWERS: Final[dict[str, Answer]] = {
    "picture": picture(),
    "blocked": blocked(),
    "slow-down": refused(429, "Rate limit reached. Please try again in 1s.", reason="rate_limit_exceeded"),
    "no-credit": refused(429, "You exceeded your current quota.", reason="insufficient_quota"),
    "overloaded": refused(503, "The engine is currently overloaded."),
    "never": broken("never"),
}
"""Answers by name, for those who start the server by hand."""
