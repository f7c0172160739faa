"""What somebody is writing: the texts as they were sent, and all that the page shows of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import InputError, PromptKitError
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Library
from prompt_kit.review.diff import phrasing
from prompt_kit.review.diff.json_report import plain
from prompt_kit.review.writing.reference import reference
from prompt_kit.review.writing.texts import own_text, written_text
from prompt_kit.review.writing.trying import tried
from prompt_kit.studio.answers import Answers, as_answer
from prompt_kit.studio.fieldviews import labels_of, sections_of

if TYPE_CHECKING:
    from starlette.datastructures import FormData

    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.review.writing.texts import WrittenText
    from prompt_kit.review.writing.trying import ExampleToShow, TriedTexts
    from prompt_kit.studio.fieldviews import FormSection

FOLDER_OF: Final = {"recipe": "recipes", "strategy": "strategies", "preset": "presets", "template": "templates"}
"""How addresses call the kinds of files."""

KIND_OF: Final = {folder: kind for kind, folder in FOLDER_OF.items()}

MOST_TEXTS: Final = 20
"""Most texts of one page: a recipe and its own templates."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A file that somebody is looking at or changing, with the templates that belong to it."""

    kind: str
    name: str
    texts: tuple[WrittenText, ...]
    example: str = ""
    """Whose prompt is shown."""
    others: tuple[WrittenText, ...] = ()
    """Templates that it uses and that are not its own."""
    base: str = ""
    """What a new file began as; it is compared with that until it is saved."""

    @property
    def address(self) -> str:
        """Where its page is."""
        return f"/write/{FOLDER_OF[self.kind]}/{self.name}"

    @property
    def own(self) -> bool:
        """Whether the project may change it."""
        return self.texts[0].own

    @property
    def new(self) -> bool:
        """Whether nothing of it is saved yet."""
        return self.texts[0].new


def opened(library: Library, kind: str, name: str) -> Writing:
    """Return a file as it is saved, with the templates that it uses.

    Raises:
        NotFoundError: When there is no such file.
        InputError: When it cannot be read as text.
    """
    first = written_text(library, kind, name)
    templates = [written_text(library, "template", source) for source in _templates(library, kind, name)]
    same = [text for text in templates if text.own == first.own and _belongs(text.name, name)]
    return Writing(kind, name, (first, *same), others=tuple(text for text in templates if text not in same))


def sent_writing(library: Library, sent: FormData) -> Writing:
    """Return texts as a form has sent them; each must be one of the project's own files.

    Raises:
        InputError: When one is not, or there are none.
    """
    columns = [[str(value) for value in sent.getlist(f"file.{key}")] for key in ("kind", "name", "digest", "text")]
    if len({len(column) for column in columns}) != 1 or not 1 <= len(columns[0]) <= MOST_TEXTS:
        raise InputError("The form has no texts, or parts of them are missing. Reload the page and try again.")
    texts = tuple(
        own_text(library, kind, name, _lines(text), digest) for kind, name, digest, text in zip(*columns, strict=True)
    )
    return Writing(
        texts[0].kind, texts[0].name, texts, str(sent.get("example") or ""), base=str(sent.get("base") or "")
    )


def shown(library: Library, writing: Writing) -> dict[str, Any]:
    """Return all that a page shows of texts."""
    texts = writing.texts if writing.own else ()
    result = tried(library, (writing.kind, writing.name), texts, writing.base)
    chosen = next((example for example in result.examples if example.key == writing.example), None)
    chosen = chosen or (result.examples[0] if result.examples else None)
    prompt, why_not = _prompt(chosen)
    recipe = chosen.recipe if chosen and writing.kind != "preset" else result.recipe
    return {
        "writing": writing,
        "tried": result,
        "chosen": chosen,
        "prompt": prompt,
        "why_not": why_not,
        "form_recipe": recipe,
        "sections": _sections(recipe, chosen),
        "labels": labels_of(recipe.form) if recipe else {},
        "where": {text.label: f"text-{number}" for number, text in enumerate(writing.texts)},
        "summary": _summary(result),
        "phrasing": phrasing,
        "mark": _mark(writing, result),
        "reference": reference(Library(library.project, unsaved={t.path: t.text for t in texts}), recipe),
        "folder_of": FOLDER_OF,
    }


def _mark(writing: Writing, result: TriedTexts) -> str:
    """Return what is equal for the same texts that change the same in every prompt; it says that this was seen."""
    texts = [[text.kind, text.name, text.text, text.digest] for text in writing.texts]
    changes = plain(result.changes)["recipes"] if result.changes else []
    return hashlib.sha256(json.dumps([texts, changes]).encode()).hexdigest()


def _templates(library: Library, kind: str, name: str) -> list[str]:
    """Return the templates of a recipe, strategy or preset, its own first; only the usual ones where it is broken."""
    usual = {"recipe": f"{name}.j2", "strategy": f"strategies/{name}.j2"}.get(kind, "")
    try:
        recipe = load("photorealistic", library=library).using(name) if kind == "strategy" else None
        recipe = recipe or (load(name, library=library) if kind != "template" else None)
        turns = recipe.turn_templates if recipe else ()
        named = [source.name for turn in turns for source in turn.program.sources]
    except PromptKitError:
        named = []
    if kind == "strategy":
        named = [source for source in named if source.startswith("strategies/")]
    there = []
    for template in dict.fromkeys(filter(None, (usual, *named))):
        try:
            written_text(library, "template", template)
        except PromptKitError:
            continue
        there.append(template)
    return there[: MOST_TEXTS - 1]


def _belongs(template: str, name: str) -> bool:
    """Return whether a template is only there for a file of this name, as its own name says."""
    stem = template.rpartition("/")[2].removesuffix(".j2")
    return stem == name or stem.startswith(f"{name}-")


def _lines(text: str) -> str:
    """Return a text as it was typed; browsers end lines with a carriage return, too."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _prompt(example: ExampleToShow | None) -> tuple[Prompt | None, str]:
    """Return the prompt of an example, or why there is none."""
    if example is None:
        return None, ""
    try:
        return example.prompt(), ""
    except PromptKitError as error:
        return None, str(error)


def _sections(recipe: Recipe | None, example: ExampleToShow | None) -> list[FormSection]:
    if recipe is None:
        return []
    given = example.values if example else {}
    values = {key: as_answer(value) for key, value in given.items() if key in recipe.form.parameters}
    return sections_of(recipe.form, Answers(values), (), ())


def _summary(result: TriedTexts) -> str:
    """Return in one sentence what becomes of the prompts."""
    if result.changes and not result.changes.recipes:
        return "No prompt is changed."
    return phrasing.summary(result.changes) if result.changes else ""


def accepted(writing: Writing, digests: dict[str, str]) -> Writing:
    """Return texts that may replace the files with these hashes, because somebody has looked at both."""
    texts = tuple(replace(text, digest=digests.get(f"{text.kind}/{text.name}", text.digest)) for text in writing.texts)
    return replace(writing, texts=texts)
