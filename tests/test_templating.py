"""Templates are data from strangers: what they may do, and how what they put out is laid out."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import AT_ONCE
from pydantic import TypeAdapter

from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.recipe.parameters import LongText
from prompt_kit.recipe.templating import Program, Source, Templates, compile_templates, lay_out


def templates(**texts: str) -> Templates:
    """Return templates by name."""

    def read(name: str) -> Source:
        if name.removesuffix(".j2") not in texts:
            raise NotFoundError("template", name, [f"{other}.j2" for other in texts])
        return Source(name, texts[name.removesuffix(".j2")], name)

    return Templates(read)


def program(main: str, **others: str) -> Program:
    """Compile a template, with others to include."""
    return compile_templates(["main.j2"], templates(main=main, **others))


HOSTILE = {
    "dunder": "{{ x.__class__.__mro__ }}",
    "attr filter": '{{ x|attr("__class__") }}',
    "brackets": '{{ x["__class__"] }}',
    "format": '{{ "{0.__class__}".format(x) }}',
    "mod format": '{{ "%s" % x }}',
    "call": "{{ x() }}",
    "global": "{% for i in range(999999999) %}x{% endfor %}",
    "cycler": "{{ cycler.__init__.__globals__ }}",
    "power": "{{ 9**9**9 }}",
    "multiply": '{{ "a" * 999999999 }}',
    "nested loops": "{% for a in x %}" * 4 + "y" + "{% endfor %}" * 4,
    "doubling": "{% set a = x ~ x %}" + "{% set a = a ~ a %}" * 60 + "{{ a }}",
    "macro calls itself": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "macros double": "{% macro m0() %}xx{% endmacro %}"
    + "".join(f"{{% macro m{i}() %}}{{{{ m{i - 1}() }}}}{{{{ m{i - 1}() }}}}{{% endmacro %}}" for i in range(1, 40))
    + "{{ m39() }}",
    "import": '{% import "other.j2" as o %}',
    "extends": '{% extends "other.j2" %}',
    "block": "{% block b %}{% endblock %}",
    "include of a value": "{% include x %}",
    "include itself": '{% include "main.j2" %}',
    "include circle": '{% include "other.j2" %}',
    "escape": '{% include "../../etc/passwd" %}',
    "recursive loop": "{% for a in x recursive %}{{ loop(a) }}{% endfor %}",
    "deep": "{{ " + "(" * 5_000,
    "long": "x" * 200_000,
    "filter block": "{% filter upper %}x{% endfilter %}",
    "do": "{% do x %}",
    "star call": "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(*x) }}",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_hostile_templates_are_refused_before_they_run(source: str) -> None:
    """Nothing of Python is within reach, and nothing runs for ever."""
    began = time.process_time()
    with pytest.raises(InputError):
        program(source, other='{% include "main.j2" %}')
    assert time.process_time() - began < AT_ONCE


def test_a_value_as_a_key_reaches_nothing() -> None:
    """Even with a name from a value, the sandbox keeps attributes closed."""
    compiled = program("{{ x[y] }}")
    with pytest.raises(InputError, match="not allowed"):
        compiled.render({"x": "abc", "y": "__class__"})


def test_every_problem_is_reported_with_its_line() -> None:
    """Two slips in two files are told together."""
    with pytest.raises(InputError) as caught:
        program("One.\n{{ x|seris }}\n{{ x.__class__ }}")
    assert str(caught.value).splitlines() == [
        "main.j2:2: there is no filter 'seris'. Did you mean 'series'?",
        "main.j2:3: '.__class__' is not allowed in templates.",
    ]


def test_what_many_include_is_theirs_alone() -> None:
    """A part is parsed once for all, yet each has its places, and the marks of a check of one are in no other."""
    several = templates(
        one='{% include "part.j2" %}',
        two='Two.\n{% include "part.j2" %}',
        part="{% if x %}A.{% else %}{{ y }}.{% endif %}",
    )
    one, two = (compile_templates([f"{name}.j2"], several) for name in ("one", "two"))
    one.parts[0].watch()
    assert [one.render({"x": 1, "y": "B"}), two.render({"x": 0, "y": "B"})] == ["A.", "Two. B."]
    assert [branch.case for branch in one.parts[0].taken] == ["the condition on x is true"]
    assert [str(place) for place in (one.names["y"], two.names["y"])] == ["part.j2:1", "part.j2:1"]


def test_a_mistake_while_rendering_names_file_and_line() -> None:
    """What depends on the values is told where it happened, also inside a partial."""
    compiled = program('One.\n{% include "part.j2" %}', part="Two.\n{{ x + 1 }}")
    with pytest.raises(InputError, match=r"^part\.j2:2: the template cannot go on"):
        compiled.render({"x": "a"})


def test_names_are_known_before_anything_is_rendered() -> None:
    """The recipe can compare them with its parameters; what the template binds itself is not among them."""
    compiled = program(
        "{{ a }}{% set b = c %}{{ b }}{% for d in e %}{{ d }}{{ loop.index }}{% endfor %}"
        "{% macro m(f) %}{{ f }}{{ g }}{% endmacro %}{{ m(h) }}{{ d }}",
    )
    assert list(compiled.names) == ["a", "c", "e", "g", "h", "d"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("One.\n\n  Two.  \n", "One. Two."),
        ("One.\n\0\nTwo.", "One.\n\nTwo."),
        ("\0\n\0\nOne.\n\0\n\0", "One."),
        ("A panda..", "A panda."),
        ("Stop!.", "Stop!"),
        ("Who?.", "Who?"),
        ("He waits...", "He waits..."),
        ("He waits....", "He waits..."),
        ("止まれ。.", "止まれ。"),
    ],
)
def test_lay_out(raw: str, expected: str) -> None:
    """Lines become sentences of a paragraph, gaps close, and no sentence stops twice."""
    assert lay_out(raw) == expected


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])).map(str.strip).filter(bool))
def test_a_value_arrives_verbatim_and_is_never_evaluated(value: str) -> None:
    """Whatever stands in a value is words."""
    assert program("It shows {{ x }} here.").render({"x": value}) == f"It shows {value} here."


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ x\n| article }} sits.", "a fox sits."),
        ("{{ x\n\n| article }} sits.\n\n{% if x\n\n%}\nIt waits.\n{% endif %}", "a fox sits.\n\nIt waits."),
        ("{# it's\n\nodd #}{{ '}}\n\n' }} sits.", "}} sits."),
        ("A.\u2028B.\x85C.\x0bD.", "A. B. C. D."),
        ("\ufeffA.\r\rB\x1b\x9b\x00\x01\x02\x03\x04.", "A.\n\nB."),
        ("List:\\\n{% for i in xs %}\n- {{ i }}.\\\n{% endfor %}\n\nEnd.", "List:\n- one.\n- two...\n\nEnd."),
        ("List:\\\n{% for i in xs %}\n- {{ i }}\\\n{% endfor %}\nEnd.", "List:\n- one\n- two...\nEnd."),
        ("{{ nix }}\\\nA\\ b.\\", "A\\ b."),
    ],
)
def test_lines_of_a_template(source: str, words: str) -> None:
    """Tags may go over lines, only an editor's line ends count, and a backslash keeps one where it stands."""
    assert program(source).render({"x": "fox", "xs": ("one", "two..."), "nix": ""}) == words


@pytest.mark.parametrize("written", ["wait....", "wait...", "really?.", "so..", "so.", "well….", "no!.", "a ... b"])
def test_a_long_text_loses_nothing(written: str) -> None:
    """What a person wrote as sentences stands in the prompt to the last stop; a template's own stop is the one to go."""
    value = TypeAdapter(LongText(type="long_text").annotation()).validate_python(written)
    for source in ("{{ x }}", "{{ x }}\nMore.", "In {{ x }} more", "{{ x | sentence }}"):
        rendered = program(source).render({"x": value})
        assert written in rendered.replace(written.capitalize(), written)
    assert program("{{ x }}.").render({"x": value}).rstrip(".") == written.rstrip(".")


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in xs %}{{ x }}{% endfor %}",
        "{% macro m(a) %}{% for i in xs %}{{ a }}{% endfor %}{% endmacro %}{% if m(x) %}y{% endif %}",
        "{% if " + " ~ ".join(["x"] * 100) + " %}y{% endif %}",
        "{% if " + " + ".join(["x"] * 50) + " %}y{% endif %}",
        "{% macro m(a) %}{{ a }}{{ a }}{% endmacro %}{% if " + "m(" * 6 + "x" + ")" * 6 + " %}y{% endif %}",
    ],
)
def test_output_is_counted_while_it_comes(source: str) -> None:
    """Long values in loops, macros and sums fill no memory, even where nothing of it is shown."""
    with pytest.raises(InputError, match="more than 400,000 characters"):
        program(source).render({"x": "y" * 20_000, "xs": ("a",) * 100})
