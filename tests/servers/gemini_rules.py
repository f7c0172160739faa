"""The published rules of the Gemini API for requests of pictures, as a server checks them.

Sources: ai.google.dev (image generation, models, errors) and the Agent Platform's model pages, 2025-11 to 2026-10.
Nothing here is taken from the kit's own catalogue, so that a mistake there shows.
"""

from __future__ import annotations

import base64
import binascii
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from gemini_seals import broken_seals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEN: Final = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
FOURTEEN: Final = (*TEN, "1:4", "4:1", "1:8", "8:1")
MAX_BYTES: Final = 100_000_000
"""Largest request, in bytes (since 2026-01-08)."""

_GEMINI_3: Final = {
    "1:1": (1024, 1024),
    "1:4": (512, 2048),
    "1:8": (384, 3072),
    "2:3": (848, 1264),
    "3:4": (896, 1200),
    "4:5": (928, 1152),
    "9:16": (768, 1376),
    "21:9": (1584, 672),
}
_GEMINI_2_5: Final = {
    "1:1": (1024, 1024),
    "2:3": (832, 1248),
    "3:4": (864, 1184),
    "4:5": (896, 1152),
    "9:16": (768, 1344),
    "21:9": (1536, 672),
}
_SCALE: Final = {"512": 0.5, "1K": 1, "2K": 2, "4K": 4}


@dataclass(frozen=True)
class ModelRules:
    """What one model takes and makes."""

    sizes: tuple[str, ...]
    """Values of ``imageSize``; empty when the field itself is refused."""
    ratios: tuple[str, ...]
    tokens: dict[str, int]
    """Output tokens of one picture, by size."""
    pixels: dict[str, tuple[int, int]] = field(default_factory=lambda: _GEMINI_3)
    """Width and height at 1K; a ratio that is missing is another one turned round."""
    sampling: bool = True
    thinks: bool = True
    """Whether it thinks before it draws, shows its thoughts on request, and wants its marks back."""
    thinking: tuple[str, ...] = ()
    """The levels that can be asked for."""
    searches: tuple[str, ...] = ()
    references: int = 14
    system_instruction: bool = True
    media_type: str = "image/jpeg"

    def picture_size(self, ratio: str | None, size: str | None) -> tuple[int, int]:
        """Return width and height in pixels; without a ratio the model draws a square."""
        ratio = ratio or "1:1"
        turned = ":".join(reversed(ratio.split(":")))
        width, height = self.pixels[ratio] if ratio in self.pixels else self.pixels[turned][::-1]
        scale = _SCALE[size or "1K"]
        return int(width * scale), int(height * scale)


MODELS: Final[Mapping[str, ModelRules]] = {
    "gemini-nano-banana-2.1": ModelRules(
        sizes=("1K", "2K", "4K"),
        ratios=FOURTEEN,
        tokens={"1K": 1120, "2K": 1680, "4K": 3780},
        sampling=False,
        thinking=("MINIMAL", "MEDIUM", "HIGH"),
        searches=("webSearch", "imageSearch"),
    ),
    "gemini-3.1-flash-lite-image": ModelRules(
        sizes=("1K",), ratios=FOURTEEN, tokens={"1K": 1120}, thinking=("MINIMAL", "HIGH")
    ),
    "gemini-3-pro-image": ModelRules(
        sizes=("1K", "2K", "4K"),
        ratios=TEN,
        tokens={"1K": 1120, "2K": 1120, "4K": 2000},
        searches=("webSearch",),
    ),
    "gemini-3.1-flash-image": ModelRules(
        sizes=("512", "1K", "2K", "4K"),
        ratios=FOURTEEN,
        tokens={"512": 747, "1K": 1120, "2K": 1680, "4K": 2520},
        thinking=("MINIMAL", "HIGH"),
        searches=("webSearch", "imageSearch"),
    ),
    "gemini-2.5-flash-image": ModelRules(
        sizes=(),
        ratios=TEN,
        tokens={"1K": 1290},
        pixels=_GEMINI_2_5,
        thinks=False,
        references=10,
        system_instruction=False,
        media_type="image/png",
    ),
}
"""The models that answer; retired ones are not there, as with Google."""

# What each message of a request may hold, as far as pictures need it. The Gemini API answers every other name
# with 400; `imageOutputOptions` and `outputMimeType` exist on the Agent Platform only.
_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset({"contents", "generationConfig", "tools", "systemInstruction", "safetySettings", "toolConfig"}),
    "contents[]": frozenset({"role", "parts"}),
    "contents[].parts[]": frozenset({"text", "inlineData", "fileData", "thought", "thoughtSignature"}),
    "contents[].parts[].inlineData": frozenset({"data", "mimeType"}),
    "generationConfig": frozenset(
        {
            *("responseModalities", "imageConfig", "thinkingConfig", "temperature", "topP", "topK", "seed"),
            *("candidateCount", "maxOutputTokens", "stopSequences", "responseLogprobs", "logprobs"),
        }
    ),
    "generationConfig.imageConfig": frozenset({"aspectRatio", "imageSize"}),
    "generationConfig.thinkingConfig": frozenset({"thinkingLevel", "includeThoughts", "thinkingBudget"}),
    "safetySettings[]": frozenset({"category", "threshold"}),
    "tools[]": frozenset({"googleSearch"}),
    "tools[].googleSearch": frozenset({"searchTypes", "timeRangeFilter"}),
    "tools[].googleSearch.searchTypes": frozenset({"webSearch", "imageSearch"}),
}

# What the Gemini API lets adjust; HARM_CATEGORY_IMAGE_* and the rest exist on the Agent Platform only
# (ai.google.dev, safety settings, 2026-10).
_ADJUSTABLE: Final = tuple(
    f"HARM_CATEGORY_{name}"
    for name in ("HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT", "HARASSMENT", "CIVIC_INTEGRITY")
)
_THRESHOLDS: Final = ("BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF")

_MAGIC: Final[Mapping[str, tuple[bytes, ...]]] = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/webp": (b"RIFF",),
    "image/heic": (b"\x00\x00\x00",),
    "image/heif": (b"\x00\x00\x00",),
}


def broken_rules(model: str, body: Mapping[str, Any]) -> Iterator[str]:
    """Say what Google would refuse a request of pictures for, the first thing first."""
    yield from _unknown_names(body, "")
    contents = body.get("contents") or []
    if not contents:
        yield "* GenerateContentRequest.contents: contents is not specified"
    yield from _broken_roles([content.get("role") for content in contents])
    for content in contents:
        yield from _broken_parts(content.get("parts") or [])
    rules = MODELS[model]
    if rules.thinks:
        yield from broken_seals(contents)
    yield from _broken_config(model, rules, body.get("generationConfig", {}))
    yield from _broken_safety(body.get("safetySettings", []))
    yield from _broken_extras(model, rules, body)


def pictures_in(body: Mapping[str, Any]) -> int:
    """Return how many pictures a request carries."""
    parts = [part for content in body.get("contents", []) for part in content.get("parts") or []]
    return sum("inlineData" in part or "fileData" in part for part in parts)


def _unknown_names(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _unknown_names(item, f"{place}[]")
        return
    known = _FIELDS.get(place)
    if not isinstance(value, dict) or known is None:
        return
    for name, item in value.items():
        if name not in known:
            where = f" at '{_snake(place.replace('[]', '[0]'))}'" if place else ""
            yield f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.'
        yield from _unknown_names(item, f"{place}.{name}" if place else name)


def _broken_roles(roles: list[str | None]) -> Iterator[str]:
    if not set(roles) <= {"user", "model"}:
        yield "Please use a valid role: user, model."
    elif roles and roles[0] != "user":
        yield "Please ensure that multiturn requests start with a user role."
    elif any(one == other for one, other in itertools.pairwise(roles)):
        yield "Please ensure that multiturn requests alternate between user and model."
    elif roles and roles[-1] != "user":
        yield "Please ensure that multiturn requests end with a user role or a function response."


def _broken_safety(settings: list[Any]) -> Iterator[str]:
    seen = set()
    for at, setting in enumerate(settings):
        category, threshold = setting.get("category"), setting.get("threshold")
        place = f"* GenerateContentRequest.safety_settings[{at}]"
        if category not in _ADJUSTABLE:
            yield f"{place}: element predicate failed: $.category in ({', '.join(_ADJUSTABLE)})"
        if threshold not in _THRESHOLDS:
            yield f"Invalid value at 'safety_settings[{at}].threshold' (type.googleapis.com/…HarmBlockThreshold)"
        if category in seen:
            yield f"{place}: there is more than one setting of {category}."
        seen.add(category)


def _broken_parts(parts: list[Any]) -> Iterator[str]:
    if not parts:
        yield "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty."
    for part in parts:
        if "inlineData" not in part:
            continue
        declared = part["inlineData"].get("mimeType", "")
        try:
            data = base64.b64decode(part["inlineData"].get("data", ""), altchars=b"-_", validate=True)
        except binascii.Error:
            yield "Invalid value at 'contents[0].parts[0].inline_data.data' (TYPE_BYTES), Base64 decoding failed"
            continue
        if declared not in _MAGIC:
            yield f"Unsupported MIME type: {declared}"
        elif not data.startswith(_MAGIC[declared]):
            yield f"Unhandled generated data mime type: {declared}"


def _broken_config(model: str, rules: ModelRules, config: Mapping[str, Any]) -> Iterator[str]:
    if config.get("candidateCount", 1) != 1:
        yield "Multiple candidates is not enabled for this model"
    for name in ("temperature", "topP", "topK", "seed", "logprobs"):
        if name in config and not rules.sampling:
            yield f"{name} is not supported by {model}."
    image = config.get("imageConfig", {})
    size, ratio = image.get("imageSize"), image.get("aspectRatio")
    if size is not None and not rules.sizes:
        yield f"Image size is not supported by {model}."
    elif size is not None and size not in rules.sizes:
        yield f"Invalid value for image_size: {size}. Supported by {model}: {', '.join(rules.sizes)}."
    if ratio is not None and ratio not in rules.ratios:
        yield f"Invalid value for aspect_ratio: {ratio}. Supported by {model}: {', '.join(rules.ratios)}."
    yield from _broken_thinking(model, rules, config.get("thinkingConfig", {}))
    if not set(config.get("responseModalities", ["TEXT", "IMAGE"])) <= {"TEXT", "IMAGE"}:
        yield f"The requested combination of response modalities is not supported by {model}."


def _broken_thinking(model: str, rules: ModelRules, thinking: Mapping[str, Any]) -> Iterator[str]:
    level = thinking.get("thinkingLevel")
    if thinking.get("includeThoughts") and not rules.thinks:
        yield f"Thinking is not enabled for models/{model}"
    if level is not None and not rules.thinking:
        yield f"Thinking level is not supported by {model}."
    elif level is not None and level not in rules.thinking:
        yield f"Thinking level {level} is not supported by {model}."


def _broken_extras(model: str, rules: ModelRules, body: Mapping[str, Any]) -> Iterator[str]:
    if "systemInstruction" in body and not rules.system_instruction:
        yield f"Developer instruction is not enabled for models/{model}"
    for tool in body.get("tools", []):
        kinds = tool.get("googleSearch", {}).get("searchTypes") or {"webSearch": {}}
        for kind in kinds:
            if kind not in rules.searches:
                yield f"{kind} as a tool is not enabled for models/{model}"
    count = pictures_in(body)
    if count > rules.references:
        yield f"{model} takes at most {rules.references} images, got {count}."


def _snake(place: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in place)
