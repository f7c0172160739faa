"""The brand of a project: its name, colours, fonts, tone and logo, from ``brand.yaml``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from prompt_kit.errors import InputError, Problem, did_you_mean
from prompt_kit.recipe.values import color_words
from prompt_kit.support.files import inside, is_there
from prompt_kit.support.messages import explain
from prompt_kit.support.words import clause, stopped
from prompt_kit.support.yamlfile import YamlFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from prompt_kit.project import Project

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Brand(BaseModel):
    """What every picture of a brand has in common; each key may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    name: Words | None = None
    """What the brand is called."""
    colors: dict[Words, Words] | Annotated[list[Words], BeforeValidator(_listed)] = {}
    """The colours by what they are for, such as ``accent: "#ffcc00"``; or a list."""
    fonts: dict[Words, Words] | Annotated[list[Words], BeforeValidator(_listed)] = {}
    """The typefaces, described in words, by what they are for, such as ``headlines: a sturdy grotesque``; or a list."""
    tone: Words | None = None
    """How the brand speaks, such as ``warm and dry-witted``."""
    photography: Words | None = None
    """How its photographs look."""
    illustration: Words | None = None
    """How its drawings look."""
    avoid: dict[Words, Words] | Annotated[list[Words], BeforeValidator(_listed)] = {}
    """What is never to be seen, each with what is there instead; or a list of things, as they follow "no"."""
    logo: Annotated[list[Words], BeforeValidator(_listed)] = []
    """The files of the logo, from the folder of the project."""


KEYS: Final = tuple(Brand.model_fields)


def read_brand(project: Project) -> tuple[Brand, list[Problem]]:
    """Return the brand of a project, and what is wrong with its file.

    A field that cannot be used is left out and reported as a problem; the other fields are used. Without a file,
    the brand is empty and the only problem is that there is none.
    """
    path = project.root / project.brand
    if not is_there(path):
        return Brand(), [Problem(f"There is no {project.brand} in {project.root}; the brand adds nothing.")]
    try:
        file = YamlFile(path, project.brand)
    except InputError as error:
        return Brand(), list(error.problems)
    if not isinstance(file.data, dict):
        return Brand(), [file.problem(f"must be a mapping with keys such as {', '.join(KEYS[:3])}.")]
    problems: list[Problem] = []
    fields = {key: value for key, value in file.data.items() if _is_usable(key, value, file, project.root, problems)}
    return Brand.model_validate(fields), problems


def values_of(brand: Brand, root: Path, unwanted: Mapping[str, str]) -> dict[str, Any]:
    """Return what the brand fills into the parameters of a strategy.

    Args:
        brand: The brand.
        root: The folder of the project, from which the files of the logo are found.
        unwanted: How common unwanted things are called in a prompt, by the name of the thing.
    """
    filled: dict[str, Any] = {
        "brand": brand.name,
        "brand_colors": list(_colors(brand)),
        "brand_fonts": _for_what(brand.fonts, "{purpose} in {words}"),
        "brand_tone": brand.tone,
        "brand_photography": brand.photography,
        "brand_illustration": brand.illustration,
        "brand_instead": list(brand.avoid.values()) if isinstance(brand.avoid, dict) else [],
        "brand_avoid": [] if isinstance(brand.avoid, dict) else [_unwanted(thing, unwanted) for thing in brand.avoid],
        "brand_logo": [root / file for file in brand.logo],
    }
    return {name: value for name, value in filled.items() if value}


def _is_usable(key: Any, value: Any, file: YamlFile, root: Path, problems: list[Problem]) -> bool:
    if key not in KEYS:
        hint = did_you_mean(str(key), KEYS) or f"There are: {', '.join(KEYS)}."
        problems.append(file.problem(f"unknown key '{key}'. {hint}", key, of_key=True))
        return False
    if value is None:
        return False
    try:
        Brand.model_validate({key: value})
    except ValidationError as error:
        # Of a mapping and a list, the errors of what was written are those that go deepest.
        deepest = max(error.errors(include_url=False), key=lambda error: len(file.keys(error["loc"])))
        keys = file.keys(deepest["loc"])
        problems.append(file.problem(f"{file.name(keys)}: {stopped(explain(deepest))}", *keys))
        return False
    wrong = list(_wrong_colors(value, file) if key == "colors" else _wrong_files(value, file, root, key))
    problems += wrong
    return not wrong


def _wrong_colors(value: Any, file: YamlFile) -> Iterator[Problem]:
    named = value.items() if isinstance(value, dict) else enumerate(_listed(value))
    for name, color in named:
        try:
            color_words(color)
        except ValueError as error:
            yield file.problem(f"colors: {color} {stopped(str(error))}", "colors", name)


def _wrong_files(value: Any, file: YamlFile, root: Path, key: str) -> Iterator[Problem]:
    for name in _listed(value) if key == "logo" else ():
        try:
            if not inside(root, name).is_file():
                yield file.problem(f"logo: there is no file {name} in {root}.", "logo")
        except InputError as error:
            yield file.problem(f"logo: {error}", "logo")


def _colors(brand: Brand) -> Iterator[str]:
    if isinstance(brand.colors, dict) and len(brand.colors) > 1:
        for role, color in brand.colors.items():
            yield f"{color_words(color)} as the {role.removesuffix(' colour')} colour"
    else:
        yield from map(color_words, brand.colors.values() if isinstance(brand.colors, dict) else brand.colors)


def _for_what(named: Mapping[str, str] | list[str], form: str) -> list[str]:
    if isinstance(named, list):
        return list(named)
    return [form.format(purpose=purpose, words=clause(words)) for purpose, words in named.items()]


def _unwanted(thing: str, unwanted: Mapping[str, str]) -> str:
    return unwanted.get(thing.lower().replace(" ", "-"), thing)
