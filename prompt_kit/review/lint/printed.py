"""Finds values that a template would print as Python writes them: lists in brackets, yes and no as True and False."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes

from prompt_kit.errors import Problem
from prompt_kit.recipe.parameters import Boolean
from prompt_kit.recipe.spec import repeats

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.templating import TemplatePart


def printed_raw(part: TemplatePart, parameters: Mapping[str, Parameter], templates: set[str]) -> Iterator[Problem]:
    """Yield where templates print what no sentence can hold.

    Args:
        part: The templates.
        parameters: The parameters by name.
        templates: The names of the templates that are looked at, with what they include.
    """
    assigned: dict[str, list[nodes.Expr]] = {}
    for assignment in part.every(nodes.Assign):
        if isinstance(assignment.target, nodes.Name) and isinstance(assignment.node, nodes.Expr):
            assigned.setdefault(assignment.target.name, []).append(assignment.node)
    local = {argument.name for macro in part.every(nodes.Macro) for argument in macro.args}
    local |= {name.name for name in part.every(nodes.Name) if name.ctx == "store"} - assigned.keys()
    meant = {name: parameter for name, parameter in parameters.items() if name not in local}
    for output in part.every(nodes.Output):
        if part.origin(output.lineno) not in templates:
            continue
        for printed in output.nodes:
            for piece in _parts(printed, assigned):
                if reason := _reason(piece, meant):
                    yield Problem(reason, part.place(printed.lineno))
    yield from _through_macros(part, parameters, templates, assigned)


def _through_macros(
    part: TemplatePart,
    parameters: Mapping[str, Parameter],
    templates: set[str],
    assigned: Mapping[str, list[nodes.Expr]],
) -> Iterator[Problem]:
    """Yield where macros are called with what they print and no sentence can hold."""
    stored = {name.name for name in part.every(nodes.Name) if name.ctx == "store"} - assigned.keys()
    outside = {name: parameter for name, parameter in parameters.items() if name not in stored}
    for call, argument in _printed_arguments(part, assigned):
        if part.origin(call.lineno) not in templates:
            continue
        own = {name.name for macro in part.every(nodes.Macro) if _holds(macro, call) for name in macro.args}
        meant = {name: parameter for name, parameter in outside.items() if name not in own}
        for piece in _parts(argument, assigned):
            if reason := _reason(piece, meant):
                reason = reason.replace("{{ ", "").replace(" }}", "")
                yield Problem(f"a macro prints what it is called with: {reason}", part.place(call.lineno))


def _printed_arguments(
    part: TemplatePart, assigned: Mapping[str, list[nodes.Expr]]
) -> Iterator[tuple[nodes.Call, nodes.Expr]]:
    """Yield the arguments that macros print as they are, or hand on to macros that do, each with its call."""
    macros = {macro.name: macro for macro in part.every(nodes.Macro)}
    printed: set[tuple[str, str]] = set()
    size = -1
    while size != len(printed):
        size = len(printed)
        for macro in macros.values():
            looped = {
                name.name
                for loop in macro.find_all(nodes.For)
                for name in [loop.target, *loop.target.find_all(nodes.Name)]
                if isinstance(name, nodes.Name)
            }
            shown: list[nodes.Node] = [node for output in macro.find_all(nodes.Output) for node in output.nodes]
            shown += [given for call in macro.find_all(nodes.Call) for given in _given(call, macros, printed)]
            names = {part.name for node in shown for part in _parts(node, assigned) if isinstance(part, nodes.Name)}
            printed |= {(macro.name, name.name) for name in macro.args if name.name in names - looped}
    for call in part.every(nodes.Call):
        yield from ((call, given) for given in _given(call, macros, printed))


def _given(
    call: nodes.Call, macros: Mapping[str, nodes.Macro], printed: Collection[tuple[str, str]]
) -> Iterator[nodes.Expr]:
    """Yield what a call gives for the arguments that its macro prints."""
    if not isinstance(call.node, nodes.Name) or call.node.name not in macros:
        return
    name = call.node.name
    given = [*zip((argument.name for argument in macros[name].args), call.args, strict=False)]
    given += [(keyword.key, keyword.value) for keyword in call.kwargs]
    yield from (value for argument, value in given if (name, argument) in printed)


def _holds(macro: nodes.Macro, call: nodes.Call) -> bool:
    return any(inner is call for inner in macro.find_all(nodes.Call))


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
