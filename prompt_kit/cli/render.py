"""The command ``render``, with one subcommand per recipe, and what all commands have that fill in recipes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from prompt_kit.cli.options import FILL_IN, given, options_of, with_option
from prompt_kit.cli.output import Command, Group, give, give_json, talk
from prompt_kit.errors import InputError, NotFoundError, Problem, PromptKitError
from prompt_kit.prompt import SIZES, TIERS
from prompt_kit.recipe.assembly import load, with_preset
from prompt_kit.recipe.library import Library
from prompt_kit.recipe.slots import as_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.support.yamlfile import YamlFile

INPUT_OPTIONS = [
    click.Option(
        ["--values", "values_file"],
        type=click.Path(dir_okay=False),
        help="YAML file of values.",
        metavar="FILE",
    ),
    click.Option(["--example"], help="Start from the values of this example.", metavar="NAME"),
    click.Option(["--preset"], help="Fill in the values of this preset.", metavar="NAME"),
    click.Option(["--ask"], is_flag=True, help="Ask for what is not given, one question after the other."),
    click.Option(["--use"], multiple=True, help="Mix in a strategy. Repeat it for several.", metavar="STRATEGY"),
    click.Option(
        ["--aspect-ratio"],
        help="Width to height: 1:1 for a web shop or post, 9:16 for a story, 16:9 for a slide, 21:9 for a banner.",
        metavar="W:H",
    ),
    click.Option(["--size"], help="How large the picture is made.", metavar=f"[{'|'.join(SIZES)}]"),
    click.Option(["--tier"], help="How good it must be.", metavar=f"[{'|'.join(TIERS)}]"),
    click.Option(["--model"], help="A certain model, by id.", metavar="ID"),
    click.Option(["--thinking"], help="How long the model may think.", metavar="[minimal|low|medium|high]"),
    click.Option(["--grounding"], help="What the model may look up first.", metavar="[web|web+images]"),
    click.Option(
        ["--safety"],
        help="How much the adjustable filters hold back.",
        metavar="[block-most|block-some|block-few|block-none|off]",
    ),
    click.Option(["--thoughts"], is_flag=True, default=None, help="Also keep the model's thinking and its drafts."),
    click.Option(["--guide"], is_flag=True, help="Also send a picture of the layout: boxes with labels."),
    click.Option(["--json", "as_json"], is_flag=True, help="Print JSON."),
]
SETTINGS = ("aspect_ratio", "size", "tier", "model", "thinking", "grounding", "safety", "thoughts")


class RecipeCommands(Group):
    """One command per recipe and preset, made when it is asked for."""

    def __init__(self, *args: Any, act: Callable[..., None], extra: list[click.Option], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.act, self.extra = act, extra

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all recipes and presets."""
        library = _library(ctx)
        return sorted({*library.names("recipe"), *library.names("preset")})

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Look ahead for strategies and a preset: they bring options of their own, or fix some."""
        ctx.meta["uses"] = after(args, "--use")
        ctx.meta["presets"] = after(args, "--preset")
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Make the command of a recipe, with its parameters as options."""
        recipe = load(cmd_name, library=_library(ctx))
        for preset in ctx.meta.get("presets", ()):
            recipe = with_preset(recipe, preset)
        recipe = recipe.using(*ctx.meta.get("uses", ()))
        for note in recipe.notes:
            talk(str(note))
        return Command(
            cmd_name,
            params=[*self.asked(ctx, recipe), *INPUT_OPTIONS, *self.extra],
            callback=partial(self.act, recipe),
            help=f"{recipe.title}. {recipe.spec.summary}" + (f"\n\n{FILL_IN}" if "notes" in recipe.parameters else ""),
            short_help=recipe.spec.summary or recipe.title,
            context_settings={"show_default": False},
        )

    def asked(self, ctx: click.Context, recipe: Recipe) -> Iterable[click.Option]:
        """Return the options for what a recipe asks."""
        return options_of(recipe)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of recipes; one that cannot be read does not hide the others."""
        rows = []
        for name in self.list_commands(ctx):
            try:
                rows.append((name, load(name, library=_library(ctx)).spec.summary))
            except PromptKitError as error:
                rows.append((name, f"(cannot be read: {str(error).splitlines()[0]})"))
        with formatter.section("Recipes"):
            formatter.write_dl(rows)


def render_recipe(recipe: Recipe, **options: Any) -> None:
    """Print the prompt, and nothing else."""
    prompt = rendered(recipe, options)
    if options["as_json"]:
        give_json(prompt.to_dict() | {"fingerprint": prompt.fingerprint})
    else:
        give(str(prompt))


render = RecipeCommands(
    "render",
    act=render_recipe,
    extra=[],
    help="Print the prompt that values make, and nothing else.",
    no_args_is_help=True,
)


class Inputs(NamedTuple):
    """The values that were given for a recipe: those of example, file and options; later ones replace earlier ones."""

    recipe: Recipe
    """With the strategies of its example."""
    values: dict[str, Any]
    settings: dict[str, Any]
    file: YamlFile | None
    on_line: dict[str, Any]
    """The values that were given on the command line."""
    answers: dict[str, Any]
    """The values that were answered to questions."""

    def placed(self, error: InputError) -> InputError:
        """Return the problems with their place in the values file, or with their option."""
        return InputError([self._placed(problem) for problem in error.problems])

    def _placed(self, problem: Problem) -> Problem:
        name, file = problem.parameter, self.file
        if file is not None and name is not None and name in file.data and name not in self.on_line:
            unknown = name not in self.recipe.parameters and name not in self.recipe.references
            return problem._replace(place=file.place(name, of_key=unknown))
        return with_option(problem, self.settings)


def inputs(recipe: Recipe, options: dict[str, Any], *, elsewhere: Iterable[str] = ()) -> Inputs:
    """Put example, file and options together; what comes from ``elsewhere`` is not asked for."""
    values: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    file: YamlFile | None = None
    if name := options["example"]:
        example = recipe.examples.get(name)
        if example is None:
            raise NotFoundError("example", name, recipe.examples)
        recipe = recipe.using(*example.uses)
        values |= example.values
        settings |= example.settings.to_dict()
    if path := options["values_file"]:
        file, read = _values(recipe, Path(path))
        values |= read
    on_line = given(recipe, options)
    values |= on_line
    answers: dict[str, Any] = {}
    if options["ask"]:
        from prompt_kit.cli.questions import ask

        answers = ask(recipe, dict.fromkeys(elsewhere, "") | values)
        values |= answers
    settings |= {name: options[name] for name in SETTINGS if options[name] is not None}
    values = {name: as_paths(value) if name in recipe.form.slot_names else value for name, value in values.items()}
    return Inputs(recipe, values, settings, file, on_line, answers)


def rendered(recipe: Recipe, options: dict[str, Any]) -> Prompt:
    """Return the prompt that options make, and print its notes.

    Raises:
        InputError: With every problem of what was entered, each at its option or its place in the values file.
    """
    entered = inputs(recipe, options)
    try:
        who = options.get("generator") or recipe.library.project.generator
        prompt = entered.recipe.render(entered.values, settings=entered.settings, generator=who)
        if options["guide"]:
            from prompt_kit.work.guiding import with_guide

            prompt = with_guide(prompt, generator=who, project=recipe.library.project)
    except InputError as error:
        if entered.answers:
            from prompt_kit.cli.questions import tell_kept

            tell_kept(entered.answers)
        raise entered.placed(error) from error
    # Whoever looks at an example has written nothing that could be shorter.
    example = recipe.examples.get(options["example"] or "")
    own = example is None or entered.values != example.values
    for note in filter(None, (*prompt.notes, own and prompt.length_note)):
        talk(str(note))
    return prompt


def _values(recipe: Recipe, path: Path) -> tuple[YamlFile, dict[str, Any]]:
    from prompt_kit.support.yamlfile import YamlFile

    file = YamlFile(path)
    if not isinstance(file.data, dict):
        raise InputError(f"{path}: the file must be a mapping of parameter names to values.")
    odd = [key for key in file.data if not isinstance(key, str) or not key.isidentifier()]
    if odd:
        raise InputError([file.problem(f"'{key}' is not the name of a parameter.", key, of_key=True) for key in odd])
    pictures = {
        name: _from_folder(path.parent, value) for name, value in file.data.items() if name in recipe.form.slot_names
    }
    return file, file.data | pictures


def _from_folder(folder: Path, value: Any) -> Any:
    """Return what a file gives for a slot, with each text as the path of a picture from that folder."""
    if isinstance(value, list):
        return [_from_folder(folder, item) for item in value]
    return folder / value if isinstance(value, str) and value else value


def _library(ctx: click.Context) -> Library:
    root = ctx.find_root()
    if root.obj is None:
        root.obj = Library()
    library: Library = root.obj
    return library


def after(args: list[str], flag: str) -> list[str]:
    """Return the values of an option among the arguments, before click parses them."""
    pairs = zip(args, [*args[1:], ""], strict=True)
    return [
        value if arg == flag else arg.partition("=")[2]
        for arg, value in pairs
        if (arg == flag and value) or arg.startswith(f"{flag}=")
    ]
