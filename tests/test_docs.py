"""What the documentation shows is what happens.

Pages are run as a reader would follow them, from top to bottom in an empty folder: a block with a title is a file, `sh` is
run and must succeed (`sh fails`: must not), `python` is run in one session, and a `text` block behind them is what they
print, line by line, with … for what differs from time to time. `bash` is only shown: it needs a key or the network.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from builtin_recipes import LIBRARY
from builtin_recipes import recipe as recipe_named

import prompt_kit
from docs.build.api import api_page
from docs.build.commands import commands_page
from docs.build.fields import KINDS
from docs.build.formats import FORMATS, format_page
from docs.build.gallery import command_line, shown
from docs.build.links import broken
from docs.build.site import DOCS, hand_written
from prompt_kit.catalogue import Catalogue
from prompt_kit.cli.main import COMMANDS, run
from prompt_kit.prompt import SETTINGS
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import built_in
from prompt_kit.recipe.parameters import Parameter
from prompt_kit.recipe.templating.reference import filter_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import MakeTree

    from prompt_kit.recipe.library import Library


ROOT = built_in()[0].parent
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
FOLLOWED = [*sorted((DOCS / "tutorials").glob("*.md")), *sorted((DOCS / "guides").glob("*.md"))]
COMMITTER = {f"GIT_{who}_{what}": "me@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
# Our own plugins of pytest, which a reader does not have, and which only take time to start.
WITHOUT_OURS = " ".join(f"-p no:{name}" for name in ("cacheprovider", "xdist", "pytest_cov", "hypothesispytest"))
KIND_NAMES = [member.model_fields["type"].annotation.__args__[0] for member in Parameter.__args__[0].__args__]

_BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r'title="([^"]+)"')
_SHELL = re.compile(r"[|&;<>$`?~]|\[[^\]]*\]")
"""What only a shell understands, but for the names of files, which stars stand for."""
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@dataclass(frozen=True)
class Block:
    """One block of code of a page."""

    language: str
    title: str
    mark: str
    text: str
    answers: bool
    """Whether nothing stands between it and the block before."""


def blocks(page: str) -> Iterator[Block]:
    """Yield the blocks of code of a page."""
    end = 0
    for found in _BLOCK.finditer(page):
        language, rest, text = found.groups()
        title = _TITLE.search(rest)
        answers = not page[end : found.start()].strip()
        yield Block(language, title[1] if title else "", rest.strip() if not title else "", text, answers)
        end = found.end()


def in_language(page: str, language: str) -> list[str]:
    """Return the blocks of code in a language."""
    return [block.text for block in blocks(page) if block.language == language]


def spread(word: str) -> list[str]:
    """Return the files that a word with stars stands for, or the word."""
    return (sorted(map(str, Path().glob(word))) if "*" in word else []) or [word]


class Reader:
    """Follows a page in the current folder."""

    def __init__(self) -> None:
        self.session: dict[str, Any] = {"__name__": "__main__"}
        self.printed: str | None = None

    def follow(self, block: Block) -> None:
        """Do what a block says."""
        printed, self.printed = self.printed, None
        if block.title:
            path = Path(block.title)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")
        elif block.language == "sh":
            self.printed = self._shell(block)
        elif block.language == "python":
            self.printed = self._python(block.text)
        elif block.language == "text" and block.answers and printed is not None:
            for line in block.text.splitlines():
                pattern = ".*".join(re.escape(part.strip()) for part in line.split("…"))
                assert re.search(pattern, printed), f"{line!r} is not in:\n{printed}"

    def _shell(self, block: Block) -> str:
        commands = [shlex.split(line, comments=True) for line in block.text.replace("\\\n", " ").splitlines()]
        if all(words[:1] in ([], ["prompt-kit"]) for words in commands) and not _SHELL.search(block.text):
            return self._commands([words[1:] for words in commands if words], block)
        tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        env = os.environ | {"PATH": tools, "COLUMNS": "300", "PYTEST_ADDOPTS": WITHOUT_OURS} | COMMITTER
        done = subprocess.run(["bash", "-ec", block.text], capture_output=True, text=True, check=False, env=env)
        printed = done.stdout + done.stderr
        assert (done.returncode == 0) == (block.mark != "fails"), f"{block.text}\n{printed}"
        return printed

    def _commands(self, commands: list[list[str]], block: Block) -> str:
        """Run commands of our own as the program does, without starting it anew for each."""
        kept = io.BytesIO()
        terminal = io.TextIOWrapper(kept, "utf-8", write_through=True)
        with contextlib.redirect_stdout(terminal), contextlib.redirect_stderr(terminal):
            codes = [run([name for word in words for name in spread(word)]) for words in commands]
        printed = kept.getvalue().decode()
        assert any(codes) == (block.mark == "fails"), f"{block.text}\n{printed}"
        return printed

    def _python(self, text: str) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(ast.parse(text), "page", "exec"), self.session)  # noqa: S102 - our own pages
        return printed.getvalue()


def marks(page: Path) -> list[pytest.MarkDecorator]:
    """Return the mark of pages on which pytest or git is started again and again."""
    return [pytest.mark.soak] * (page.stem in {"snapshots", "recipe"})


@pytest.mark.parametrize(
    "page", [pytest.param(page, id=f"{page.parent.name}/{page.stem}", marks=marks(page)) for page in FOLLOWED]
)
def test_a_page_can_be_followed(page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Offline, without a key, in an empty folder, as it stands there."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("COLUMNS", "300")
    reader = Reader()
    for block in blocks(page.read_text("utf-8")):
        reader.follow(block)
    sys.modules.pop("house", None)


def test_the_python_of_the_readme_runs() -> None:
    """In an empty folder, without a key; each block for itself."""
    for block in blocks(README):
        if block.language == "python":
            reader = Reader()
            reader.follow(block)
            assert "a happy red panda" in str(reader.printed)


def test_the_recipe_of_the_readme_passes_check(capsys: pytest.CaptureFixture[str]) -> None:
    """Both files, as they stand there."""
    [recipe] = [block for block in in_language(README, "yaml") if "title: Mascot" in block]
    [template] = in_language(README, "jinja")
    for name, text in (("recipes/mascot.yaml", recipe), ("templates/mascot.j2", template)):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, "utf-8")
    assert run(["check", "recipes/mascot.yaml"]) == 0, capsys.readouterr().out
    assert run(["render", "mascot", "--example", "otter"]) == 0
    assert "wearing a red scarf and round glasses" in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_commands_of_a_page_exist(page: Path) -> None:
    """Every command that is shown can be called, also where it needs a key."""
    text = page.read_text("utf-8")
    shown = set(
        re.findall(
            r"^prompt-kit ([a-z]+)", "\n".join(in_language(text, "sh") + in_language(text, "bash")), re.MULTILINE
        )
    )
    assert shown <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """No page sends people to a place that is not there; what is made at build time is followed when the site is built."""
    made = {"gallery.md", "strategies.md", "contributing.md", "changelog.md", "commands.md", "python.md", "models.md"}
    made |= {f"{kind.name}.md" for kind in FORMATS}
    for link in _LINK.findall(page.read_text("utf-8")):
        assert (page.parent / link).exists() or Path(link).name in made, link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_examples_of_files_are_read(page: Path) -> None:
    """The YAML of the pages is YAML."""
    for block in blocks(page.read_text("utf-8")):
        if block.language == "yaml" and "bright, open" not in block.text:
            assert yaml.safe_load(block.text)


def test_the_reference_names_every_key_kind_and_filter() -> None:
    """What a file may say is all in the reference."""
    pages = {kind.name: format_page(kind) for kind in FORMATS}
    for kind in FORMATS:
        for key in kind.model.model_fields:
            assert f"<code>{key}</code>" in pages[kind.name], key
    for word in SETTINGS:
        assert f"<code>{word}</code>" in pages["recipe"], word
    for word in KIND_NAMES:
        assert f"### {word}\n" in pages["recipe"], word
        assert f"`{word}`" in (DOCS / "guides" / "recipes.md").read_text("utf-8"), word


def test_the_reference_says_of_each_filter_what_its_function_says() -> None:
    """The page of templates and the studio have the same sentence and example: those beside the code."""
    page = (DOCS / "reference" / "templates.md").read_text("utf-8")
    for words in filter_words():
        example = words.example.replace("|", "\\|")
        assert f"| `{words.name}` | {words.says} | `{example}` | {words.prints} |\n" in page


def test_every_kind_of_parameter_has_its_words_for_people() -> None:
    """A new kind would break the pages of the recipes that use it."""
    assert set(KINDS) == set(KIND_NAMES)


def test_examples_of_the_reference_are_valid() -> None:
    """Each is accepted as the kind of file that it shows."""
    for kind in FORMATS:
        shown = yaml.safe_load(kind.example)
        if kind.name == "models-file":
            Path("models.yaml").write_text(kind.example, "utf-8")
            assert Catalogue.load(Path("models.yaml")).models
        else:
            kind.model.model_validate(shown)


def test_every_command_and_public_name_is_in_the_reference() -> None:
    """Also those that are added later."""
    commands, names = commands_page(), api_page()
    for name in COMMANDS:
        assert f"## prompt-kit {name}\n" in commands
    for name in prompt_kit.__all__:
        assert f"::: prompt_kit.{name}\n" in names


@pytest.mark.parametrize("most", [1, pytest.param(None, marks=pytest.mark.soak)], ids=["fullest", "all"])
@pytest.mark.parametrize("name", LIBRARY.names())
def test_the_commands_of_a_recipe_s_page_make_its_prompts(
    name: str, most: int | None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever copies a command gets what the page shows; in short, that of the example with the most values."""
    recipe = recipe_named(name)
    for example in sorted(recipe.examples.values(), key=lambda example: -len(example.values))[:most]:
        folders = {one.parent for value in example.values.values() for one in _paths(value)}
        assert len(folders) <= 1
        monkeypatch.chdir(next(iter(folders), built_in()[0]))
        command = [word for option in command_line(recipe, example) for word in option]
        assert run(["render", *command]) == 0, capsys.readouterr().err
        assert capsys.readouterr().out.strip() == str(recipe.render_example(example.name)).strip()


def test_the_gallery_shows_what_a_recipe_can_do(built_in_library: Library) -> None:
    """Examples with only what is required come after all others."""
    for name in built_in_library.names():
        recipe = load(name, library=built_in_library)
        least = min(len(example.values) for example in recipe.examples.values())
        assert any(len(recipe.examples[proof.example].values) > least for proof in shown(recipe)), name


def _paths(value: Any) -> list[Path]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, Path)]


def test_dead_links_of_the_site_are_found(tree: MakeTree) -> None:
    """Files, places, and what a browser would fetch from elsewhere."""
    root = tree(
        **{
            "index.html": '<a href="b.html#there">b</a><a href="b.html#no">b</a><a href="c.html">c</a><img src="d.png">',
            "b.html": '<h2 id="there">b</h2><script src="https://cdn.example.org/x.js"></script><a href="https://x.org">x</a>',
        },
    )
    assert sorted(broken(root)) == [
        "b.html: 'https://cdn.example.org/x.js' is fetched from the web",
        "index.html: 'b.html#no' leads to no place of that page",
        "index.html: 'c.html' leads to no file",
        "index.html: 'd.png' leads to no file",
    ]


def test_pages_by_hand_are_all_in_the_menu() -> None:
    """A page nobody can find is not there."""
    menu = (DOCS / "mkdocs.yml").read_text("utf-8")
    for name in hand_written():
        assert f" {name}\n" in menu, name
