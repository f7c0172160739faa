"""Makes the request that refines a picture: a new one, or the next message of a conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.catalogue.formats import nearest_format
from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.generators.standing import draws_layouts
from prompt_kit.images import open_image
from prompt_kit.outcome import Outcome
from prompt_kit.project import find_project, project_of
from prompt_kit.prompt import Settings
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Library
from prompt_kit.recipe.slots import as_paths
from prompt_kit.record.runs import conversation_of
from prompt_kit.refining.masking import mask_of, masked, what_stays, whole_may_change
from prompt_kit.refining.origins import PICTURE, RECIPE, only, origin_of, pictures_of, said, short, texts, values_of
from prompt_kit.refining.restart import start_again
from prompt_kit.refining.untouched import untouched
from prompt_kit.support.calls import check_kind
from prompt_kit.work.options import GenerateOptions, order_of
from prompt_kit.work.planning import check_generator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prompt_kit.images import Image
    from prompt_kit.prompt import Exchange, Mask, Prompt
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.refining.origins import Origin, Refinable
    from prompt_kit.work.orders import Order

IN_CHAT: Final = "_refine-change.j2"
"""The part of the recipe's template that is all there is to say in a conversation."""

MOST: Final = 60
"""Most things that stay, and most changes of earlier rounds, that go into one request."""

INHERITED: Final = frozenset({"aspect_ratio", "size", "tier", "model", "background"})
"""The settings that a refinement takes from the run it refines."""

_FAR: Final = 0.1
"""How far a format may be from the picture's own without a note, as a share."""


class RefineOptions(GenerateOptions, total=False):
    """How a picture is refined; everything may be left out."""

    chat: bool
    """Whether to continue the conversation that made the picture, with the same model."""
    whole: bool
    """Whether the whole picture may change, though it was made with a mask; else all the rest is put back again."""
    keep: Sequence[str]
    """What must stay besides what the picture's recipe lists."""
    values: Mapping[str, Any]
    """Further values of the recipe ``refine``, such as ``{"object": "hat.png"}``."""
    paths: bool
    """Whether texts in a slot for pictures are paths; else ``values`` are data only."""
    settings: Mapping[str, Any]
    """Settings that differ from the picture's own, such as ``{"size": "2K"}``."""


@dataclass(frozen=True, slots=True)
class Refinement:
    """A request that refines a picture, ready to be sent."""

    order: Order
    """Its parent is the run it refines, its generator the picture's own unless another one is named."""
    of_layout: bool
    """Whether the picture is the drawing of a layout, such as a proof."""
    warnings: tuple[str, ...]
    """Warnings and notes to read before it is sent, in whole sentences."""

    @property
    def prompt(self) -> Prompt:
        """What is sent."""
        return self.order.prompt

    @property
    def mask(self) -> Mask | None:
        """What of the picture may change, with the original that all the rest is put back from; else the whole may."""
        return self.prompt.turns[0].mask

    @property
    def stays(self) -> str:
        """What of the original stays, where the picture was made with a mask, as a sentence; else empty."""
        return what_stays(self.mask)


def refinement_of(picture: Refinable, change: str, options: RefineOptions) -> Refinement:
    """Return the request that changes one thing in a picture.

    Args:
        picture: A picture file, a run with one picture (its id or folder), or the outcome of one.
        change: One change, as an instruction: "make the light warmer".
        options: How it is refined.

    Raises:
        InputError: When there is not exactly one picture, when something does not fit, or when the conversation
            cannot be continued.
        NotFoundError: When there is no such run.
        WorkspaceError: When runs cannot be read.
        TypeError: When an argument is of another kind.
    """
    check_kind("picture", picture, (str, Path, Outcome), "a picture file, a run or its outcome")
    check_generator(options.get("generator") or "")
    check_kind("keep", options.get("keep", ()), (list, tuple), "a list of what must stay")
    check_kind("settings", options.get("settings", {}), Mapping, "settings by name, such as {'size': '2K'}")
    check_kind("values", options.get("values", {}), Mapping, "values by name, such as {'object': 'hat.png'}")
    project = project_of(options.get("project"))
    values = {**options.get("values", {}), "change": change, "keep": list(options.get("keep", ()))}
    return prepare(only(pictures_of(picture, project.runs_folder), picture), values, options)


def prepare(picture: Path, values: Mapping[str, Any], options: RefineOptions) -> Refinement:
    """Return the request that refines one picture.

    Args:
        picture: The picture file.
        values: Values of the recipe ``refine`` but for the picture: ``change``, and what else is to be said.
        options: How it is refined and sent.

    Raises:
        InputError: When values or settings do not fit, or when the conversation cannot be continued.
        NotFoundError: When no current model stands for the tier that is asked for.
        WorkspaceError: When runs cannot be read.
    """
    project = options.get("project") or find_project()
    origin = origin_of(picture, project)
    mask = None if options.get("whole") else mask_of(origin)
    origin = replace(origin, picture=origin.finished) if mask else origin
    recipe = load(RECIPE, library=Library(project))
    asked = options.get("generator") or ""
    generator = asked if isinstance(asked, str) else asked.name
    slots = recipe.form.slot_names if options.get("paths") else ()
    values = {name: as_paths(value) if name in slots else value for name, value in values.items()}
    request = RefineRequest(origin, recipe, dict(options.get("settings", {})), generator)
    prompt, warnings = request.in_chat(values) if options.get("chat") else request.anew(values)
    prompt = masked(prompt, mask) if mask else prompt
    warnings += whole_may_change(origin, mask)
    parent = origin.line[0].summary.id if origin.at_home else ""
    order = order_of(prompt, options)
    maker, name = order.generator or origin.generator, origin.picture.name if parent else ""
    return Refinement(
        replace(order, generator=maker, parent=parent, parent_picture=name),
        draws_layouts(origin.generator or generator or "") if origin.generator else False,
        (*warnings, *start_again(origin, said(values))),
    )


@dataclass(frozen=True, slots=True)
class RefineRequest:
    """A picture and the change that is asked for; makes the prompt from them."""

    origin: Origin
    recipe: Recipe
    asked: dict[str, Any]
    """Settings that differ from the picture's own."""
    generator: str
    """The generator that was named; empty when none was."""

    def anew(self, values: Mapping[str, Any]) -> tuple[Prompt, list[str]]:
        """Return a new request with the picture in it, and notes about it."""
        damage = self.origin.damage
        warnings = [f"{damage} The picture is refined like one from elsewhere."] if damage else []
        image = open_image(self.origin.picture)
        done = [*self.origin.changes, *values.get("done", ())]
        keep = [*values.get("keep", ()), *untouched(self._stays(warnings), [*done, said(values)])]
        filled = dict(values) | {"keep": list(dict.fromkeys(keep))[:MOST], "done": list(dict.fromkeys(done))[-MOST:]}
        maker = self.generator or self.origin.generator
        prompt = self.recipe.render(_not_empty(filled | {PICTURE: image}), settings=self._settings(), generator=maker)
        if prompt.settings.aspect_ratio is None:
            prompt = self._in_format(prompt, image, warnings)
        return prompt, warnings

    def in_chat(self, values: Mapping[str, Any]) -> tuple[Prompt, list[str]]:
        """Return the next request of the conversation that made the picture.

        Raises:
            InputError: When it cannot be continued, or another model or generator is asked for.
        """
        history = self._history()
        # The settings of a conversation are sent anew with each request.
        settings = self.origin.settings | {"model": self.origin.model}
        settings |= {name: value for name, value in self.asked.items() if name not in {"model", "tier"}}
        recipe = _in_conversation(self.recipe)
        prompt = recipe.render(_not_empty(values), settings=settings, generator=self.origin.generator)
        return replace(prompt, turns=(prompt.turns[0]._replace(history=history),)), []

    def _history(self) -> tuple[Exchange, ...]:
        origin, way_out = self.origin, "Refine it without --chat."
        name = short(origin.picture)
        if not origin.line:
            fact = origin.damage or f"{name}: it is of no run here, so there is no conversation to continue."
            raise InputError(f"{fact} {way_out}")
        self._same_partner()
        try:
            history = conversation_of(origin.picture.with_name(origin.master), origin.root)
        except InputError as error:
            raise InputError(f"{error} {way_out}") from error
        model = self.recipe.library.catalogue.choose(Settings(model=origin.model or None), origin.generator)
        # Only a model that thinks leaves marks, and wants them back (ai.google.dev, thought signatures, 2026-10).
        marks = origin.generator == "gemini" and "thoughts" not in model.leaves_out
        if marks and not any(piece.signature for piece in history[-1].answered):
            fact = f"{name}: the record lacks the model's marks on its answer (thought signatures)"
            raise InputError(f"{fact}, and without them the conversation is refused. {way_out}")
        return history

    def _same_partner(self) -> None:
        made_by, model = self.origin.generator, self.origin.model
        way_out = "Refine the picture without --chat to ask another one."
        if self.generator and self.generator != made_by:
            raise InputError(f"The conversation was with '{made_by}', not with '{self.generator}'. {way_out}")
        asked = {name: self.asked[name] for name in ("model", "tier") if self.asked.get(name) is not None}
        wanted = self.recipe.library.catalogue.choose(Settings(**asked), made_by).id if asked else model
        if model and wanted != model:
            raise InputError(f"The conversation was with '{model}', not with '{wanted}'. {way_out}")

    def _stays(self, warnings: list[str]) -> Iterator[str]:
        """Yield what must stay by the recipe that made the first picture, then what earlier rounds kept."""
        origin = self.origin
        if origin.line and (first := origin.line[-1]).summary.recipe != RECIPE:
            try:
                yield from load(first.summary.recipe, library=self.recipe.library).stays(values_of(first))
            except (NotFoundError, InputError) as error:
                fact = f"What must stay by the recipe '{first.summary.recipe}' cannot be read:"
                warnings.append(f"{fact} {str(error).splitlines()[0]} Only the general rules say what stays.")
        for run in reversed(origin.refinements):
            yield from texts(values_of(run).get("keep"))

    def _settings(self) -> dict[str, Any]:
        inherited = {n: value for n, value in self.origin.settings.items() if n in INHERITED and isinstance(value, str)}
        # Another generator has models of its own; the proof draws for any.
        elsewhere = self.generator not in {"", self.origin.generator} and not (
            draws_layouts(self.generator) or draws_layouts(self.origin.generator or self.generator)
        )
        if elsewhere or self.asked.get("tier") is not None:
            inherited.pop("model", None)
        return inherited | {name: value for name, value in self.asked.items() if value is not None}

    def _in_format(self, prompt: Prompt, image: Image, warnings: list[str]) -> Prompt:
        """Ask for the format that is nearest to the picture's own."""
        model = self.recipe.library.catalogue.choose(prompt.settings, self.generator or self.origin.generator)
        ratio, far = nearest_format(image.width, image.height, model.aspect_ratios)
        if far > _FAR:
            fact = (
                f"The picture has {image.width} × {image.height} pixels; the nearest format of '{model.id}' is {ratio}."
            )
            warnings.append(f"{fact} Something may be added or cut off at the edges.")
        return replace(prompt, settings=prompt.settings._replace(aspect_ratio=ratio))


def _in_conversation(recipe: Recipe) -> Recipe:
    """Return the recipe as it is said in a conversation: the picture is there already."""
    slots = {name: slot for name, slot in recipe.spec.references.items() if name != PICTURE}
    return replace(recipe, spec=recipe.spec.model_copy(update={"template": IN_CHAT, "references": slots}))


def _not_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], ())}
