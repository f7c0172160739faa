"""Packs from strangers: whatever they try is refused at once, with one clear message, and nothing happens."""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from limits import AT_ONCE

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
    "picture of the person": with_picture("../../secret.png"),
    "picture from elsewhere": with_picture("/var/secret.png"),
    "picture behind a link": with_picture("link.png"),
    "picture in a list": with_picture("[x.png, ../../secret.png]"),
    "lists in lists": with_recipe("- " * 40_000),
    "keys in keys": with_recipe("? " * 40_000),
    "brackets after a comment": with_recipe("# " + "]" * 50_000 + "\na: " + "[" * 50_000),
    "brackets between quotes": with_recipe('[ "\n]\n", ' * 20_000),
    "lists after other line ends": with_recipe("- a\x85" + "- " * 30_000),
    "parentheses": with_template("{{ " + "(" * 40_000 + "x" + ")" * 40_000 + " }}"),
    "brackets": with_template("{{ " + "[" * 40_000 + " }}"),
    "negations": with_template("{{ " + "not " * 20_000 + "x }}"),
    "filters": with_template("{{ x " + "| capital " * 9_000 + "}}"),
    "alternatives": with_template("{{ x " + "if x else x " * 8_000 + "}}"),
    "conjunctions": with_template("{{ x " + "and x " * 15_000 + "}}"),
    "sums": with_template("{{ x " + "+ x " * 20_000 + "}}"),
    "dots": with_template("{{ x" + ".text" * 15_000 + " }}"),
    "conditions": with_template("{% if x %}" * 5_000 + "z" + "{% endif %}" * 5_000),
    "alternatives in blocks": with_template("{% if x %}z" + "{% elif x %}z" * 6_000 + "{% endif %}"),
    "doubling macro": with_template(
        "{% macro m(a) %}{{ a }}{{ a }}{% endmacro %}{{ " + "m(" * 30 + "x" + ")" * 30 + " }}"
    ),
    "doubling words": with_template("{% set a = x ~ x %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}"),
    "doubling sums": with_template("{% set a = x + x %}" + "{% set a = a + a %}" * 40 + "{{ a }}"),
    "macro of loops": with_template(
        "{% macro m(a) %}{% for b in x %}{% for c in x %}{{ a }}{% endfor %}{% endfor %}{% endmacro %}"
        "{{ m(m(m(m(x)))) }}"
    ),
}


SLOW = {"alternatives", "alternatives in blocks", "conjunctions", "sums"}
"""Those that take longest to be refused; of their kind, a run of `make test` tries others."""


@pytest.mark.parametrize(
    "files", [pytest.param(files, id=name, marks=[pytest.mark.soak] * (name in SLOW)) for name, files in PACKS.items()]
)
def test_a_hostile_pack_is_refused_at_once(
    tree: MakeTree, capsys: pytest.CaptureFixture[str], files: dict[str, str]
) -> None:
    """`check` names the problem, `generate` sends nothing, and no file appears."""
    tree(**files)
    recipes = Path("recipes")
    (recipes / "bomb.png").write_bytes(BOMB_PNG)
    (recipes / "x.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "utf-8")
    Path("../secret.png").write_bytes(BOMB_PNG)
    (recipes / "link.png").symlink_to("../../secret.png")
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
    assert taken < AT_ONCE

    assert run(["generate", "x", "--example", "a", "--generator", "proof"]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize(
    "kind", ["recipes/x.yaml", "recipes/presets/x.yaml", "templates/x.j2", "brand.yaml", "models.yaml"]
)
@pytest.mark.parametrize("thing", ["device", "pipe", "folder", "link out", "endless link", "large"])
def test_only_plain_files_are_read(
    tree: MakeTree, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, thing: str
) -> None:
    """A pipe waits for ever and a device never ends; the others of the pack are listed all the same."""
    tree(**{"recipes/x.yaml": PLAIN, "templates/x.j2": "{{ x }}", "recipes/y.yaml": PLAIN, "templates/y.j2": "{{ x }}"})
    path = Path(kind)
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    match thing:
        case "device":
            path.symlink_to("/dev/zero")
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "link out":
            tmp_path.with_name(f"{tmp_path.name}.out").write_text(PLAIN, "utf-8")
            path.symlink_to(tmp_path.with_name(f"{tmp_path.name}.out"))
        case "endless link":
            path.symlink_to(path.name)
        case "large":
            path.write_text("#" * 2_000_000, "utf-8")

    for arguments in (
        ["list"],
        ["render", "x", "--x", "z"],
        ["render", "x", "--x", "z", "--use", "brand"],
        ["check"],
        ["diff"],
    ):
        assert run(arguments) in {0, 1, 2}
        told = capsys.readouterr()
        assert "Something unexpected" not in told.err
        assert arguments != ["list"] or "\n  y " in told.out


def test_a_preset_takes_no_picture_from_elsewhere(
    tree: MakeTree, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a pack fills in is sent without anybody having named it."""
    tmp_path.with_name("secret.png").write_bytes(BOMB_PNG)
    preset = "extends: x\nvalues: {p: ../secret.png}\n"
    tree(**{**with_picture("x.png"), "recipes/presets/mine.yaml": preset})
    assert run(["render", "mine"]) == 2
    assert "recipes/presets/mine.yaml:2:13: ../secret.png: this leads out of" in capsys.readouterr().err


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
