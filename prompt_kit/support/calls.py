"""What public functions check before they work: the loop they are called in, their options, the kinds of arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from prompt_kit.errors import PromptKitError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

T = TypeVar("T")


def waited(twin: str, begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Return what an async twin returns, once it is done.

    Args:
        twin: Its name, as people write it.
        begin: Calls it.

    Raises:
        PromptKitError: When an event loop is running here already; nothing was begun.
    """
    import asyncio  # slow to import, and most calls of the kit need no loop

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(begin())
    raise PromptKitError(f"An event loop is running here, as in Jupyter. Use: await {twin}(…)")


def check_options(function: str, given: Mapping[str, Any], options: type) -> None:
    """Check that a function takes all options that it is given.

    Args:
        function: Its name.
        given: The options by name.
        options: The typed dictionary of those it takes.

    Raises:
        TypeError: When it does not take one of them.
    """
    taken = list(options.__annotations__)
    all_taken = f"It takes {', '.join(taken)}."
    unknown = [
        f"{function}() has no option '{name}'. {did_you_mean(name, taken) or all_taken}"
        for name in given
        if name not in taken
    ]
    if unknown:
        raise TypeError("\n".join(unknown))


def check_kind(argument: str, value: object, kind: type | tuple[type, ...], needed: str) -> None:
    """Check that an argument is of a kind.

    Args:
        argument: Its name.
        value: The argument.
        kind: The type it must have.
        needed: What it must be, in words with which the sentence "prompt must be …" goes on.

    Raises:
        TypeError: When it is of another kind.
    """
    if not isinstance(value, kind):
        raise TypeError(f"{argument} must be {needed}; this is of the type '{type(value).__name__}'.")
