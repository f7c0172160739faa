"""Asks for what was not given, one question after the other: the form, on a terminal."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from prompt_kit.cli.options import arguments
from prompt_kit.cli.output import talk
from prompt_kit.recipe.parameters import MAX_ITEMS
from prompt_kit.support.text import harmless
from prompt_kit.support.words import capital, stopped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.errors import Problem
    from prompt_kit.recipe.fields import Field
    from prompt_kit.recipe.recipe import Recipe

_LATER: Final = frozenset({"too_few", "undescribed"})
"""Problems that the next entry may solve."""

_ASKED_BACK: Final = frozenset({"contradiction", "own_words", "placeholder", "reads_oddly"})
"""Notes after which a person is asked whether the answer is meant."""


@dataclass
class Answering:
    """The answers of a person so far."""

    recipe: Recipe
    values: Mapping[str, Any]
    """What was given before."""
    answers: dict[str, Any] = field(default_factory=dict)

    def problems(self, name: str, answer: Any) -> tuple[list[Problem], list[Problem]]:
        """Return what is wrong with an answer, and what is worth knowing about it."""
        together = {**self.values, **self.answers, name: answer}
        slots = self.recipe.form.slot_names
        pictures = {slot: _paths(files) for slot, files in together.items() if slot in slots and files}
        checked = self.recipe.form.check({n: v for n, v in together.items() if n not in slots}, pictures)
        return (
            [problem for problem in checked.problems if problem.parameter == name],
            [note for note in checked.notes if note.parameter == name and note.code in _ASKED_BACK],
        )


def ask(recipe: Recipe, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of a person by name; empty ones are left out.

    Questions go to stderr. What is advanced is asked only when it is required. Whoever stops in between is told how
    to go on with the answers.
    """
    asking = Answering(recipe, values)
    try:
        for asked in recipe.form.fields:
            if _matters(asked, asking):
                answer = _answer(asked, asking)
                if answer not in ("", []):
                    asking.answers[asked.name] = answer
    except click.Abort:
        talk()
        tell_kept(asking.answers)
        raise
    return asking.answers


def tell_kept(answers: Mapping[str, Any]) -> None:
    """Say how answers can be used again."""
    given = [argument for name, value in answers.items() for option in _options(name, value) for argument in option]
    if given:
        talk(f"Your answers are not lost. Add them to the same command:\n  {shlex.join(given)}")


def _options(name: str, value: Any) -> list[list[str]]:
    return (
        arguments(name, [str(file) if isinstance(file, Path) else file for file in value])
        if isinstance(value, list)
        else arguments(name, value)
    )


def _matters(asked: Field, asking: Answering) -> bool:
    """Return whether a question must be put."""
    given = {**asking.values, **asking.answers}
    if asked.name in given or asked.locked or (asked.advanced and not asked.required):
        return False
    return asking.recipe.form.is_asked(asked.name, given)


def _answer(asked: Field, asking: Answering) -> Any:
    """Ask until the answer can be used."""
    _explain(asked.help)
    for number, choice in enumerate(asked.choices, 1):
        counted = f"{number:>2}  " if _is_numbered(asked) else ""
        _explain(f"{counted}{choice.value}: {stopped(choice.label)} {choice.help}".rstrip())
    while True:
        answer = _several(asked, asking) if asked.several or asked.is_slot else _chosen(_question(asked), asked)
        if answer in ("", []):
            if not asked.required:
                return answer
            _explain("It is required.")
            continue
        settled = _settled(asked.name, answer, asking)
        if settled is not None:
            return settled


def _several(asked: Field, asking: Answering) -> list[str]:
    """Ask for one entry after the other, until one is empty."""
    entries: list[str] = []
    most = int(asked.max or MAX_ITEMS)
    while len(entries) < most and (entry := _chosen("… and" if entries else _question(asked), asked)):
        settled = _settled(asked.name, [*entries, entry], asking, more=True)
        entries = entries if settled is None else settled
    return entries


def _is_numbered(asked: Field) -> bool:
    """Return whether the choices are shown with numbers; where they are numbers themselves, they are not."""
    return not any(name.strip().isdecimal() for choice in asked.choices for name in (choice.value, choice.label))


def _chosen(title: str, asked: Field) -> str:
    """Ask until the answer is no number that stands beside no choice, and return the choice beside it or the words."""
    while True:
        answer = _asked(title).strip()
        if not asked.choices or not _is_numbered(asked) or not re.fullmatch(r"[0-9]{1,9}", answer):
            return answer
        if 0 < int(answer) <= len(asked.choices):
            return asked.choices[int(answer) - 1].value
        _explain(f"There is no choice {answer}. Write a number from 1 to {len(asked.choices)}, or words.")


def _settled(name: str, answer: Any, asking: Answering, *, more: bool = False) -> Any:
    """Return an answer, or what was meant by it; ``None`` when it must be asked again.

    Args:
        name: The parameter or slot.
        answer: What was typed; of a list, all entries so far.
        asking: The answers so far.
        more: Whether further entries may follow.
    """
    problems, notes = asking.problems(name, answer)
    for problem in problems:
        if more and problem.code in _LATER:
            continue
        offers = [offer.value for offer in problem.offers if offer.parameter == name and offer.value is not None]
        _explain(_without_name(problem))
        if not offers:
            return None
        if _confirmed(f"Did you mean '{_last(offers[0])}'?"):
            return offers[0]
        return offers[-1] if len(offers) > 1 and problem.code == "near_choice" else None
    for note in notes:
        _explain(_without_name(note))
        if not _confirmed("Keep it?"):
            return None
    return answer


def _without_name(problem: Problem) -> str:
    """Return what is wrong without the name of the field, which was just asked."""
    _, colon, said = problem.message.partition(": ")
    return capital(said) if colon else problem.message


def _last(value: Any) -> Any:
    return value[-1] if isinstance(value, list) else value


def _question(asked: Field) -> str:
    """Return the name of a field with what to type: whether it must be given, and what applies otherwise."""
    marks = ["yes or no"] if asked.kind == "boolean" else []
    if asked.required:
        marks.append("required")
    elif asked.default is not None:
        labels = {choice.value: choice.label for choice in asked.choices}
        values = asked.default if isinstance(asked.default, list) else [asked.default]
        shown = ", ".join("yes" if v is True else "no" if v is False else labels.get(str(v), str(v)) for v in values)
        marks.append(f"Enter for {shown}")
    return f"{asked.label} ({', '.join(marks)})" if marks else asked.label


def _paths(files: Any) -> Any:
    return (
        [Path(file) if isinstance(file, str) else file for file in files]
        if isinstance(files, list)
        else (Path(files) if isinstance(files, str) else files)
    )


def _asked(title: str) -> str:
    answer: str = click.prompt(harmless(title), default="", show_default=False, err=True)
    return answer


def _confirmed(question: str) -> bool:
    return click.confirm(harmless(f"  {question}"), default=True, err=True)


def _explain(text: str) -> None:
    if text:
        talk(f"  {text}")
