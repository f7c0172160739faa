"""The offline generator: a designed sheet that shows what is about to be asked for, before money is spent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.generators.proof.generator import Proof

__all__ = ["FREE", "LAYOUTS", "Proof", "has_access"]

FREE: Final = True
LAYOUTS: Final = True


def has_access(options: Mapping[str, Any]) -> bool:  # noqa: ARG001 - the same for every generator
    """Return whether it can be asked; it always can."""
    return True


def __getattr__(name: str) -> Any:
    """Load what draws when the generator is first used."""
    if name == "Proof":
        from prompt_kit.generators.proof.generator import Proof

        return Proof
    raise AttributeError(name)
