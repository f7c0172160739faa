"""Draws the proofs of examples, as small pictures for the pages."""

from __future__ import annotations

import asyncio
import io
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

from prompt_kit.kit import agenerate
from prompt_kit.project import Project
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Library, built_in
from prompt_kit.recipe.roots import Root

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH: Final = 880
"""How wide the pictures of a page may be, in pixels; twice what they take up, for sharp screens."""

_QUALITY: Final = 82
_GAP: Final = 12


@dataclass(frozen=True, order=True)
class Proof:
    """The proof of one example."""

    recipe: str
    example: str

    @property
    def file(self) -> str:
        """Where it stands below the folder of proofs."""
        return f"{self.recipe}/{self.example}.webp"


def draw_all(proofs: Iterable[Proof], folder: Path, *, at_once: int = 2) -> dict[Proof, tuple[int, int]]:
    """Draw proofs into a folder, and return their sizes in pixels."""
    wanted = sorted(set(proofs))
    with ProcessPoolExecutor(at_once) as pool:
        return dict(zip(wanted, pool.map(_draw, wanted, [folder] * len(wanted)), strict=True))


def library() -> Library:
    """Return the recipes that come with the kit, whatever project the current folder belongs to."""
    return Library(Project(root=built_in()[0].parent), roots=(Root(*built_in(), "built in"),))


_library = cache(library)


def _draw(proof: Proof, folder: Path) -> tuple[int, int]:
    prompt = load(proof.recipe, library=_library()).render_example(proof.example)
    with tempfile.TemporaryDirectory() as scratch:
        outcome = asyncio.run(agenerate(prompt, generator="proof", project=Project(root=Path(scratch))))
        if not outcome.ok:
            raise RuntimeError(f"{proof.recipe}, example {proof.example}: {outcome.explanation}")
        sheet = _joined([Image.open(io.BytesIO(picture.data)).convert("RGB") for picture in outcome.pictures])
    sheet.thumbnail((WIDTH, 2 * WIDTH))
    path = folder / proof.file
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, "WEBP", quality=_QUALITY)
    return sheet.size


def _joined(sheets: list[Image.Image]) -> Image.Image:
    """Return the sheets of several turns side by side, three to a row."""
    if len(sheets) == 1:
        return sheets[0]
    across = min(3, len(sheets))
    width = WIDTH // across
    for sheet in sheets:
        sheet.thumbnail((width - _GAP, width * 2))
    high = max(sheet.height for sheet in sheets) + _GAP
    together = Image.new("RGB", (width * across, high * -(-len(sheets) // across)), "white")
    for number, sheet in enumerate(sheets):
        together.paste(sheet, (number % across * width, number // across * high))
    return together
