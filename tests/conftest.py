"""Small real worlds that tests are made of."""

from __future__ import annotations

import gc
import os
import textwrap
from typing import TYPE_CHECKING, Protocol

import pytest
from builtin_recipes import LIBRARY
from hypothesis import HealthCheck, settings
from ledgers import clock, ledger, postgresql, where

from prompt_kit.project import Project
from prompt_kit.recipe.library import Library
from prompt_kit.recipe.roots import Root

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gemini_server import GeminiServer


# Thousands of collected tests stay in memory; to look through them again and again would take a tenth of the time.
gc.set_threshold(50_000, 20, 100)

settings.register_profile("test", deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", settings.get_profile("test"), max_examples=300)
settings.load_profile("test")


__all__ = ["clock", "ledger", "postgresql", "where"]  # fixtures


class MakeTree(Protocol):
    """Writes files below the test's folder and returns that folder."""

    def __call__(self, **files: str) -> Path: ...


@pytest.fixture(autouse=True)
def _own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a person's keys, settings and folders out of the tests."""
    for name in list(os.environ):
        if name.startswith(("PROMPT_KIT_", "GOOGLE_", "GEMINI_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PROMPT_KIT_CACHE", str(tmp_path.with_name(f"{tmp_path.name}-cache")))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def tree(tmp_path: Path) -> MakeTree:
    """Write files by name: ``tree(**{"recipes/a.yaml": "title: A"})``."""

    def make(**files: str) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), "utf-8")
        return tmp_path

    return make


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """The library of the test's own folder, and nothing else."""
    root = Root(tmp_path / "recipes", tmp_path / "templates", "project")
    return Library(Project(root=tmp_path), roots=(root,))


@pytest.fixture(scope="session")
def built_in_library() -> Library:
    """The recipes that come with the kit, read once."""
    return LIBRARY


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    """A server that speaks as Gemini does, to which the environment points, with a key."""
    from gemini_asking import KEY
    from gemini_server import GeminiServer

    with GeminiServer() as started:
        monkeypatch.setenv("GEMINI_API_KEY", KEY)
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", started.url)
        yield started
