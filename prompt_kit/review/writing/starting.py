"""The texts with which a new file begins: empty, on top of another one, a copy of it, or what somebody filled in."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import InputError
from prompt_kit.recipe.assembly import example_recipes, load
from prompt_kit.review.writing.texts import check_new, names, own_root, own_text, written_text
from prompt_kit.support.text import counted
from prompt_kit.support.words import series, spoken
from prompt_kit.support.yamlfile import YamlFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.review.writing.texts import WrittenText

WAYS: Final = {
    "empty": "Empty: a small recipe to begin with",
    "extend": "On top of another: a small file that says only what differs; it follows when the other one changes",
    "copy": "A full copy: all of its text is yours, and it no longer follows the other one",
    "preset": "A preset: another recipe with some values filled in",
}
"""How a new file can begin."""

_RECIPE: Final = """\
title: {title}
summary: Say in one sentence what it is for.
task: create
parameters:
  subject:
    type: text
    title: Subject
    help: Who or what the picture shows.
    required: true
    max_length: 300
    examples: [a happy red panda]
examples:
  first:
    title: A red panda
    values: {{subject: a happy red panda}}
"""
_RECIPE_TEMPLATE: Final = "Create a picture of {{ subject }}.\n"
_STRATEGY: Final = """\
title: {title}
summary: Say in one sentence what it adds.
parameters:
  weather:
    type: text
    title: Weather
    help: What the weather is like.
    required: true
    max_length: 100
    examples: [light rain]
examples:
  first:
    recipe: photorealistic
    values: {{subject: a harbour at dawn, weather: light rain}}
"""
_STRATEGY_TEMPLATE: Final = "The weather is {{ weather }}.\n"
_ESCAPED: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_TITLE: Final = re.compile(r"^title:.*\n(?:[ \t]+.*\n)*", re.MULTILINE)
_TEMPLATE_LINE: Final = re.compile(r"^template:.*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Beginning:
    """The texts of new files, none of which is saved yet."""

    texts: tuple[WrittenText, ...]
    notes: tuple[str, ...] = ()
    """What to know about them, in whole sentences."""
    base: str = ""
    """The file that they extend or copy; they are compared with it until they are saved."""


@dataclass(frozen=True, slots=True)
class FilledIn:
    """What somebody filled in, or a run was made of."""

    recipe: str
    values: Mapping[str, Any]
    uses: Sequence[str] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    """The files of reference pictures in the project's folder, by slot."""


def beginning(library: Library, kind: str, name: str, way: str, base: str = "") -> Beginning:
    """Return the texts with which a new file begins.

    Args:
        library: The library as it is saved.
        kind: The kind of the new file.
        name: Its name.
        way: One of `WAYS`.
        base: The file that it extends or copies.

    Raises:
        InputError: When it cannot have that name, or not begin in that way.
        NotFoundError: When there is no such base.
    """
    if way == "preset":
        kind = "preset"
    check_new(library, kind, name)
    match way, kind:
        case "copy", _:
            return _copy(library, kind, name, base)
        case "extend", "recipe":
            return _extending(library, name, load(base, library=library))
        case "preset", _:
            load(base, library=library)
            text = f"title: {quoted(spoken(name))}\nextends: {base}\nvalues: {{}}\n"
            return Beginning((own_text(library, "preset", name, text),))
        case "empty", ("recipe" | "strategy"):
            text, template = (_RECIPE, _RECIPE_TEMPLATE) if kind == "recipe" else (_STRATEGY, _STRATEGY_TEMPLATE)
            own = own_text(library, kind, name, text.format(title=quoted(spoken(name))))
            return Beginning((own, *_new_template(library, _template_of(kind, name), template)))
        case "empty", "template":
            return Beginning((own_text(library, kind, name, ""),))
    raise InputError(f"A {kind} cannot begin like that. Choose another way.")


def _extending(library: Library, name: str, base: Recipe) -> Beginning:
    """Return a file on top of a recipe, with a setting of its own and words of its own below those of the other one.

    Its example is the first of the other one that needs no pictures.
    """
    words = base.spec.template if not base.spec.turns else None
    templates = _new_template(library, _template_of("recipe", name), _ADDING.format(words)) if words else ()
    lines = [_ON_TOP.format(base.name), f"title: {quoted(spoken(name))}", f"extends: {base.name}"]
    lines += [f"template: {template.name}" for template in templates]
    if base.spec.turns:
        named = dict.fromkeys(turn.template or base.spec.template or f"{base.name}.j2" for turn in base.spec.turns)
        lines.append(_OF_TURNS.format(series(named)))
    ratio = base.settings.aspect_ratio
    lines += [
        "",
        _OVERRIDE,
        f"summary: {quoted(base.spec.summary)}" if base.spec.summary else "summary: Say what it is for.",
    ]
    lines += [f"settings: {{aspect_ratio: {quoted(ratio)}}}"] if ratio else []
    lines += ["", _PARAMETER]
    plain = (example for example in base.spec.examples.items() if not base.references.keys() & example[1].values.keys())
    for key, example in list(plain)[:1]:
        lines += ["examples:", f"  {key}:"]
        lines += [f"    uses: {_flow(example.uses)}"] if example.uses else []
        settings = example.settings.model_dump(exclude_unset=True)
        lines += [f"    settings: {quoted(settings)}"] if settings else []
        lines += [f"    values: {quoted(example.values)}"]
    own = own_text(library, "recipe", name, "\n".join(lines) + "\n")
    return Beginning((own, *templates), (_EXTENDS.format(base.name),), base.name)


_ON_TOP: Final = "# Everything that does not stand here comes from '{}', and follows it when it changes."
_OF_TURNS: Final = "# Its words stand in {}: copy what you want to change, and name it in turns of your own (turns:)."
_OVERRIDE: Final = "# What stands here takes the place of what the other one says:"
_PARAMETER: Final = """\
# A parameter that stands here is asked, too; {{ season }} prints it in the template. One that has the name of a
# parameter of the other recipe takes the place of the whole of it.
# parameters:
#   season: {type: text, title: Season, examples: [early spring]}
"""
_ADDING: Final = """\
{{% include "{}" %}}

{{# Write further sentences below, such as: The season is {{{{ season }}}}. #}}
"""
_EXTENDS: Final = (
    "It has everything of '{}': add only keys that differ. A parameter that stands here takes the place of the whole "
    "parameter of that name."
)


def from_values(library: Library, kind: str, name: str, filled: FilledIn, *, locked: bool = False) -> Beginning:
    """Return a preset with values filled in, or a recipe on top of theirs with an example made of them.

    Args:
        library: The library as it is saved.
        kind: ``preset`` or ``recipe``.
        name: The name of the new file.
        filled: The values.
        locked: Whether no form may change the values of the preset.

    Raises:
        InputError: When it cannot have that name.
        NotFoundError: When there is no such recipe.
    """
    check_new(library, kind, name)
    base = load(filled.recipe, library=library)
    if filled.recipe not in library.names("recipe"):  # a preset: its values are among those that were filled in
        base = load(library.preset(filled.recipe).spec.extends, library=library)
    form = base.using(*filled.uses).form
    values = {key: value for key, value in filled.values.items() if key in form.parameters}
    title = f"{base.title}: {spoken(name)}"
    lines = [f"title: {quoted(title)}", f"extends: {base.name}"]
    start = own_root(library).recipes if kind == "recipe" else library.project.root
    pictures = {
        slot: [os.path.relpath(path, start).replace(os.sep, "/") for path in paths]
        for slot, paths in filled.pictures.items()
        if slot in form.references
    }
    given = {**values, **pictures}
    if kind == "preset":
        lines += [f"uses: {_flow(filled.uses)}"] if filled.uses else []
        lines += ["values:", *_entries(given, 2)] if given else ["values: {}"]
        lines += ["settings:", *_entries(filled.settings, 2)] if filled.settings else []
        lines += ["locked: all"] if locked and given else []
    else:
        lines += ["examples:", "  first:"]
        lines += [f"    uses: {_flow(filled.uses)}"] if filled.uses else []
        lines += ["    settings:", *_entries(filled.settings, 6)] if filled.settings else []
        lines += ["    values:", *_entries(given, 6)] if given else ["    values: {}"]
    text = "\n".join(lines) + "\n"
    note = (
        "These values fill the form in; people may change them unless they are locked."
        if kind == "preset"
        else "The values are an example of the new recipe: people begin with it, and it shows what a change does."
    )
    return Beginning((own_text(library, kind, name, text),), (note,), base.name)


def quoted(value: Any) -> str:
    """Return a value as YAML on one line, which means the same to every reader of YAML."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _flow(entries: Iterable[str]) -> str:
    return f"[{', '.join(entries)}]"


def _entries(values: Mapping[str, Any], indent: int) -> Iterator[str]:
    return (f"{' ' * indent}{key}: {quoted(value)}" for key, value in values.items())


def _copy(library: Library, kind: str, name: str, base: str) -> Beginning:
    source = written_text(library, kind, base)
    if kind in {"template", "preset"}:
        text = _retitled(source.text, spoken(name)) if kind == "preset" else source.text
        return Beginning((own_text(library, kind, name, text),), (), base)
    text, removed = _without_pictures(source, library)
    spec = (library.recipe(base) if kind == "recipe" else library.strategy(base)).spec
    extends = getattr(spec, "extends", None)
    template = spec.template or ("" if extends else _template_of(kind, base))
    texts: tuple[WrittenText, ...] = ()
    if template in names(library, "template"):
        text = _TEMPLATE_LINE.sub("", text)
        words = written_text(library, "template", template).text
        texts = _new_template(library, _template_of(kind, name), words)
    notes = [f"It no longer follows '{base}'; templates that it includes or that its turns name stay shared."]
    if removed:
        gone = f"{counted(len(removed), 'example')} with pictures {'was' if len(removed) == 1 else 'were'}"
        notes.append(f"{gone} left out, because the pictures are elsewhere.")
    text = _retitled(text, spoken(name))
    return Beginning((own_text(library, kind, name, text), *texts), tuple(notes), base)


def _retitled(text: str, title: str) -> str:
    """Return the text of a file with another title, so that nobody takes the two for each other."""
    line = f"title: {quoted(title)}\n"
    changed, count = _TITLE.subn(lambda _: line, text, count=1)
    return changed if count else line + text


def _template_of(kind: str, name: str) -> str:
    return f"strategies/{name}.j2" if kind == "strategy" else f"{name}.j2"


def _new_template(library: Library, name: str, text: str) -> tuple[WrittenText, ...]:
    """Return a new template; one that is there already is used as it is."""
    if name in names(library, "template"):
        there = written_text(library, "template", name)
        return (there,) if there.own else ()
    return (own_text(library, "template", name, text),)


def _without_pictures(source: WrittenText, library: Library) -> tuple[str, list[str]]:
    """Return the text of a recipe or strategy without the examples that name pictures, and their names."""
    file = YamlFile(source.path, source.label, source.text)
    examples = example_recipes(source.kind, source.name, library)
    removed = [
        name for name, recipe in examples.items() if recipe.references.keys() & recipe.spec.examples[name].values.keys()
    ]
    lines = source.text.splitlines(keepends=True)
    starts = {name: (file.place("examples", name, of_key=True).line or 1) - 1 for name in examples}
    following = [index for index, line in enumerate(lines) if re.match(r"[^\s#]", line)]
    for name in sorted(removed, key=starts.__getitem__, reverse=True):
        start = starts[name]
        ends = [at for at in (*starts.values(), *following, len(lines)) if at > start]
        del lines[start : min(ends)]
    text = "".join(lines)
    if removed and len(removed) == len(examples):
        text = re.sub(r"^examples:[ \t]*\n", "", text, flags=re.MULTILINE)
    return text, removed
