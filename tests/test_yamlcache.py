"""The data of YAML files, kept from one process to the next."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from platformdirs import user_cache_path

from prompt_kit.support import yamlcache
from prompt_kit.support.cachefolder import cache_folder
from prompt_kit.support.yamlfile import YamlFile

LONG = "# a recipe file is longer than what is not worth keeping\n" * 10

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def read(text: str) -> Any:
    """Return the data of a text that is long enough to be kept."""
    return YamlFile(Path("x.yaml"), "x.yaml", LONG + text).data


def kept() -> list[Path]:
    """Return the files of the cache."""
    return [path for path in cache_folder().rglob("*") if path.is_file()]


@given(PLAIN)
def test_what_was_kept_comes_back_as_it_was(data: Any) -> None:
    """Types included: a number stays a number, an empty value stays empty."""
    text = LONG + repr(data)
    yamlcache.keep(text, data)
    assert repr(yamlcache.load(text)) == repr(data)


@pytest.mark.parametrize("data", [float("inf"), float("nan"), {1: "a"}, (1, 2), "\ud800"], ids=repr)
def test_what_json_would_change_is_not_kept(data: object) -> None:
    """It is loaded from its YAML each time, and nothing is left in the folder."""
    yamlcache.keep(LONG, data)
    assert yamlcache.load(LONG) is yamlcache.MISS
    assert kept() == []


def test_a_second_reading_takes_the_kept_data() -> None:
    """The same text gives what was kept, another text does not."""
    assert read("a: 16:9") == {"a": "16:9"}
    [file] = kept()
    file.write_text('{"a": "kept"}')
    assert read("a: 16:9") == {"a": "kept"}
    assert read("a: 1:1") == {"a": "1:1"}


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, "\x00"], ids=["empty", "torn", "deep", "no text"])
def test_a_damaged_entry_is_a_miss(content: str) -> None:
    """The file is read anew, and the entry is mended."""
    read("a: b")
    [file] = kept()
    file.write_text(content)
    assert read("a: b") == {"a": "b"}
    assert file.read_text() == '{"a":"b"}'


def test_a_folder_that_cannot_be_written_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Reading says nothing of it."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PROMPT_KIT_CACHE", str(tmp_path / "file"))
    assert read("a: b") == {"a": "b"}


def test_places_are_those_of_the_text() -> None:
    """Also when its data came from the cache."""
    read("a:\n  b: c")
    assert str(YamlFile(Path("x.yaml"), "x.yaml", LONG + "a:\n  b: c").place("a", "b")) == "x.yaml:12:6"


def test_the_folder_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of too many entries the oldest half goes."""
    monkeypatch.setattr(yamlcache, "MOST_FILES", 8)
    monkeypatch.setattr(yamlcache, "_RARELY", 1)
    for number in range(40):
        read(f"a: {number}")
    assert 4 <= len(kept()) <= 8


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, platformdirs itself is asked")
@pytest.mark.parametrize("base", ["", "/var/cache/me", "relative"])
def test_the_folder_is_the_one_of_the_system(monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    """The short way gives what platformdirs gives."""
    monkeypatch.delenv("PROMPT_KIT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", base)
    assert cache_folder() == user_cache_path("prompt-kit", appauthor=False)
