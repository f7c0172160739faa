"""What image models can do and cost, from the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docs.build.markup import code, page, plain, table
from prompt_kit.catalogue import Catalogue

if TYPE_CHECKING:
    from decimal import Decimal

    from prompt_kit.catalogue import Model

INTRODUCTION: Final = """\
# Models

What the catalogue knows, each row with the day on which it was last known to be true and where it was read. Prices are
US dollars; a price that is not known is never taken for nothing. [Models and money](../guides/models.md) helps to
choose, and [a project's `models.yaml`](models-file.md) adds to this."""


def models_page() -> str:
    """Return the page of all models."""
    models = Catalogue.load(None).models
    living = [model for model in models if model.status != "retired"]
    gone = [model for model in models if model.status == "retired"]
    return page(
        INTRODUCTION,
        "## What a picture costs",
        table(
            ("Model", *SIZES, "By batch"),
            ((_named(m), *(_price(m, size) for size in SIZES), _share(m)) for m in living),
        ),
        "The price of one picture, with the tier that a model stands for; what is sent and thought comes on top. "
        "Where a tier is a quality of the model, the price goes from its lowest to its highest.",
        "## What each one can do",
        *(_facts(model) for model in living),
        "## Gone",
        table(
            ("Model", "Gone by", "Instead"),
            ((code(m.id), f"{m.as_of or ''}", f"{code(m.replaced_by or '')} {plain(m.advice)}".strip()) for m in gone),
        ),
    )


SIZES: Final = ("512", "1K", "2K", "4K")


def _named(model: Model) -> str:
    tiers = f" ({', '.join(model.tiers)})" if model.tiers else ""
    return f"{plain(model.title)}{tiers}<br>{code(model.id)}"


def _price(model: Model, size: str) -> str:
    if size not in model.sizes:
        return "–"
    prices = [model.picture_price(size, tier) for tier, _ in model.tier_tokens] or [model.picture_price(size)]
    known = sorted({price for price in prices if price is not None})
    return "–".join(_dollars(price) for price in (known[:1] + known[1:][-1:] if known else [None]))


def _dollars(amount: Decimal | None) -> str:
    return "unknown" if amount is None else f"${amount:.3f}"


def _share(model: Model) -> str:
    return "–" if model.batch_share is None else f"× {model.batch_share}"


def _facts(model: Model) -> str:
    limits = ", ".join(f"{count} {kind}" for kind, count in model.reference_limits)
    most = "unknown" if model.max_references is None else str(model.max_references)
    rows = [
        ("Generator", code(model.generator)),
        ("Formats", ", ".join(model.aspect_ratios)),
        ("Sizes", ", ".join(model.sizes)),
        ("Reference pictures", f"{most}{f' ({limits})' if limits else ''}"),
        ("Thinking", ", ".join(model.thinking) or "none"),
        ("Looks up", ", ".join(model.grounding) or "nothing"),
        ("Transparent background", "yes" if model.transparency else "no"),
        ("Takes a mask", "yes" if model.masks else "no"),
        ("Words and pictures in turn", "yes" if model.interleaved else "no"),
        ("Sampling parameters", ", ".join(model.sampling) or "none"),
        ("Known since", f"{model.as_of or ''}: {plain(model.source)}"),
    ]
    status = "" if model.status == "current" else f" ({model.status})"
    return page(f"### {plain(model.title or model.id)}{status}", code(model.id), table(("", ""), rows))
