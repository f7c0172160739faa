"""Reads the turns and the settings of a prompt from plain data, and collects every problem with its place."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from prompt_kit.images import Image
from prompt_kit.layout import Area, AreaKind, AreaLook, Box, Layout
from prompt_kit.prompt.parts import Earlier, EarlierWords, Exchange, Mask, Reference, Said, Text, Turn
from prompt_kit.prompt.settings import ROLES, SETTINGS, Answer, Settings
from prompt_kit.support.calls import check_kind
from prompt_kit.support.plaindata import PlainReader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prompt_kit.prompt.parts import Part


class PromptReading(PlainReader):
    """The problems of a prompt's plain data so far, and the pictures that it may refer to by their hashes."""

    def __init__(self, images: Iterable[Image]) -> None:
        super().__init__()
        given = tuple(images)
        for image in given:
            check_kind("images", image, Image, "a list of pictures, such as [open_image('mug.png')]")
        self.images = {image.sha256: image for image in given}

    def turns(self, plain: dict[str, Any]) -> tuple[Turn, ...]:
        """Return the turns of a prompt, of which there must be at least one."""
        turns = tuple(self.turn(turn, f"{at}.", number) for number, (at, turn) in enumerate(self.each(plain, "turns")))
        if not turns and plain.get("turns") == []:
            self.wrong("turns", "needs at least one turn")
        return turns

    def settings(self, plain: dict[str, Any]) -> Settings:
        """Return the settings; unknown names and values that do not fit are problems."""
        from pydantic import TypeAdapter, ValidationError  # only records are read this way

        from prompt_kit.support.messages import explain

        for name in plain.keys() - set(SETTINGS):
            self.wrong(f"settings.{name}", "there is no such setting")
        existing = {name: value for name, value in plain.items() if name in SETTINGS}
        try:
            # Validated, but returned unchanged: 1 as temperature must not become 1.0, which has another fingerprint.
            TypeAdapter(Settings).validate_json(json.dumps(existing), strict=True)
        except ValidationError as error:
            for mistake in error.errors():
                self.wrong(f"settings.{mistake['loc'][0]}", explain(mistake))
        return Settings(**existing)

    def turn(self, plain: Any, at: str, number: int) -> Turn:
        """Return one turn; ``at`` is its place with a dot behind it, ``number`` counts from 0."""
        return Turn(
            tuple(self.part(part, f"{place}.", number) for place, part in self.each(plain, "parts", at)),
            self.value(str, plain, "name", at),
            self.choice(plain, "output", at, get_args(Answer), "picture"),
            tuple(self.exchange(exchange, f"{place}.") for place, exchange in self.each(plain, "history", at, [])),
            Layout(tuple(self.area(area, f"{place}.") for place, area in self.each(plain, "layout", at, []))),
        )

    def area(self, plain: Any, at: str) -> Area:
        """Return one area of a layout."""
        words = {name: self.value(str, plain, name, at, "") for name in ("content", "place", "slot", "on", "facing")}
        look = self.choice(plain, "look", at, get_args(AreaLook), "")
        boxed = isinstance(plain, dict) and "box" in plain
        box = self.box(self.value(dict, plain, "box", at), f"{at}box.") if boxed else None
        kind = self.choice(plain, "kind", at, get_args(AreaKind))
        return Area(self.value(str, plain, "name", at), kind, box, **words, look=look)

    def box(self, plain: dict[str, Any], at: str) -> Box:
        """Return a part of the frame, in shares from 0 to 1."""
        shares = [plain.get(name) for name in ("x", "y", "width", "height")]
        for name, share in zip(("x", "y", "width", "height"), shares, strict=True):
            if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
                self.wrong(f"{at}{name}", "must be a number from 0 to 1")
        return Box(*(float(share) if isinstance(share, int | float) else 0.0 for share in shares))

    def exchange(self, plain: Any, at: str) -> Exchange:
        """Return an earlier request of the conversation with its answer."""
        return Exchange(
            tuple(self.part(part, f"{place}.", 0) for place, part in self.each(plain, "asked", at)),
            tuple(self.said(piece, f"{place}.") for place, piece in self.each(plain, "answered", at)),
        )

    def said(self, plain: Any, at: str) -> Said:
        """Return one piece of an earlier answer."""
        drawn = isinstance(plain, dict) and "picture" in plain
        image = self.image(self.value(dict, plain, "picture", at), f"{at}picture.") if drawn else None
        return Said(self.value(str, plain, "text", at, ""), image, self.value(str, plain, "signature", at, ""))

    def part(self, plain: Any, at: str, turn: int) -> Part:
        """Return one part of a turn, which may use what the turns before it (numbered from 0) have made."""
        kinds = ("text", "reference", "mask", "earlier", "earlier_words")
        kind = next((kind for kind in kinds if isinstance(plain, dict) and kind in plain), "")
        if kind in {"earlier", "earlier_words"}:
            number = self.value(int, plain, kind, at)
            if number not in range(turn):
                self.wrong(f"{at}{kind}", "must be the number of an earlier turn")
            return Earlier(number, self.role(plain, at)) if kind == "earlier" else EarlierWords(number)
        if kind in {"reference", "mask"}:
            slot, image = self.value(str, plain, kind, at), self.image(plain, at)
            if kind == "reference":
                return Reference(slot, self.role(plain, at), image)
            put_back = self.value(dict, plain, "original", at) if "original" in plain else None
            return Mask(slot, image, None if put_back is None else self.image(put_back, f"{at}original."))
        return Text(self.value(str, plain, "text", at))

    def role(self, plain: Any, at: str) -> Any:
        """Return the role of a picture."""
        return self.choice(plain, "role", at, tuple(ROLES))

    def image(self, plain: Any, at: str) -> Any:
        """Return the picture with the hash that the data gives, under the file name and size in pixels given there."""
        sha256, name = self.value(str, plain, "sha256", at), self.value(str, plain, "file", at)
        width, height = self.value(int, plain, "width", at), self.value(int, plain, "height", at)
        if sha256 not in self.images:
            return self.wrong(
                f"{at}sha256",
                f"the picture {name!a} is not among those that are given; pass images=[open_image({name!r})]",
            )
        image = self.images[sha256]
        for fact, value in (("media_type", image.media_type), ("size", image.size)):
            if isinstance(plain, dict) and plain.get(fact) != value:
                self.wrong(f"{at}{fact}", f"the picture that is given has {value}")
        return replace(image, label=name, width=width, height=height)
