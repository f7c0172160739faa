"""Tells whether OpenAI or a server like it can be reached and lets us in; asking about models is free."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2
import openai

from prompt_kit.catalogue import Model
from prompt_kit.generators import Checked, Request
from prompt_kit.generators.openai.answers import refused
from prompt_kit.generators.openai.connection import at_home, headers, key_problem
from prompt_kit.generators.reaching import unreachable
from prompt_kit.outcome import Status
from prompt_kit.prompt import Settings, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PASSING = 429


async def checked(
    key: str, place: str, address: str, models: Sequence[str], client: Callable[[], openai.AsyncOpenAI]
) -> tuple[Checked, ...]:
    """Return what was found, in the order in which one thing needs the other.

    Args:
        key: The key, or nothing.
        place: Where it stood.
        address: Where requests go.
        models: The models that should answer to the key; a server of one's own is only asked which ones it has.
        client: Opens the connection.
    """
    home = at_home(address)
    problem = key_problem(key, place, home=home)
    if problem:
        return (Checked("key", "wrong" if key else "odd", problem.message, problem.next_step),)
    first = Checked("key", "good", f"There is a key, {place}." if key else "No key is sent; this server may need none.")
    try:
        there = {model.id async for model in client().models.list(extra_headers=headers(key))}
    except (openai.OpenAIError, httpx2.HTTPError, ValueError) as error:
        trouble = _trouble(error, address)
        # A key that is not accepted takes the place of the first look at it.
        return (trouble,) if trouble.about == "key" else (first, trouble)
    if not home and not there & set(models):
        return (first, Checked("network", "good", f"{_host(address)} answers, with models of its own."))
    return (first, *(_told(model, there) for model in models))


def _told(model: str, there: set[str]) -> Checked:
    if model in there:
        return Checked(f"model {model}", "good", "It is there.")
    step = "Ask for another model, or verify the organisation at platform.openai.com."
    return Checked(f"model {model}", "wrong", "This key does not have it.", step)


def _trouble(error: Exception, address: str) -> Checked:
    if isinstance(error, openai.APIStatusError):
        told = refused(error.status_code, error.body, Request(Turn(()), Model(id="any"), Settings())).outcome
        passing = error.status_code >= 500 or error.status_code == _PASSING  # noqa: PLR2004 - HTTP's own families
        about = "key" if told.status is Status.AUTH else "network"
        return Checked(about, "odd" if passing else "wrong", told.message, told.next_step)
    if isinstance(error, openai.APIConnectionError):
        fact, step = unreachable(error.__cause__ if isinstance(error.__cause__, Exception) else error, _host(address))
        return Checked("network", "wrong", fact, step)
    return Checked("network", "wrong", f"What {_host(address)} answers is not the OpenAI API.", "Look at the base URL.")


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.rpartition("@")[2] or "OpenAI"
    except ValueError:
        return "OpenAI"
