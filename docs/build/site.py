"""Puts the site together: pages written by hand, pages that are made, pictures, menu; then prints it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from docs.build.api import api_page
from docs.build.commands import commands_page
from docs.build.formats import FORMATS, format_page
from docs.build.gallery import gallery_page, recipe_page, shown
from docs.build.links import broken
from docs.build.models import models_page
from docs.build.proofs import draw_all, library
from docs.build.strategies import strategies_page
from prompt_kit.errors import InputError
from prompt_kit.recipe.assembly import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe

ROOT: Final = Path(__file__).resolve().parents[2]
DOCS: Final = ROOT / "docs"

_OTHERS: Final = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Pages that stand beside the code, and where they stand on the site."""


def build(work: Path, site: Path) -> None:
    """Make all pages in a working folder, and print the site.

    Raises:
        InputError: When a link leads nowhere, the printer warns of something, or a recipe cannot be read.
    """
    pages = work / "pages"
    shutil.rmtree(pages, ignore_errors=True)
    books = library()
    recipes = {name: load(name, library=books) for name in books.names()}
    made = made_pages(books, recipes, pages)
    for name, text in (hand_written() | made).items():
        path = pages / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    shutil.copy(DOCS / "build" / "style.css", pages / "style.css")
    shutil.copytree(DOCS / "pictures", pages / "pictures", dirs_exist_ok=True)
    for schema in (DOCS / "schema").glob("*.json"):
        (pages / "schema").mkdir(exist_ok=True)
        shutil.copy(schema, pages / "schema" / schema.name)
    menu = work / "mkdocs.yml"
    menu.write_text(yaml.safe_dump(_settings(recipes), sort_keys=False, allow_unicode=True), "utf-8")
    _print(menu)
    # The printer only writes below its settings.
    shutil.rmtree(site, ignore_errors=True)
    shutil.move(work / "site", site)
    faults = broken(site)
    if faults:
        raise InputError("\n".join(faults))


def hand_written() -> dict[str, str]:
    """Return the pages that people write, by their place on the site."""
    pages = {path.relative_to(DOCS).as_posix(): path.read_text("utf-8") for path in sorted(DOCS.rglob("*.md"))}
    # What the tests should see fail is marked behind the language; the printer knows no such mark.
    pages = {name: text.replace("```sh fails\n", "```sh\n") for name, text in pages.items()}
    for name, place in _OTHERS.items():
        pages[place] = (ROOT / name).read_text("utf-8").replace("](docs/", "](")
    return pages


def made_pages(books: Library, recipes: Mapping[str, Recipe], pages: Path) -> dict[str, str]:
    """Return the pages that follow from recipes and code, and draw their pictures."""
    proofs = {name: shown(recipe) for name, recipe in recipes.items()}
    sizes = draw_all((proof for several in proofs.values() for proof in several), pages / "proofs")
    made = {f"reference/{kind.name}.md": format_page(kind) for kind in FORMATS}
    made |= {f"recipes/{name}.md": recipe_page(recipe, proofs[name], sizes) for name, recipe in recipes.items()}
    return made | {
        "gallery.md": gallery_page(recipes, proofs, sizes),
        "strategies.md": strategies_page(books),
        "reference/commands.md": commands_page(),
        "reference/python.md": api_page(),
        "reference/models.md": models_page(),
    }


def _settings(recipes: Mapping[str, Recipe]) -> dict[str, Any]:
    """Return the printer's settings, with the recipes' pages in the menu."""
    settings: dict[str, Any] = yaml.safe_load((DOCS / "mkdocs.yml").read_text("utf-8"))
    by_title = sorted(recipes.items(), key=lambda pair: pair[1].title)
    chapters = {title: entries for chapter in settings["nav"] for title, entries in chapter.items()}
    chapters["Recipes"] += [{recipe.title: f"recipes/{name}.md"} for name, recipe in by_title]
    return settings | {"docs_dir": "pages", "site_dir": "site"}


def _print(menu: Path) -> None:
    shutil.rmtree(menu.parent / "site", ignore_errors=True)
    done = subprocess.run(  # noqa: S603 - our own command line, without a shell
        [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "--config-file", str(menu)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"NO_COLOR": "1", "PYTHONPATH": str(ROOT)},
    )
    if done.returncode:
        raise InputError(done.stderr.partition("Traceback")[0].strip() or "The site cannot be printed.")
