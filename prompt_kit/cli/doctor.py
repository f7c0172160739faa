"""The command that checks whether all is ready: ``doctor``."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from prompt_kit.cli.output import give_json, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_kit.generators import Checked

_SIGNS: Final = {"good": "✓", "odd": "!", "wrong": "✗"}
_PLAIN: Final = {"good": "ok", "odd": "!", "wrong": "X"}
_WIDTH: Final = 100


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(*, as_json: bool) -> None:
    """Tell without spending money whether key, models, network, clock and this project are all right.

    Exits with 1 when something is wrong; what is only worth knowing has a "!".
    """
    from prompt_kit.review.doctor import examine

    checks = examine()
    if as_json:
        give_json([asdict(check) for check in checks])
    else:
        _show(checks)
    if any(check.state == "wrong" for check in checks):
        click.get_current_context().exit(1)


def _show(checks: Sequence[Checked]) -> None:
    signs = _SIGNS if _can_print("".join(_SIGNS.values())) else _PLAIN
    width = max(len(check.about) for check in checks) + 2
    gap = " " * (3 + width)
    for check in checks:
        said = f"{check.fact} {check.next_step}".strip() if check.state == "good" else check.fact
        say(f"{signs[check.state]:<3}{check.about:<{width}}{_wrapped(said, gap)}")
        if check.next_step and check.state != "good":
            say(f"{gap}{_wrapped(check.next_step, gap)}")
    wrong, odd = (sum(check.state == state for check in checks) for state in ("wrong", "odd"))
    if wrong:
        say(f"\n{'One thing is' if wrong == 1 else f'{wrong} things are'} wrong.")
    else:
        say(f"\n{'Nothing is wrong; what has a ! is worth knowing.' if odd else 'All is well.'}")


def _wrapped(text: str, gap: str) -> str:
    # Long paths and addresses stay whole, so that they can be copied.
    lines = textwrap.wrap(text, _WIDTH - len(gap), break_long_words=False, break_on_hyphens=False)
    return f"\n{gap}".join(lines)


def _can_print(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
