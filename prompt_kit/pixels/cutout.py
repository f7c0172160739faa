"""Cuts a subject out of the flat colour behind it, and reports how well that worked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from PIL import Image as Pillow

from prompt_kit.pixels.backdrop import chroma, find_backdrop
from prompt_kit.pixels.decoding import decoded
from prompt_kit.pixels.matte import SOLID, VISIBLE, matte
from prompt_kit.pixels.pictures import source, stored
from prompt_kit.pixels.results import CutOut
from prompt_kit.support.colours import color_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.pixels.backdrop import Backdrop
    from prompt_kit.pixels.matte import Matte

_LEAST_RIM: Final = 0.6
"""Least part of the rim that must have the colour; below it there is no background to cut away."""
_HALF, _CLEAR = 0.5, 128
"""Half transparent, as a part and in levels."""
_LEAST_SUBJECT: Final = 0.005
"""Least part of the picture that a subject fills."""
_MOST_DRIFT: Final = 60.0
"""Most that a background called flat may change from place to place, in levels."""
_MOST_NOISE: Final = 10.0
"""Most grain of a background called flat, in levels."""
_MOST_HALF: Final = 0.35
"""Largest part of what is left that may be half transparent: hair, blur and shadows stay below."""
_MOST_KEPT: Final = 0.002
"""Largest part of the picture in nearly the key's colour that gives no warning."""
_TOUCHES: Final = 0.004
"""Least part of one side that counts as touched."""
_TINGED: Final = 0.3
"""Least share of the key's hue with which an outline looks tinged."""
_MOST_FRINGE: Final = 0.06
"""Largest tinged part of an outline that gives no warning."""
_ANOTHER: Final = "choose another colour to cut away"


def cut_out(data: bytes, name: str) -> CutOut:
    """Return the subject of a picture with one flat colour behind it; see `prompt_kit.pixels.cut_out`."""
    image = decoded(data, name or "The picture")
    if _is_transparent(image):
        return _nothing("The picture is transparent already.")
    picture = np.asarray(image.convert("RGB"))
    backdrop = find_backdrop(picture)
    colour = f"{color_name(backdrop.code)} ({backdrop.code})"
    if backdrop.share < _LEAST_RIM:
        return _nothing(
            f"There is no flat colour behind the subject: the commonest, {colour}, covers only"
            f" {backdrop.share:.0%} of the picture's edge. Ask once more, or {_ANOTHER}.",
            backdrop,
        )
    if not backdrop.colorful:
        return _nothing(
            f"The background is {colour}, which cannot be told from lights, greys and shadows of the subject."
            " Ask for a strong colour behind it, such as chroma-key green.",
            backdrop,
        )
    made = matte(picture, backdrop)
    left = float((made.alpha > _HALF).mean())
    if left < _LEAST_SUBJECT:
        return _nothing(
            f"All of the picture is {colour}: no subject stands out from it. Ask once more, or {_ANOTHER}.", backdrop
        )
    fringe = _fringe(made, backdrop)
    warnings = tuple(_warnings(made, backdrop, fringe))
    done = f"The subject was cut out from {colour}; {left:.0%} of the picture is left."
    profile = image.info.get("icc_profile") if image.mode in {"RGB", "RGBA"} else None
    return CutOut(
        stored(_assembled(made), "trainedAlgorithmicMedia", [source(data, name)], profile),
        " ".join((done, *warnings)),
        warnings,
        backdrop.code,
        left,
        fringe,
        backdrop.share,
        backdrop.drift,
        backdrop.noise,
    )


def _nothing(reason: str, backdrop: Backdrop | None = None) -> CutOut:
    report = f"Nothing was cut out. {reason}"
    if backdrop is None:
        return CutOut(None, report, (report,))
    return CutOut(None, report, (report,), backdrop.code, 0, 0, backdrop.share, backdrop.drift, backdrop.noise)


def _is_transparent(image: Pillow.Image) -> bool:
    """Return whether any pixel is more than half transparent."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return False
    lowest, _ = image.convert("RGBA").getchannel("A").getextrema()
    return bool(np.asarray(lowest) < _CLEAR)


def _assembled(made: Matte) -> Pillow.Image:
    opaque = np.rint(made.alpha * 255).astype(np.uint8)
    return Pillow.fromarray(np.dstack([made.colors, opaque]))


def _fringe(made: Matte, backdrop: Backdrop) -> float:
    """Return how much of the outline has the key's hue, though the subject beside it has not."""
    wide = max(1, min(made.alpha.shape) // 1024)
    clear = (made.alpha < _HALF).astype(np.uint8)
    near = cv2.dilate(clear, np.ones((4 * wide + 1, 4 * wide + 1), np.uint8)) > 0
    outline = near & (made.alpha > VISIBLE)
    if not outline.any():
        return 0.0
    hue = chroma(np.asarray(backdrop.color, np.float32))
    share = cv2.transform(made.colors.astype(np.float32), (hue / float(hue @ hue))[None])
    solid = np.where(made.alpha > SOLID, share, np.float32(1))
    beside = cv2.erode(solid, np.ones((12 * wide + 1, 12 * wide + 1), np.uint8))
    tinged = (share > _TINGED) & (share - beside > _TINGED / 2)
    opacity = made.alpha[outline]
    return float((tinged[outline] * opacity).sum() / opacity.sum())


def _warnings(made: Matte, backdrop: Backdrop, fringe: float) -> Iterator[str]:
    if backdrop.drift > _MOST_DRIFT or backdrop.noise > _MOST_NOISE:
        yield (f"The background was not one flat colour, so edges may be uneven. Ask once more, or {_ANOTHER}.")
    sides = _touched(made)
    if sides:
        where = " and ".join((", ".join(sides[:-1]), sides[-1])) if len(sides) > 1 else sides[0]
        yield f"The subject touches the picture's edge ({where}) and is cut off there. Ask for more room around it."
    if fringe > _MOST_FRINGE:
        yield (
            f"A trace of the background's colour is left along {fringe:.0%} of the outline."
            f" If it does not belong to the subject, {_ANOTHER}."
        )
    if made.kept > _MOST_KEPT:
        yield (
            f"Inside the subject, {made.kept:.1%} of the picture has nearly the background's colour and was kept."
            f" If it should be open, {_ANOTHER}."
        )
    visible = made.alpha > VISIBLE
    half = float((visible & (made.alpha < SOLID)).sum() / max(int(visible.sum()), 1))
    if half > _MOST_HALF:
        yield (
            f"{half:.0%} of what is left came out half transparent, because it is blurred or resembles the background."
            f" If that is not meant, {_ANOTHER}."
        )


def _touched(made: Matte) -> list[str]:
    sides = {"top": made.alpha[0], "bottom": made.alpha[-1], "left": made.alpha[:, 0], "right": made.alpha[:, -1]}
    return [side for side, line in sides.items() if float((line > _HALF).mean()) > _TOUCHES]
