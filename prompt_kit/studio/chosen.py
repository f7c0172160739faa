"""The channel that was chosen in a form, for whose size most people want their pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prompt_kit.pixels.channels import ASKED_AS, CHANNELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.pixels.channels import Channel
    from prompt_kit.record.runs import RunRecord
    from prompt_kit.studio.asked import AskedRun


@dataclass(frozen=True, slots=True)
class ChosenChannel:
    """The channel that was chosen in a form."""

    channel: Channel
    label: str = ""
    """What the form calls it; empty where that was not asked."""


def chosen_channel(record: RunRecord | None, asked: AskedRun | None = None) -> ChosenChannel | None:
    """Return the channel that was chosen in the form of a run; ``None`` when there was no choice of one.

    Args:
        record: The record of the run.
        asked: What it was asked in the words of its form, by which the channel is called.
    """
    values: Mapping[str, object] = record.values if record else {}
    channel = CHANNELS.get(ASKED_AS.get(str(values.get("channel") or ""), ""))
    if channel is None:
        return None
    lines = asked.values if asked else ()
    return ChosenChannel(channel, next((line.texts[0] for line in lines if line.name == "channel" and line.texts), ""))


def wanted_address(picture: str, chosen: ChosenChannel | None) -> str:
    """Return the address of the download that most people want of a finished picture.

    Args:
        picture: Its run and file name.
        chosen: The channel that was chosen in its form.
    """
    return f"/channel/{chosen.channel.name}/{picture}" if chosen else f"/files/{picture}?download=true"


def wanted_label(chosen: ChosenChannel | None) -> str:
    """Return what the button for that download says."""
    if chosen is None:
        return "Download"
    named = f" for {chosen.label}" if chosen.label else ""
    return f"Download{named}, {chosen.channel.width} × {chosen.channel.height}"
