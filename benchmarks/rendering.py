"""Values to prompt, beside raw Jinja2 with its template compiled before, on the same text."""

from __future__ import annotations

import gc
import io
import random
import tempfile
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jinja2
from PIL import Image as Picture

from prompt_kit.images import open_image
from prompt_kit.project import Project
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Library, built_in
from prompt_kit.recipe.roots import Root
from prompt_kit.support import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prompt_kit.images import Image

TWELVE: Final[dict[str, Any]] = {
    "subject": "a weathered fisherman mending a net",
    "action": "tying the last knot with a smile",
    "setting": "the harbour wall of a small northern town",
    "time_of_day": "early morning",
    "shot": "half-length portrait",
    "lens": "an 85mm lens at f/2",
    "light": "soft side light from a low sun",
    "mood": "calm",
    "textures": ["wet rope", "knitted wool", "rusty iron"],
    "palette": ["slate blue", "rust"],
    "purpose": "the title page of an annual report",
    "audience": "members of a fishing cooperative",
}
RECIPE: Final = """\
title: Twelve
parameters:
  subject: {type: text, reads_as: caption, required: true, max_length: 300}
  action: {type: text, reads_as: phrase}
  setting: {type: text, reads_as: noun}
  time_of_day: {type: text, reads_as: bare_noun}
  shot: {type: choice, choices: [half-length portrait, wide view], other: true, reads_as: bare_noun}
  lens: {type: text, reads_as: noun}
  light: {type: text, reads_as: noun}
  mood: {type: choice, choices: [calm, lively], other: true, reads_as: phrase}
  textures: {type: list, reads_as: phrase}
  palette: {type: list, reads_as: phrase}
  purpose: {type: text, reads_as: noun}
  audience: {type: text, reads_as: noun}
"""
TEMPLATE: Final = """\
A photorealistic {{ shot }} of {{ subject }}{% if action %}, {{ action }}{% endif %}.
{% if setting %}The place is {{ setting }}{% if time_of_day %}, in the {{ time_of_day }}{% endif %}.{% endif %}

{% if light %}{{ light }} falls on the scene.{% endif %}
{% if mood %}The mood is {{ mood }}.{% endif %}
{% if lens %}Photographed with {{ lens }}.{% endif %}
{% if textures %}Every detail can be felt: {{ textures | series }}.{% endif %}
{% if palette %}The palette is {{ palette | series }}.{% endif %}

{% if purpose %}It is made for {{ purpose }}{% if audience %} and speaks to {{ audience }}{% endif %}.{% endif %}
"""
FACE: Final = "{% if face %}The face is that of the person in {{ face }}.{% endif %}\n"
FILES: Final = {
    "recipes/twelve.yaml": RECIPE,
    "templates/twelve.j2": TEMPLATE,
    "recipes/presets/at-sea.yaml": "extends: twelve\nvalues: {lens: an 85mm lens at f/2, mood: calm}\nlocked: [lens]\n",
    "recipes/pictured.yaml": RECIPE + "references: {face: {role: identity}}\n",
    "templates/pictured.j2": FACE + TEMPLATE,
    "brand.yaml": "name: Nordlys\ncolors: {main: deep navy}\ntone: warm and dry-witted\n",
}
NEW: Final = 20_000
"""How many sets of values are made, so that none comes again while it is remembered."""


def rendering(each: Callable[..., list[float]], report: Callable[..., None]) -> None:
    """Print renders a second, each beside raw Jinja2 on the same text; first what people do: they change one field."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in FILES.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, "utf-8")
        roots = (Root(root / "recipes", root / "templates", "b"), Root(*built_in(), "built in"))
        library = Library(Project(root=root), roots=roots)
        recipe, preset, pictured = (load(name, library=library) for name in ("twelve", "at-sea", "pictured"))
        branded, pictures = recipe.using("brand"), {"face": _picture()}
        brand = (built_in()[1] / "strategies/brand.j2").read_text("utf-8")
        plain, with_face, with_brand = _raw(""), _raw(FACE), _raw("", brand)
        one, every, unlocked = _new(["subject"]), _new(list(TWELVE)), _new(["subject"], without="lens")
        face, filled = TWELVE | {"face": "the attached image"}, TWELVE | dict(branded.fixed)
        for label, ours, theirs in (
            ("one text new each time", lambda: recipe.render(next(one)), lambda: plain.render(TWELVE)),
            ("values that came before", lambda: recipe.render(TWELVE), lambda: plain.render(TWELVE)),
            ("all 15 texts new each time", lambda: recipe.render(next(every)), lambda: plain.render(TWELVE)),
            ("one new, preset", lambda: preset.render(next(unlocked)), lambda: plain.render(TWELVE)),
            ("one new, brand", lambda: branded.render(next(one)), lambda: with_brand.render(filled)),
            (
                "one new, reference",
                lambda: pictured.render(next(one), references=pictures),
                lambda: with_face.render(face),
            ),
        ):
            taken, least = each(ours, theirs)
            report(f"render of 12 parameters, {label}, of raw Jinja2", least / taken, "≥ 0.8", f"{1 / taken:,.0f}/s")


def _new(names: list[str], *, without: str = "") -> Iterator[dict[str, Any]]:
    """Return sets of values without end, in each of which these texts are other ones."""
    chance = random.Random(1)  # noqa: S311 - nothing is secret here

    def word() -> str:
        return "".join(chance.choice("bdfglmnprstv") + chance.choice("aeiou") for _ in range(4))

    def changed(value: Any) -> Any:
        return [f"{entry} {word()}" for entry in value] if isinstance(value, list) else f"{value} {word()}"

    kept = {name: value for name, value in TWELVE.items() if name != without}
    sets = [kept | {name: changed(kept[name]) for name in names} for _ in range(NEW)]
    gc.freeze()  # what is made for the measurement is no work of the collector
    return cycle(sets)


def _raw(before: str, after: str = "") -> jinja2.Template:
    environment = jinja2.Environment(autoescape=False, undefined=jinja2.ChainableUndefined)  # noqa: S701 - prompts are not HTML
    environment.filters |= {"series": words.series, "capital": words.capital}
    return environment.from_string(before + TEMPLATE + after)


def _picture() -> Image:
    file = io.BytesIO()
    Picture.new("RGB", (8, 8)).save(file, "PNG")
    return open_image(file.getvalue())
