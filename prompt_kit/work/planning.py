"""Judges and prices orders before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from prompt_kit.catalogue import Catalogue
from prompt_kit.errors import InputError, Problem, PromptKitError
from prompt_kit.generators import BUILT_IN, BatchGenerator, Generator, is_free
from prompt_kit.generators import generator as generator_named
from prompt_kit.generators.standing import draws_layouts, with_access, without_access
from prompt_kit.prompt import Earlier, EarlierWords, Prompt
from prompt_kit.support.calls import check_kind
from prompt_kit.work import finishing
from prompt_kit.work.allowing import forbidden, pictures_of, too_many
from prompt_kit.work.copies import copy_notes
from prompt_kit.work.orders import MAX_COUNT, Delivery, Item, Plan
from prompt_kit.work.refusing import refusals_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from prompt_kit.project import Project
    from prompt_kit.work.orders import Order


def default_generator(project: Project) -> str:
    """Return the generator that is used when none is named: the project's, one with access, else ``proof``."""
    return project.generator or next(iter(with_access(project.generators)), without_access())


def generator_for(chosen: str | Generator, project: Project) -> Generator:
    """Return a generator, made with the project's options for it when only its name is given.

    Raises:
        NotFoundError: When there is none of that name.
        GeneratorError: When it cannot be loaded.
    """
    check_generator(chosen)
    if not isinstance(chosen, str):
        return chosen
    return generator_named(chosen, project.generators.get(chosen))


def check_generator(chosen: object) -> None:
    """Check that this is the name of a generator, or one itself.

    Raises:
        TypeError: When it is neither.
    """
    kind = (str,) if isinstance(chosen, type) else (str, Generator)  # a class has the methods, too
    check_kind("generator", chosen, kind, "a name, or an object with a 'name' and an async 'generate'")


def plan(
    orders: Sequence[Order],
    *,
    project: Project,
    generator: str | Generator = "",
    delivery: Delivery = "now",
    limit: Decimal | None = None,
) -> Plan:
    """Return orders judged and priced; nothing is sent or written.

    Refusals are kept in the items; `Plan.checked` raises all of them at once.

    Args:
        orders: What is wanted.
        project: Whose models and options are used.
        generator: Who makes what names no generator itself; `default_generator` when left out.
        delivery: Whether it is made now, or later in jobs.
        limit: What may be paid for all of it, in US dollars.

    Raises:
        InputError: When there are too many repetitions, or a model is retired.
        NotFoundError: When a generator or model does not exist.
        TypeError: When an order is of another kind.
    """
    if delivery not in get_args(Delivery):
        raise InputError(f"'{delivery}' is no delivery. Take 'now' or 'job'.")
    catalogue = Catalogue.load(project.models_file)
    default = generator or default_generator(project)
    makers: dict[str, Generator | None] = {}
    items: list[Item] = []
    first: dict[str, int] = {}
    errors: list[PromptKitError] = []
    for number, wish in enumerate(orders):
        _check_order(wish)
        order = replace(wish, person=project.person(wish.person))
        try:
            wanted = order.generator or default
            chosen = _chosen(wanted if delivery == "now" else generator_for(wanted, project), project, makers)
            item = _judged(number, order, chosen, catalogue)
        except PromptKitError as error:
            errors.append(error)
            continue
        if delivery == "job":
            takers = () if isinstance(chosen, BatchGenerator) else (no_taker(item.generator),)
            item = replace(item, refusals=(*item.refusals, *takers, *no_job(order.prompt)))
        item = replace(item, refusals=(*item.refusals, *forbidden(item, project)))
        if order.key and not item.refusals:
            earlier = first.setdefault(item.key, number)
            item = replace(item, same_as=None if earlier == number else earlier)
        items.append(item)
    if errors:
        raise (
            errors[0] if len(errors) == 1 else InputError(dict.fromkeys(p for error in errors for p in error.problems))
        )
    return Plan(_few_enough(items, project), delivery, project, limit, makers)


def _few_enough(items: Sequence[Item], project: Project) -> tuple[Item, ...]:
    """Return items, each refused when all of them together are more pictures than a team allows at once."""
    wanted = sum(pictures_of(item) for item in items if item.same_as is None)
    refusals = too_many(wanted, project)
    return tuple(replace(item, refusals=(*item.refusals, *refusals)) for item in items) if refusals else tuple(items)


def _chosen(wanted: str | Generator, project: Project, makers: dict[str, Generator | None]) -> str | Generator:
    """Return a generator that was asked for, and note it; the SDK of a built-in one is loaded when it is needed."""
    check_generator(wanted)
    name = wanted if isinstance(wanted, str) else wanted.name
    if isinstance(wanted, str) and name not in BUILT_IN:
        wanted = makers.get(name) or generator_for(name, project)
    if makers.get(name) is None:
        makers[name] = None if isinstance(wanted, str) else wanted
    return makers[name] or name


def _check_order(order: Order) -> None:
    check_kind("prompt", order.prompt, Prompt, "what Recipe.render returns")
    check_kind("count", order.count, int, "a whole number")
    check_kind("person", order.person, str, "a name")
    if not 1 <= order.count <= MAX_COUNT:
        raise InputError(f"{order.count} repetitions are asked for; 1 to {MAX_COUNT} can be made.")


def _judged(number: int, order: Order, chosen: str | Generator, catalogue: Catalogue) -> Item:
    prompt = order.prompt
    name = chosen if isinstance(chosen, str) else chosen.name
    model = catalogue.choose(prompt.settings, name)
    layouts = draws_layouts(chosen)
    refusals = (*model.refusals(prompt), *refusals_of(prompt))
    if model.known and not layouts and model.generator != name in {other.generator for other in catalogue.models}:
        fact = f"The model '{model.id}' belongs to the generator '{model.generator}', not to '{name}'."
        refusals = (Problem(f"{fact} Choose that generator, or another model.", parameter="model"),)
    notes = () if layouts else copy_notes(prompt, model)
    free = is_free(chosen)
    priced = model.generator == name  # another generator has prices of its own
    return Item(
        number,
        order,
        name,
        model,
        model.estimate(prompt, order.count) if priced or layouts else None,
        free=free,
        priced=priced,
        warnings=(
            *model.warnings(prompt),
            *(() if layouts else finishing.warnings(prompt)),
            *(note.message for note in notes),
        ),
        notes=notes,
        refusals=refusals,
    )


def no_taker(generator: str) -> Problem:
    """Return why nothing of a generator can go into a job."""
    return Problem(f"'{generator}' takes no jobs. Send without --batch, or use the generator 'gemini'.")


def no_job(prompt: Prompt) -> Iterator[Problem]:
    """Yield what needs the answer to something else of the same prompt: a job does everything on its own."""
    name = f"'{prompt.recipe}'" if prompt.recipe else "The prompt"
    for number, turn in enumerate(prompt.turns, 1):
        named = f"'{turn.name}'" if turn.name else f"turn {number}"
        if any(isinstance(part, Earlier | EarlierWords) for part in turn.parts):
            fact = f"{name} makes {named} from what an earlier turn brings, and the requests of a job know nothing"
            yield Problem(f"{fact} of each other. Send it without --batch.", parameter="batch")
            return
