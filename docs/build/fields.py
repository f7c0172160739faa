"""Parameters, choices and reference slots as tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from docs.build.markup import code, folded, plain, table
from prompt_kit.cli.options import flag
from prompt_kit.prompt import ROLES
from prompt_kit.recipe.parameters import ChoiceOf, ChoicesOf
from prompt_kit.support.words import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.recipe.parameters import Choice, Parameter
    from prompt_kit.recipe.spec import ReferenceSlot

KINDS: Final = {
    "text": "a line of words",
    "long_text": "sentences",
    "copy": "exact words for the picture",
    "copies": "exact words, several",
    "choice": "a choice",
    "choices": "several choices",
    "list": "several lines",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "yes or no",
    "color": "a colour",
}
"""What each kind of parameter takes, in a few words."""


def parameter_tables(parameters: Mapping[str, Parameter]) -> str:
    """Return a table of parameters for each of their groups, then the choices, folded."""
    groups: dict[str, list[str]] = {}
    for name, parameter in parameters.items():
        groups.setdefault(parameter.group, []).append(name)
    blocks = []
    for group, names in groups.items():
        rows = [_row(name, parameters[name]) for name in names]
        blocks.append(f"**{plain(group)}**" if group and len(groups) > 1 else "")
        blocks.append(table(("Option", "What it asks", "Takes"), rows))
    blocks += [choice_table(name, p) for name, p in parameters.items() if isinstance(p, ChoiceOf | ChoicesOf)]
    return "\n\n".join(block for block in blocks if block)


def reference_table(references: Mapping[str, ReferenceSlot]) -> str:
    """Return a table of the pictures that go along, in the order in which they are sent."""
    rows = []
    for name, slot in references.items():
        words = " ".join(filter(None, (f"<strong>{plain(slot.title or spoken(name))}</strong>.", plain(slot.help))))
        rows.append((code(flag(name)), words, f"{slot.takes}, {plain(ROLES[slot.role])}"))
    return table(("Option", "Which pictures", "How many, and what is taken from them"), rows)


def choice_table(name: str, parameter: ChoiceOf | ChoicesOf) -> str:
    """Return the choices of a parameter with the words that reach the prompt, folded."""
    rows = [
        (
            code(value),
            _told(one),
            plain(one.words or spoken(value)),
        )
        for value, one in parameter.choices.items()
    ]
    own = "\n\nOwn words are welcome, too." if parameter.other else ""
    count = f"{len(rows)} choices" if len(rows) > 1 else "one choice"
    shown = table(("Value", "For people", "In the prompt"), rows) + own
    return folded(f"{parameter.title or spoken(name)}: {count}", shown, "abstract")


def _told(one: Choice) -> str:
    return f"<strong>{plain(one.label)}{'.' if one.help else ''}</strong> {plain(one.help)}".strip()


def _row(name: str, parameter: Parameter) -> tuple[str, str, str]:
    title = f"<strong>{plain(parameter.title or spoken(name))}</strong>."
    return code(flag(name)), " ".join(filter(None, (title, plain(parameter.help)))), _takes(parameter)


def _takes(parameter: Parameter) -> str:
    said = [KINDS[parameter.type]]
    limits = _limits(parameter)
    said += [limits] if limits else []
    said += ["<strong>required</strong>"] if parameter.required else []
    said += [f"otherwise {code(_value(parameter.default))}"] if parameter.default not in (None, "", []) else []
    away = getattr(parameter, "away_from", ())
    said += [f"otherwise far from the colours in {', '.join(code(flag(other)) for other in away)}"] if away else []
    said += [f"asked with {_condition(parameter.show_if)}"] if parameter.show_if else []
    return ", ".join(said)


def _limits(parameter: Parameter) -> str:
    least, most = getattr(parameter, "min", None), getattr(parameter, "max", None)
    if least is not None and most is not None:
        return f"{least:g} to {most:g}"
    if most is not None:
        return f"up to {most:g}"
    if least is not None:
        return f"at least {least:g}"
    longest = getattr(parameter, "max_length", None)
    return f"up to {longest} characters" if longest else ""


def _condition(condition: Mapping[str, Any]) -> str:
    said = []
    for name, wanted in condition.items():
        if wanted is True:
            said.append(code(flag(name)))
        else:
            values = wanted if isinstance(wanted, list) else [wanted]
            said.append(f"{code(flag(name))} {' or '.join(code(_value(value)) for value in values)}")
    return " and ".join(said)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
