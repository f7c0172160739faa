"""The offline generator: a designed sheet that shows what is about to be asked for, before money is spent."""

from prompt_kit.generators.proof.generator import Proof

__all__ = ["Proof"]
