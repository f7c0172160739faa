"""Calculates what a prompt will cost, and what an answer has cost."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Self

from prompt_kit.catalogue.facts import Facts
from prompt_kit.catalogue.reference_limits import pictures_before
from prompt_kit.prompt import Text

if TYPE_CHECKING:
    from prompt_kit.outcome import Usage
    from prompt_kit.prompt import Prompt, Tier, Turn

CHARACTERS_PER_TOKEN: Final = 4
"""About how many characters one token of text has (ai.google.dev, tokens)."""

WORDS_TOKENS: Final = 300
"""How many tokens the answer to a turn that asks for words alone is taken to have: about 200 words."""

_MILLION: Final = Decimal(1_000_000)
_PLACES: Final = Decimal("0.000001")


class Priced(Facts):
    """An image model and its prices."""

    @property
    def in_batch(self) -> Self:
        """The same model at the prices of the Batch API; they are unknown where `batch_share` is."""
        share, names = self.batch_share, ("input_price", "input_image_price", "text_price", "image_price")
        prices = {name: price for name in names if (price := getattr(self, name)) is not None}
        return self.model_copy(update={name: share and price * share for name, price in prices.items()})

    def picture_price(self, size: str | None = None, tier: Tier | None = None) -> Decimal | None:
        """Return what one picture costs, in US dollars, without what is sent for it; ``None`` is unknown."""
        by_size = dict(self.tier_tokens).get(tier or "standard", self.image_tokens)
        tokens = dict[str, int](by_size).get(size or self.default_size or "")
        if tokens is None or self.image_price is None:
            return None
        return (tokens * self.image_price / _MILLION).quantize(_PLACES)

    def estimate(self, prompt: Prompt, count: int = 1) -> Decimal | None:
        """Return about what a prompt will cost when it is made ``count`` times, in US dollars; ``None`` is unknown.

        One picture a turn, or as many as an answer of words and pictures in turn is asked for; the words at four
        characters a token, and the pictures that go along. What cannot be known before is not included: thoughts,
        searches, and pictures of such an answer that nobody counted.
        """
        picture = self.picture_price(prompt.settings.size, prompt.settings.tier)
        words = None if self.text_price is None else WORDS_TOKENS * self.text_price / _MILLION
        several = max(1, prompt.pictures_asked) if prompt.settings.output == "interleaved" else 1
        answers = {"picture": None if picture is None else picture * several, "words": words}
        total = Decimal(0)
        for turn in prompt.turns:
            answer, sent = answers[turn.output], self._sent_price(turn)
            if answer is None or sent is None:
                return None
            total += answer + sent
        return (total * count).quantize(_PLACES)

    def _sent_price(self, turn: Turn) -> Decimal | None:
        """Return what it costs to send the words and pictures of a turn, in US dollars; ``None`` is unknown."""
        before = [said.text for exchange in turn.history for said in exchange.answered]
        before += [part.text for exchange in turn.history for part in exchange.asked if isinstance(part, Text)]
        words = math.ceil(len("".join((*before, turn.text))) / CHARACTERS_PER_TOKEN)
        pictures = len(turn.references + turn.earlier) + pictures_before(turn)
        if self.input_price is None or (pictures and self.reference_tokens is None):
            return None
        for_pictures = pictures * (self.reference_tokens or 0) * (self.input_image_price or self.input_price)
        return (words * self.input_price + for_pictures) / _MILLION

    def cost(self, usage: Usage | None) -> Decimal | None:
        """Return what an answer cost, in US dollars, from its usage by modality; ``None`` is unknown.

        Picture tokens have a price of their own: where the provider does not count them apart, nothing is guessed.
        Thoughts are paid as text. Searches are not in it: the first 5,000 of a month are free, and the answer does
        not tell which ones are (ai.google.dev, pricing, 2026-10).
        """
        if usage is None or self.input_price is None or self.image_price is None:
            return None
        if usage.output_image is None or (usage.input_text is None and usage.input_image is None):
            return None
        said = (usage.output_text or 0) + (usage.thinking or 0)
        if said and self.text_price is None:
            return None
        given = (usage.input_text or 0) * self.input_price
        given += (usage.input_image or 0) * (self.input_image_price or self.input_price)
        total = given + said * (self.text_price or 0) + usage.output_image * self.image_price
        return (total / _MILLION).quantize(_PLACES)

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as plain data: amounts as text, pixels as ``1376x768`` by aspect ratio and size."""
        plain = self.model_dump(mode="json", exclude={"pixel_table"}, exclude_none=True)
        plain |= {"reference_limits": dict(self.reference_limits), "image_tokens": dict(self.image_tokens)}
        plain |= {"tier_tokens": {tier: dict(tokens) for tier, tokens in self.tier_tokens}}
        plain |= {"qualities": dict(self.qualities)}
        prices = {size: self.picture_price(size) for size in self.sizes}
        plain["picture_price_usd"] = {size: str(price) for size, price in prices.items() if price is not None}
        plain["pixels"] = {
            ratio: {
                size: "{}x{}".format(*width_and_height)
                for size in self.sizes
                if (width_and_height := self.pixels(ratio, size))
            }
            for ratio in self.aspect_ratios
        }
        return {key: value for key, value in plain.items() if value not in ("", [], {})}
