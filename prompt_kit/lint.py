"""What no schema can see: parameters nobody uses, branches nobody tries, words that work against the picture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from jinja2 import nodes

from prompt_kit.assembly import load
from prompt_kit.errors import InputError, Problem, PromptKitError
from prompt_kit.library import FOLDERS, Library, Root, built_in
from prompt_kit.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from prompt_kit.errors import Place
    from prompt_kit.library import Found
    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe import Example
    from prompt_kit.spec import RecipeSpec
    from prompt_kit.templating import Program

_MARK: Final = "\x01"
_PLACEHOLDER = re.compile(r"\[[A-Za-z][\w /,.'-]*\]|<[a-z][\w -]*>|\bTODO\b|\bXXX\b|\blorem ipsum\b", re.IGNORECASE)
_RATIO = re.compile(r"\b\d{1,2}:\d{1,2}\b|\b\d{3,5}\s?[x×]\s?\d{3,5}\b|\b[1248]K (?:resolution|image|picture)\b")
_NEGATIVE = re.compile(
    r"\b(?:no|without|avoid(?:ing)?|never|don['’]t|do not|must not|should not)\s+(?:any\s+)?(\w+)",
    re.IGNORECASE,
)
_WHITE = re.compile(r"\bwhite background\b", re.IGNORECASE)
_TRANSPARENT = re.compile(r"\btransparent background\b|\bbackground (?:is|must be) transparent\b", re.IGNORECASE)
_FLAWS: Final = (
    (re.compile(r" {2}"), "there are two spaces in a row"),
    (re.compile(r"\s[,.;:!?](?:\s|$)"), "there is a space before a comma or stop"),
    (re.compile(r",\s*[,.;]|[.!?]\s*,"), "two stops or commas meet"),
    (re.compile(r"\bNone\b"), "a value that was left out shows as 'None'"),
    (re.compile(r"\ba [aeio]\w|\ban [bcdfgjklmnpqrstvwyz]\w{2}"), "'a' and 'an' are mixed up"),
)


def check(library: Library, only: Sequence[Path] = ()) -> list[Problem]:
    """Return every problem of the recipes, strategies and presets of a library, file by file.

    Args:
        library: Where to look.
        only: Certain files; all when left out.
    """
    wanted = {path.resolve() for path in only}
    problems: list[Problem] = []
    for kind in FOLDERS:
        for name in library.names(kind):
            problems += _check_file(library, kind, name, wanted)
    return problems


def library_of(path: Path) -> tuple[Library, tuple[Path, ...]]:
    """Return the library a path belongs to, and the files in it that the path names (none: all of them).

    The path is a recipe file, a folder of recipe files, or a folder that holds ``recipes/`` and ``templates/``.

    Raises:
        InputError: When there is nothing of that kind.
    """
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder.")
    folder = path.parent if path.is_file() else path
    if folder.name in {name.strip("/") for name in FOLDERS.values()}:
        folder = folder.parent
    recipes = folder / "recipes" if (folder / "recipes").is_dir() else folder
    root = Root(recipes, recipes.parent / "templates", recipes.parent.name)
    library = Library(roots=(root, Root(*built_in(), "built in")) if recipes.resolve() != built_in()[0] else (root,))
    files = [path] if path.is_file() else [file for f in FOLDERS.values() for file in (recipes / f).glob("*.yaml")]
    if not files:
        raise InputError(f"{path}: there are no recipe files here.")
    return library, tuple(files)


def _check_file(library: Library, kind: str, name: str, wanted: set[Path]) -> list[Problem]:
    try:
        found: Found[RecipeSpec] = getattr(library, kind)(name)
    except PromptKitError as error:
        bad = next(path for path in library.paths(kind) if path.stem == name)
        return _problems(error) if not wanted or bad.resolve() in wanted else []
    if wanted and found.file.path.resolve() not in wanted:
        return []
    try:
        if kind == "strategy":
            return []
        recipe = load(name, library=library)
        _ = recipe.plans
    except PromptKitError as error:
        return _problems(error, found.file.place())
    return [] if kind == "preset" else list(_check_recipe(recipe, found))


def _problems(error: PromptKitError, place: Place | None = None) -> list[Problem]:
    if isinstance(error, InputError):
        return [Problem(p.message, p.place or place, p.parameter) for p in error.problems]
    return [Problem(str(error), place)]


def _check_recipe(recipe: Recipe, found: Found[RecipeSpec]) -> Iterator[Problem]:
    for name in _unused(recipe):
        yield found.file.problem(
            f"no template uses the parameter '{name}'. Use it or leave it out.", "parameters", name
        )
    programs = {id(plan.program): plan.program for plan in recipe.plans}
    for program in programs.values():
        yield from _words(recipe, program)
    prompts: dict[str, Prompt] = {}
    for name in recipe.examples:
        try:
            prompts[name] = recipe.render_example(name)
        except PromptKitError as error:
            for problem in _problems(error):
                yield found.file.problem(f"example '{name}': {problem.message}", "examples", name)
    for name, prompt in prompts.items():
        for flaw in _flaws(prompt):
            yield found.file.problem(f"example '{name}': {flaw}.", "examples", name)
    if not recipe.examples:
        yield found.file.problem("there are no examples. Add one, so that the prompt can be held still.", "examples")
    elif len(prompts) == len(recipe.examples):
        yield from _untried_choices(recipe, found)
        yield from _untried_branches(recipe)


def _unused(recipe: Recipe) -> list[str]:
    used = {name for plan in recipe.plans for name in plan.program.names}
    used |= {other for p in recipe.parameters.values() for other in p.show_if}
    used |= {slot.described_by or "" for slot in recipe.references.values()}
    used |= {plan.for_each or "" for plan in recipe.plans}
    return [name for name in recipe.spec.parameters if name not in used]


def _words(recipe: Recipe, program: Program) -> Iterator[Problem]:
    """Look at the template's own words, never at values."""
    for data in program.tree.find_all(nodes.TemplateData):
        for pattern, message in (
            (_PLACEHOLDER, "'{}' looks like a placeholder that was left. Make it a parameter."),
            (
                _RATIO,
                "'{}' stands in the words. The settings say the format; words that differ confuse the model.",
            ),
        ):
            for match in pattern.finditer(data.data):
                yield Problem(message.format(match[0]), _place(program, data, match))
        if recipe.task == "create":
            for match in _NEGATIVE.finditer(data.data):
                yield Problem(
                    f"'{match[0]}' names what should not be seen, and the model reads '{match[1]}'."
                    " Say what is there instead.",
                    _place(program, data, match),
                )


def _place(program: Program, data: nodes.TemplateData, match: re.Match[str]) -> Place:
    return program.place(data.lineno + data.data.count("\n", 0, match.start()))


def _flaws(prompt: Prompt) -> Iterator[str]:
    text = str(prompt)
    yield from (f"{what}: '{_around(text, match)}'" for pattern, what in _FLAWS for match in pattern.finditer(text))
    if _WHITE.search(text) and _TRANSPARENT.search(text):
        yield "the background is white and transparent at once"
    if prompt.settings.aspect_ratio:
        for match in re.finditer(r"\b\d{1,2}:\d{1,2}\b", text):
            if match[0] in _RATIOS and match[0] != prompt.settings.aspect_ratio:
                yield f"the words say {match[0]}, the settings {prompt.settings.aspect_ratio}"


_RATIOS: Final = frozenset("1:1 1:4 1:8 2:3 3:2 3:4 4:1 4:3 4:5 5:4 8:1 9:16 16:9 21:9".split())


def _around(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 15) : match.end() + 15].replace("\n", " ").strip()


def _untried_choices(recipe: Recipe, found: Found[RecipeSpec]) -> Iterator[Problem]:
    for name, parameter in recipe.spec.parameters.items():
        choices: Iterable[str] = getattr(parameter, "choices", ())
        if not choices:
            continue
        tried: set[str] = set()
        for example in recipe.examples.values():
            value = example.values.get(name, parameter.default)
            tried.update([value] if isinstance(value, str) else value or ())
        left = [choice for choice in choices if choice not in tried]
        if left:
            yield found.file.problem(f"no example tries {name}: {', '.join(left)}.", "parameters", name, "choices")


def _untried_branches(recipe: Recipe) -> Iterator[Problem]:
    seen: set[str] = set()
    marks: dict[str, tuple[Program, int, str]] = {}
    # A fresh recipe: its programs are compiled anew, with marks in their branches.
    marked = Recipe(recipe.name, recipe.spec, recipe.library, recipe.folder, recipe.strategies, recipe.fixed)
    own = {*recipe.spec.parameters, *recipe.references}
    for number, plan in enumerate(marked.plans):
        if plan.program.template is None:
            _mark(plan.program, f"{number}", marks, own)
    for example in recipe.examples.values():
        seen.update(_marks_seen(marked, example))
    reported: set[tuple[str, str]] = set()
    for mark, (program, line, what) in marks.items():
        place = program.place(line)
        if mark not in seen and (str(place), what) not in reported:
            reported.add((str(place), what))
            yield Problem(f"no example shows {what}.", place)


def _mark(program: Program, prefix: str, marks: dict[str, tuple[Program, int, str]], own: set[str]) -> None:
    branches = list(program.tree.find_all(nodes.If))
    chained = {id(branch) for parent in branches for branch in parent.elif_}
    for number, branch in enumerate(branches):
        names = {name.name for name in branch.test.find_all(nodes.Name)} | (
            {branch.test.name} if isinstance(branch.test, nodes.Name) else set()
        )
        if not names <= own | {"turn", "earlier", "item"} and not names & own:
            continue  # a strategy's own branch: its examples are elsewhere
        shown = ", ".join(sorted(names)) or "this condition"
        for body, word in ((branch.body, "true"), (branch.else_, "false")):
            if word == "false" and id(branch) in chained:
                continue  # what is false here is the business of the chain's first branch
            mark = f"{_MARK}{prefix}.{number}.{word}{_MARK}"
            body.insert(0, nodes.Output([nodes.TemplateData(mark, lineno=branch.lineno)], lineno=branch.lineno))
            marks[mark] = program, branch.lineno, f"the case in which the condition on {shown} is {word}"


def _marks_seen(recipe: Recipe, example: Example) -> list[str]:
    # The strategies an example adds have templates of their own; what counts here is the recipe's.
    names = {*recipe.parameters, *recipe.references}
    values = {name: value for name, value in example.values.items() if name in names}
    text = str(recipe.render(settings=example.settings, **values))
    return re.findall(f"{_MARK}[^{_MARK}]+{_MARK}", text)
