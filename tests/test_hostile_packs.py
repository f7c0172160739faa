"""Packs from strangers: whatever they try is refused with one clear message, within a second, and nothing happens."""

from __future__ import annotations

import struct
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prompt_kit.cli.main import run

if TYPE_CHECKING:
    from conftest import MakeTree

PLAIN = "title: X\nparameters: {x: {type: text, required: true}}\nexamples: {a: {values: {x: y}}}\n"
BOMB_PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 60_000, 60_000) + b"\x08\x02\0\0\0" + b"\0" * 20


def with_template(text: str) -> dict[str, str]:
    """Return a pack whose only evil is its template."""
    return {"recipes/x.yaml": PLAIN, "templates/x.j2": text}


def with_recipe(text: str) -> dict[str, str]:
    """Return a pack whose only evil is its recipe."""
    return {"recipes/x.yaml": text, "templates/x.j2": "Draw a fox."}


def with_picture(value: str) -> dict[str, str]:
    """Return a pack whose example wants a certain picture."""
    text = f"references: {{p: {{role: style}}}}\nexamples: {{a: {{values: {{p: {value}}}}}}}\n"
    return {"recipes/x.yaml": text, "templates/x.j2": "Draw {{ p }}."}


PACKS = {
    "dunder walk": with_template("{{ x.__class__.__mro__[1].__subclasses__() }}"),
    "attr filter": with_template('{{ x|attr("__class__") }}'),
    "format string": with_template('{{ "{0.__class__}".format(x) }}'),
    "endless loop": with_template("{% for i in range(10**12) %}{% endfor %}"),
    "nested loops": with_template("{% for a in x %}" * 6 + "z" + "{% endfor %}" * 6),
    "memory": with_template("{{ 'a' * 10**10 }}"),
    "include outside": with_template('{% include "../../../etc/passwd" %}'),
    "include absolute": with_template('{% include "/etc/passwd" %}'),
    "include itself": with_template('{% include "x.j2" %}'),
    "python object": with_recipe("a: !!python/object/apply:os.system ['touch pwned']"),
    "alias bomb": with_recipe(
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10))
    ),
    "deep": with_recipe("a: " + "[" * 50_000),
    "template outside": with_recipe("template: ../../../etc/passwd"),
    "template encoded": with_recipe("template: '%2e%2e/%2e%2e/secret.j2'"),
    "template on windows": with_recipe("template: '..\\..\\secret.j2'"),
    "slow pattern": with_recipe("parameters: {x: {type: text, pattern: '(a+)+$(?=b)'}}"),
    "picture from the web": with_picture("'https://example.com/x.png'"),
    "picture that is a device": with_picture("/dev/zero"),
    "picture bomb": with_picture("bomb.png"),
    "picture of a gigabyte": with_picture("huge.png"),
    "drawing with scripts": with_picture("x.svg"),
}


@pytest.mark.parametrize("files", PACKS.values(), ids=PACKS)
def test_a_hostile_pack_is_refused_within_a_second(
    tree: MakeTree, capsys: pytest.CaptureFixture[str], files: dict[str, str]
) -> None:
    """`check` names the problem, `generate` sends nothing, and no file appears."""
    tree(**files)
    recipes = Path("recipes")
    (recipes / "bomb.png").write_bytes(BOMB_PNG)
    (recipes / "x.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "utf-8")
    with (recipes / "huge.png").open("wb") as file:
        file.truncate(1_000_000_000)
    before = sorted(Path().rglob("*"))
    assert run(["list"]) == 0
    capsys.readouterr()

    began = time.process_time()
    assert run(["check", "recipes/x.yaml"]) == 1
    taken = time.process_time() - began
    told = capsys.readouterr()
    assert told.out.count("\n") <= 12
    assert "Traceback" not in told.out + told.err
    assert taken < 1

    assert run(["generate", "x", "--example", "a", "--generator", "proof"]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert sorted(Path().rglob("*")) == before


def test_a_pack_behind_links_stays_inside(tree: MakeTree, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Links that lead out of the pack are not followed."""
    tree(**{"recipes/y.yaml": "title: Y", "templates/y.j2": "Draw a fox."})
    Path("templates/x.j2").symlink_to("/etc/hostname")
    Path("recipes/x.yaml").symlink_to("/etc/hosts")
    assert run(["render", "x"]) == 2
    Path("recipes/x.yaml").unlink()
    Path("recipes/x.yaml").write_text("title: X", "utf-8")
    assert run(["render", "x"]) == 2
    assert Path("/etc/hostname").read_text("utf-8").strip() not in capsys.readouterr().out
    assert tmp_path.is_dir()
