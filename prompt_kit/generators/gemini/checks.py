"""Checks whether Gemini can be reached and accepts the credential; asking about models is free."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx2
from google.genai import errors

from prompt_kit.catalogue import Model
from prompt_kit.generators import Checked, Request
from prompt_kit.generators.gemini import platform
from prompt_kit.generators.gemini.access import KEYS, Access
from prompt_kit.generators.gemini.answers import refused
from prompt_kit.generators.gemini.connection import Connection, NotReadyError
from prompt_kit.generators.network import unreachable
from prompt_kit.generators.redaction import without_key
from prompt_kit.outcome import Status
from prompt_kit.prompt import Settings, Turn
from prompt_kit.support.durations import duration

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from google import genai

    from prompt_kit.outcome import Outcome

CHECK_S: Final = 20.0
"""How long one question about a model may take."""

WRONG_CLOCK: Final = timedelta(minutes=5)
"""A clock that is further off breaks signing in and secure connections (cloud.google.com, authentication, 2026-10)."""


async def checked(
    by: Access, connection: Connection, client: Callable[[], Awaitable[genai.Client]], models: Sequence[str]
) -> tuple[Checked, ...]:
    """Return what was found, in the order in which one thing needs the other."""
    credential = "credentials" if by.by_credentials else "key"
    if not by.key and not by.platform:
        step = f"'proof' works without. For real pictures set {KEYS[1]}; keys are made at aistudio.google.com/api-keys."
        return (Checked(credential, "odd", "There is no key for the Gemini API.", step),)
    problem = by.problem()
    if problem:
        return (Checked(credential, "wrong", problem.message, problem.next_step),)
    try:
        opened = await client()
    except NotReadyError as error:
        outcome = error.attempt.outcome
        about = "network" if outcome.status is Status.UNAVAILABLE else credential
        return (Checked(about, "wrong", outcome.message, outcome.next_step),)
    except (ValueError, httpx2.InvalidURL):
        return (Checked("network", "wrong", "The base URL is not an address.", "Check it."),)
    checks = [_credential_in_use(by, credential)]
    for model in models:
        check = await _asked(opened, model, by)
        checks.append(check)
        if check.state == "wrong" and check.about in {"network", credential}:
            # This check replaces the earlier one of the same thing, and its result is the same for every other model.
            checks = [check] if check.about == credential else [checks[0], check]
            break
    return (*checks, *_clock(connection.clock_ahead))


def _credential_in_use(by: Access, credential: str) -> Checked:
    """Report which credential is used and where it was found; the secret itself is never shown."""
    fact = by.whose if credential == "credentials" else f"There is a key, {by.place}."
    if by.platform:
        where = f" It is the Agent Platform, location {by.location}." if by.location else " It is the Agent Platform."
        fact = f"{fact}{where}".strip()
    values = [os.environ.get(name, "").strip() for name in KEYS]
    if credential == "key" and all(values) and values[0] != values[1] and by.key == values[0]:
        step = f"Leave one of them out if {KEYS[1]} is the one you mean."
        return Checked(credential, "odd", f"{KEYS[0]} and {KEYS[1]} hold different keys; {KEYS[0]} is used.", step)
    return Checked(credential, "good", fact)


async def _asked(client: genai.Client, model: str, by: Access) -> Checked:
    """Ask for one model's description, and return whether network, key and model are usable."""
    about, credential = f"model {model}", "credentials" if by.by_credentials else "key"
    try:
        await client.aio.models.get(model=model)
    except errors.APIError as error:
        outcome = _meaning(error, model, by)
        if error.code >= 500 or error.code == 429:  # noqa: PLR2004 - passing trouble at Google
            return Checked(about, "odd", outcome.message, outcome.next_step)
        if outcome.status is Status.AUTH:
            return Checked(credential, "wrong", outcome.message, f"{outcome.next_step} {by.whose}".strip())
        return Checked(about, "wrong", outcome.message, outcome.next_step)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        fact, step = unreachable(error, _host(client))
        return Checked("network", "wrong", fact, step)
    except (ValueError, TypeError, KeyError, RecursionError):
        step = "Look at the proxy and the base URL."
        return Checked("network", "wrong", f"What {_host(client)} answers is not Gemini.", step)
    return Checked(about, "good", "It is available.")


def _meaning(error: errors.APIError, model: str, by: Access) -> Outcome:
    request = Request(Turn(()), Model(id=model), Settings())
    attempt = refused(error.code, error.details, request)
    attempt = platform.reworded(attempt, by_credentials=by.by_credentials) if by.platform else attempt
    return without_key(attempt.outcome, by.key)


def _host(client: genai.Client) -> str:
    address = client._api_client._http_options.base_url or ""  # noqa: SLF001 - there is no public way
    try:
        return urlsplit(address).netloc.rpartition("@")[2] or "Google"
    except ValueError:
        return "Google"


def _clock(ahead: timedelta | None) -> Iterator[Checked]:
    if ahead is None:
        return
    off = duration(abs(ahead).total_seconds())
    if abs(ahead) > WRONG_CLOCK:
        way = "ahead of" if ahead > timedelta() else "behind"
        step = "Set it right: signing in and secure connections depend on it."
        yield Checked("clock", "odd", f"This computer's clock is {off} {way} Google's.", step)
    else:
        yield Checked("clock", "good", "This computer's clock agrees with Google's.")
