"""Checks whether OpenAI or a server like it can be reached and accepts the key; asking about models is free."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import httpx2
import openai

from prompt_kit.catalogue import Model
from prompt_kit.generators import Checked, Request
from prompt_kit.generators.network import address_problem, host, unreachable
from prompt_kit.generators.openai.access import KEY, at_home, key_problem
from prompt_kit.generators.openai.answers import refused
from prompt_kit.generators.redaction import without_key
from prompt_kit.outcome import Status
from prompt_kit.prompt import Settings, Turn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

CHECK_S: Final = 20.0
"""How long the list of models may take."""

_PASSING: Final = 429
_NO_LIST: Final = frozenset({404, 405, 501})
_ON_THE_WAY: Final = (httpx2.HTTPError, openai.APIConnectionError, OSError)
_ODDITIES: Final = (OSError, ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What comes of an answer that is slow, no JSON, or JSON of another shape."""

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_LOOK: Final = "Look at the proxy and the base URL; it usually ends with /v1."


async def checked(
    key: str, place: str, address: str, models: Sequence[str], listed: Callable[[], Awaitable[str]]
) -> tuple[Checked, ...]:
    """Return what was found, in the order in which one thing needs the other.

    Args:
        key: The key, or nothing.
        place: Where it stood.
        address: Where requests go.
        models: The models that should answer to the key; a server of one's own is only asked which ones it has.
        listed: Asks the server for its models, and returns its answer as it came.
    """
    home = at_home(address)
    problem = key_problem(key, place, home=home)
    if problem:
        return (Checked("key", "wrong" if key else "odd", problem.message, problem.next_step),)
    first = Checked("key", "good", f"There is a key, {place}." if key else "No key is sent; this server may need none.")
    nowhere = address_problem(address)
    if nowhere:
        return (first, Checked("network", "wrong", nowhere.message, nowhere.next_step))
    try:
        there = _models_in(await listed())
    except openai.APIStatusError as error:
        trouble = _refusal(error, key, f"The key in use is {place}." if key else f"{KEY} is not set.", address)
        # A key that is not accepted replaces the check that there is one.
        return (trouble,) if trouble.about == "key" else (first, trouble)
    except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, *_ODDITIES) as error:
        return (first, _trouble(error, address))
    if not home and there.keys().isdisjoint(models):
        step = "Name one of them with --model, or describe it in the project's models file."
        return (first, Checked("network", "good", f"{host(address)} answers, with models of its own.", step))
    return (first, *(_model_check(model, there, home=home) for model in models))


def _models_in(answer: str) -> Mapping[str, str]:
    """Return the models of a list, each with the day of its end if one is announced.

    The JSON is read as it came: some servers list without the frame around it, or have nothing in it.
    """
    content = json.loads(answer)
    rows = content if isinstance(content, list) else content["data"] or []
    return {row["id"]: str(row.get("shutdown_date") or "") for row in rows}


def _model_check(model: str, there: Mapping[str, str], *, home: bool) -> Checked:
    about = f"model {model}"
    if model not in there:
        step = "Ask for another model, or verify the organization at platform.openai.com."
        fact = "This key does not have it." if home else "The server does not have it."
        return Checked(about, "wrong", fact, step if home else "Ask for another model.")
    day = _DAY.match(there[model])
    if day:
        return Checked(about, "odd", f"It is available until {day[0]}.", "Look for the model that takes its place.")
    return Checked(about, "good", "It is available.")


def _refusal(error: openai.APIStatusError, key: str, whose: str, address: str) -> Checked:
    """Return what an HTTP error says about key or network."""
    home, code = at_home(address), error.status_code
    request = Request(Turn(()), Model(id="any"), Settings())
    outcome = without_key(refused(code, error.body, request).outcome, key)
    # A project's key may draw without being allowed to list (charonn0/Xojo-OpenAI#8, 2024-10); the words are those
    # of microsoft/PowerToys#32989, 2024-05.
    if "missing scopes" in outcome.message.lower():
        step = "Pictures may work nevertheless. To check it, allow the key to list models."
        return Checked("models", "odd", "The key is not allowed to list models.", step)
    if outcome.status is Status.AUTH:
        fact = outcome.message if key else "The server wants a key, and none is sent."
        step = outcome.next_step if home else f"Set {KEY} to a key that this server takes."
        return Checked("key", "wrong", fact, f"{step} {whose}")
    if code in _NO_LIST:
        return Checked("network", "wrong" if home else "odd", f"{host(address)} lists no models.", _LOOK)
    passing = code >= 500 or code == _PASSING  # noqa: PLR2004 - passing trouble at the server
    return Checked("network", "odd" if passing else "wrong", outcome.message, outcome.next_step)


def _trouble(error: Exception, address: str) -> Checked:
    """Return why an answer could not be used."""
    cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
    if isinstance(cause, _ON_THE_WAY):
        return Checked("network", "wrong", *unreachable(cause, host(address)))
    return Checked("network", "wrong", f"What {host(address)} answers is not the OpenAI API.", _LOOK)
