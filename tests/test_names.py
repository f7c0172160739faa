"""Names across the package: each means one thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path
from typing import Final

import prompt_kit

SHARED: Final = {
    "Connection": "the same idea in the two packages that may not know each other: gemini and openai",
    "Text": "words of a prompt, and the kind of parameter that recipe files call text",
}
"""Names that two classes have, and why."""

VAGUE: Final = {"found", "one", "seen", "told", "what"}
"""Names that say nothing of what they hold, with or without an underscore before them."""

WITHOUT_KNOWN: Final = {"generators/proof/content.py", "recipe/library.py"}
"""Files in which nothing is called ``known`` either; elsewhere some things still are."""


def test_no_two_classes_share_a_name() -> None:
    """Someone who reads ``Options`` or ``Line`` must not have to look up which of several is meant."""
    homes: dict[str, set[str]] = defaultdict(set)
    root = Path(prompt_kit.__file__).parent
    for path in root.rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].add(path.relative_to(root).as_posix())
    several = {name: sorted(files) for name, files in homes.items() if len(files) > 1}
    assert {name: files for name, files in several.items() if name not in SHARED} == {}
    assert set(SHARED) <= set(several), "an exception is no longer needed"


def test_names_say_what_they_hold() -> None:
    """Someone who reads ``for warning in warnings`` knows the rest; who reads ``for one in found`` has to look it up."""
    root = Path(prompt_kit.__file__).parent
    vague = []
    for path in sorted(root.rglob("*.py")):
        file = path.relative_to(root).as_posix()
        refused = VAGUE | ({"known"} if file in WITHOUT_KNOWN else set())
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.FunctionDef(name=name) if (
                    name.lstrip("_") in refused
                ):
                    vague.append(f"{file}:{node.lineno}: {name}")
    assert vague == []
