"""The rooms of the house: who may import whom, as the contract in pyproject.toml, the guide and the design say it."""

from __future__ import annotations

import re
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

import prompt_kit

PACKAGE = Path(prompt_kit.__file__).parent
ROOT = PACKAGE.parent


@pytest.fixture(scope="module")
def floors() -> list[list[str]]:
    """The floors of the contract, the highest first; rooms that are not there yet are left out."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    rooms = [[room for room in layer.split(" | ") if not room.startswith("(")] for layer in layers]
    return [floor for floor in rooms if floor]


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Of two modules in a circle neither can be understood alone; imports for types alone count, too."""
    graph = grimp.build_graph("prompt_kit", exclude_type_checking_imports=False, cache_dir=None)
    order = TopologicalSorter({module: graph.find_modules_directly_imported_by(module) for module in graph.modules})
    try:
        order.prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_sequences_are_compared_in_a_single_module() -> None:
    """It has the limit that keeps long texts from taking minutes; a second comparison would do without."""
    users = [path for path in PACKAGE.rglob("*.py") if re.search(r"\bSequenceMatcher\b", path.read_text("utf-8"))]
    assert [path.relative_to(PACKAGE).as_posix() for path in users] == ["support/worddiff.py"]


def test_the_guide_lists_the_floors_of_the_contract(floors: list[list[str]]) -> None:
    """A table that lags behind sends the next reader to rooms that are gone."""
    house = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## The house")[2].partition("\n## ")[0]
    rows = [row.split("|")[1] for row in house.splitlines() if row.startswith("| `")]
    assert [re.findall(r"`(\w+)/?`", row) for row in rows] == floors


def test_the_design_has_every_room_in_the_order_of_the_contract(floors: list[list[str]]) -> None:
    """The design lists the rooms from the ground up, as a prompt comes about."""
    block = (ROOT / "docs/design.md").read_text("utf-8").partition("## The house")[2].split("```")[1]
    names = re.findall(r"^(\w+)/? ", block, re.MULTILINE)
    levels = {room: number for number, floor in enumerate(reversed(floors)) for room in floor}
    assert sorted(names) == sorted(levels)
    assert [levels[name] for name in names] == sorted(levels.values())
