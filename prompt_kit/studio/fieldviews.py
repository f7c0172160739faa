"""What a page shows of each field: which input, under which heading, with which words of help."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from prompt_kit.recipe.fields import SEVERAL
from prompt_kit.studio.answers import OWN, as_answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from prompt_kit.errors import Problem
    from prompt_kit.recipe.fields import Field, FieldChoice
    from prompt_kit.recipe.form import Form
    from prompt_kit.studio.answers import Answers

OPEN_FIELDS: Final = 5
"""So many fields stand open at the beginning, all required ones and exact words; people oversee about seven at once."""

MOST_NAMED: Final = 4
"""So many fields of a folded section are named."""

LONG: Final = 150
"""A text that may be longer, in characters, has room for several lines."""

AT_THE_TOP: Final = ("channel", "language")
"""The fields that stand above all others, because they are about the whole piece of work."""

ALL_WORDS: Final = "words_are"
"""The field that says whether the exact words are all the words; it stands beside them."""

_COPY: Final = frozenset({"copy", "copies"})

_SENTENCES: Final = re.compile(r"(?<=[.!?]) +(?=[A-Z])")

TOP: Final = "top"
"""The title of the section above all others."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field as a page shows it."""

    field: Field
    widget: str
    """The name of the macro that draws its input."""
    value: str = ""
    """What was typed, for one input."""
    entries: tuple[str, ...] = ()
    """What was typed, for several inputs."""
    own: tuple[str, ...] = ()
    """Own words where choices are offered."""
    default: str = ""
    """What applies when nothing is filled in, in words."""
    example: str = ""
    counter: int = 0
    """Most characters that are counted while typing; 0 when nobody needs to know."""
    asked: bool = True
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        """The name of its field."""
        return self.field.name

    @property
    def offered(self) -> tuple[FieldChoice, ...]:
        """The choices besides the one that applies as usual, which stands before them."""
        usual = as_answer(self.field.default) if self.field.default is not None else ""
        return tuple(choice for choice in self.field.choices if choice.value != usual)

    @property
    def usual_help(self) -> str:
        """The help of the choice that applies as usual, unless it only says that."""
        said = next((choice.help for choice in self.field.choices if choice not in self.offered), "")
        return "" if "usual" in said.lower() else said

    @property
    def help(self) -> str:
        """Its words of help, without those about the ``::`` that other forms have in place of a second input."""
        if not self.field.placed:
            return self.field.help
        return " ".join(sentence for sentence in _SENTENCES.split(self.field.help) if "::" not in sentence)

    @property
    def filled(self) -> bool:
        """Whether something is filled in."""
        return bool(self.value or self.entries or self.own)


@dataclass(frozen=True, slots=True)
class FormSection:
    """Some fields under one heading."""

    title: str
    fields: tuple[FieldView, ...]
    open: bool = False
    pictures: bool = False
    """Whether its fields take pictures."""

    @property
    def inside(self) -> str:
        """The labels of its first fields, for where it is folded."""
        labels = [field.field.label for field in self.fields if field.asked]
        more = f" and {len(labels) - MOST_NAMED} more" if len(labels) > MOST_NAMED else ""
        return ", ".join(labels[:MOST_NAMED]) + more

    @property
    def filled(self) -> int:
        """How many of its fields are filled in."""
        return sum(field.filled for field in self.fields)


def sections_of(
    form: Form, answers: Answers, problems: Sequence[Problem], notes: Sequence[Problem]
) -> list[FormSection]:
    """Return a form as sections: what matters first and the pictures, then the rest by group.

    The first field leads. Pictures without which nothing can be made stand right after it, and what else may be
    brought comes after what matters first; where no picture is needed, the exact words come before the pictures.
    """
    asked = answers.shown(form)
    views = [view_of(field, answers, asked=field.name in asked) for field in form.fields]
    views = [_with_problems(view, problems, notes) for view in views]
    top = [view for name in AT_THE_TOP for view in views if view.name == name]
    words = [view for view in views if not view.field.is_slot and view not in top]
    first = _first(words)
    lead = _lead(first, top)
    slots = [view for view in views if view.field.is_slot]
    needed = [view for view in slots if view.field.required or view.field.role == "mask"]
    if not any(view.field.required for view in slots):
        lead += [view for view in first if view not in lead and (view.field.kind in _COPY or view.name == ALL_WORDS)]
        needed = slots
    order = [
        FormSection("", tuple(lead), open=True),
        FormSection("Pictures you bring", tuple(needed), open=True, pictures=True),
        FormSection("", tuple(view for view in first if view not in lead), open=True),
        FormSection("Further pictures", tuple(view for view in slots if view not in needed), open=True, pictures=True),
    ]
    groups: dict[str, list[FieldView]] = {}
    for view in words:
        if view not in first:
            groups.setdefault(view.field.group or "More", []).append(view)
    folded = [FormSection(title, tuple(group), _wants_eyes(group)) for title, group in groups.items()]
    return [FormSection(TOP, tuple(top), open=True), *(section for section in order if section.fields), *folded]


def _lead(first: Sequence[FieldView], top: Sequence[FieldView]) -> list[FieldView]:
    required = [view for view in first if view.field.required]
    asked_above = any(view.field.required for view in top)
    return required[:1] or ([] if asked_above else list(first[:1]))


def _first(views: Sequence[FieldView]) -> list[FieldView]:
    """Return what stands open at the beginning, in the order of the form: required fields, some more, exact words."""
    plain = [view for view in views if not view.field.advanced]
    exact = next((view for view in plain if view.field.kind in _COPY), None)
    chosen = [view for view in plain if view.field.required]
    chosen += [view for view in plain if view not in chosen][: max(0, OPEN_FIELDS - len(chosen))]
    chosen += [view for view in plain if view is exact or (exact is not None and view.name == ALL_WORDS)]
    return [view for view in views if view in chosen]


def _wants_eyes(views: Iterable[FieldView]) -> bool:
    return any(view.filled or view.problems or view.field.required for view in views)


def _with_problems(view: FieldView, problems: Sequence[Problem], notes: Sequence[Problem]) -> FieldView:
    return replace(
        view,
        problems=tuple(problem for problem in problems if problem.parameter == view.name),
        notes=tuple(note for note in notes if note.parameter == view.name),
    )


def view_of(field: Field, answers: Answers, *, asked: bool = True) -> FieldView:
    """Return a field with what was filled in."""
    value = answers.values.get(field.name, "")
    if field.is_slot:
        return FieldView(field, "slot", entries=answers.references.get(field.name, ()), asked=asked)
    view = FieldView(
        field,
        widget_of(field),
        default=_default(field),
        example=_example(field),
        counter=int(field.max_length or 0) if field.kind in _COPY or field.kind == "long_text" else 0,
        asked=asked,
    )
    listed = {choice.value for choice in field.choices}
    if field.kind in SEVERAL:
        entries = tuple(value if isinstance(value, list) else [value] if value else [])
        known = tuple(entry for entry in entries if not listed or entry in listed)
        return replace(view, entries=known, own=tuple(entry for entry in entries if entry not in known))
    text = value if isinstance(value, str) else ", ".join(value)
    if field.kind == "choice" and field.own_words and text and text not in listed:
        return replace(view, value=OWN, own=(text,))
    return replace(view, value=text)


def widget_of(field: Field) -> str:
    """Return which input a field has."""
    if field.kind in {"text", "copy"}:
        return "lines" if (field.max_length or LONG + 1) > LONG else "line"
    return {
        "long_text": "text",
        "choice": "choice",
        "choices": "choices",
        "list": "entries",
        "copies": "entries",
        "number": "number",
        "integer": "number",
        "boolean": "yes",
        "color": "color",
    }[field.kind]


def _default(field: Field) -> str:
    if field.default is None:
        return ""
    labels = {choice.value: choice.label for choice in field.choices}
    shown = as_answer(field.default)
    return ", ".join(labels.get(entry, entry) for entry in ([shown] if isinstance(shown, str) else shown))


def _example(field: Field) -> str:
    if not field.examples:
        return ""
    shown = as_answer(field.examples[0])
    text = shown if isinstance(shown, str) else ", ".join(shown)
    return "" if text and text in field.help else text


_NAME_FIRST: Final = re.compile(r"^([a-z][a-z0-9_]*): ")
_NAMED: Final = re.compile(r"'([a-z0-9][\w -]*)'")
_WORD: Final = re.compile(r"[a-z][a-z0-9_-]*")
_BY_HAND: Final = re.compile(r",? or write '=[^']*' for your own words")
"""What people do at a command line, and a button does on a page."""


def in_words(message: str, labels: Mapping[str, str]) -> str:
    """Return the message of a problem as a person reads it beside its field: with labels in place of names."""
    text = _NAME_FIRST.sub(lambda name: "" if name[1] in labels else name[0], message)
    text = _BY_HAND.sub(", or keep your own words", text)
    text = _NAMED.sub(lambda name: f"“{labels.get(name[1], name[1])}”", text)
    return text[:1].upper() + text[1:]


def with_labels(text: str, labels: Mapping[str, str]) -> str:
    """Return a condition as a person reads it: with labels in place of the names of fields."""
    return _WORD.sub(lambda word: f"“{labels[word[0]]}”" if word[0] in labels else word[0], text)


def labels_of(form: Form) -> dict[str, str]:
    """Return what people call each field and choice, by its name."""
    choices = {choice.value: choice.label for field in form.fields for choice in field.choices}
    return choices | {field.name: field.label for field in form.fields}
