"""Draws the pictures that the examples of the built-in recipes use: ``python tests/draw_pictures.py [NAME…]``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from draw_people import cat, man_glasses, model, pose, woman_portrait
from draw_scenes import living_room, living_room_sofa_mask, mountain, street_night
from draw_things import dress, jam_jar, logo, mug, poster, sketch_car, skincare_bottle, style_woodcut, watercolor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flat_canvas import Sheet

FOLDER: Final = Path(__file__).parents[1] / "recipes" / "pictures"

PEOPLE: Final = (woman_portrait, man_glasses, cat, model, pose)
PLACES: Final = (living_room, living_room_sofa_mask, street_night, mountain)
THINGS: Final = (dress, logo, mug, skincare_bottle, sketch_car, style_woodcut, watercolor, poster, jam_jar)

PICTURES: Final[Mapping[str, Callable[[], Sheet]]] = {
    draw.__name__.replace("_", "-"): draw for draw in (*PEOPLE, *PLACES, *THINGS)
}
"""How each picture is drawn, by the name of its file."""

COLORS: Final = {"watercolor": 28, "style-woodcut": 12, "dress": 48, "sketch-car": 16, "living-room-sofa-mask": 8}
"""Pictures with much fine detail stay small with fewer colours."""


def main(names: Sequence[str]) -> None:
    """Draw the pictures of these names, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names or PICTURES:
        PICTURES[name]().save(FOLDER / f"{name}.png", colors=COLORS.get(name, 160))


if __name__ == "__main__":
    main(sys.argv[1:])
