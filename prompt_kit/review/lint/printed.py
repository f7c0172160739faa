"""Finds values that a template would print as Python writes them: lists in brackets, yes and no as True and False."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes

from prompt_kit.errors import Problem
from prompt_kit.recipe.parameters import Boolean
from prompt_kit.recipe.spec import repeats

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.templating import Program


def printed_raw(program: Program, parameters: Mapping[str, Parameter], templates: set[str]) -> Iterator[Problem]:
    """Yield where templates print what no sentence can hold.

    Args:
        program: The templates.
        parameters: The parameters by name.
        templates: The names of the templates that are looked at, with what they include.
    """
    assigned: dict[str, list[nodes.Expr]] = {}
    for assignment in program.every(nodes.Assign):
        if isinstance(assignment.target, nodes.Name) and isinstance(assignment.node, nodes.Expr):
            assigned.setdefault(assignment.target.name, []).append(assignment.node)
    local = {argument.name for macro in program.every(nodes.Macro) for argument in macro.args}
    local |= {name.name for name in program.every(nodes.Name) if name.ctx == "store"} - assigned.keys()
    meant = {name: parameter for name, parameter in parameters.items() if name not in local}
    for output in program.every(nodes.Output):
        if program.origin(output.lineno) not in templates:
            continue
        for printed in output.nodes:
            for part in _parts(printed, assigned):
                if reason := _reason(part, meant):
                    yield Problem(reason, program.place(printed.lineno))


def _parts(node: nodes.Node, assigned: Mapping[str, list[nodes.Expr]]) -> Iterator[nodes.Node]:
    """Yield the expressions whose values a printed expression may show."""
    match node:
        case nodes.Name(name=name) if len(assigned.get(name, ())) == 1:
            # A name that is set by itself means what it meant before.
            yield from _parts(assigned[name][0], {other: nodes_ for other, nodes_ in assigned.items() if other != name})
        case nodes.CondExpr(expr1=first, expr2=second):
            yield from _parts(first, assigned)
            yield from _parts(second, assigned) if second is not None else ()
        case nodes.And(left=left, right=right) | nodes.Or(left=left, right=right):
            yield from _parts(left, assigned)
            yield from _parts(right, assigned)
        case nodes.Concat(nodes=pieces):
            for piece in pieces:
                yield from _parts(piece, assigned)
        case _:
            yield node


def _reason(node: nodes.Node, parameters: Mapping[str, Parameter]) -> str:
    """Return why an expression must not be printed, as a sentence; empty when it may."""
    match node:
        case nodes.Name(name=name) if repeats(parameters.get(name)):
            return f"'{name}' is a list, which shows in brackets. Write {{{{ {name} | series }}}}."
        case nodes.Name(name=name) if isinstance(parameters.get(name), Boolean):
            return f"'{name}' is yes or no, which shows as 'True' or 'False'. Put words under a condition instead."
        case nodes.Getattr(node=nodes.Name(name=name), attr="each"):
            return f"'{name}.each' is a list, which shows in brackets. Write {{{{ {name}.each | series }}}}."
        case nodes.List() | nodes.Tuple() | nodes.Compare() | nodes.Not():
            return "this shows as Python writes it. Write '| series' after a list, and words under a condition."
    return ""
