"""The offline generator: a designed sheet that shows what is about to be asked for, before money is spent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prompt_kit.generators.proof.generator import Proof

__all__ = ["Proof"]


def __getattr__(name: str) -> Any:
    if name != "Proof":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from prompt_kit.generators.proof.generator import Proof

    return Proof
