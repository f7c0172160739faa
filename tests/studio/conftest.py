"""A studio of an empty project, without a browser and without the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from prompt_kit.kit import Kit
from prompt_kit.project import find_project
from prompt_kit.studio.access import PageAccess
from prompt_kit.studio.app import create_app

from .asking import HOST, TOKEN, Page
from .authors import BELOW, MINE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """The project of the test's own folder."""
    return Kit(find_project(tmp_path))


@pytest.fixture
def page(kit: Kit) -> Iterator[Page]:
    """Somebody who has opened the studio."""
    access = PageAccess(TOKEN, frozenset({HOST}))
    with TestClient(create_app(kit, access), base_url=f"http://{HOST}") as client:
        client.get(f"/?token={TOKEN}")
        yield Page(client, access)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a recipe of its own, its template, and a second recipe on top of it."""
    (tmp_path / "recipes").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "prompt-kit.yaml").write_text("recipes: recipes\n", "utf-8")
    (tmp_path / "recipes/mine.yaml").write_text(MINE, "utf-8")
    (tmp_path / "templates/mine.j2").write_text("Draw {{ subject }}.\n", "utf-8")
    (tmp_path / "recipes/below.yaml").write_text(BELOW, "utf-8")
    return tmp_path
