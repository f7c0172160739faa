"""The folders in which recipes and their templates stand together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prompt_kit.errors import InputError
from prompt_kit.support.text import shortened, visible

if TYPE_CHECKING:
    from pathlib import Path


class Root(NamedTuple):
    """A folder of recipes and the folder of their templates."""

    recipes: Path
    templates: Path
    origin: str
    """What people call it: project, a pack's name, or built in."""
    folder: Path | None = None
    """The folder that none of its files may lead out of; the one above the recipes when left out."""

    def picture(self, name: str) -> Path:
        """Return the path of a picture that one of its files names, from the folder of the recipes or its own.

        Raises:
            InputError: When it stands outside of the root.
        """
        boundary = (self.folder or self.recipes.parent).resolve()
        try:
            path = (self.recipes / name).resolve()
            if not path.is_file() and (further := (boundary / name).resolve()).is_file():
                path = further
        except (OSError, RuntimeError, ValueError) as error:  # endless links; characters that no name has
            raise InputError(f"{shortened(visible(name))}: this is no file name.") from error
        if not path.is_relative_to(boundary):
            raise InputError(f"{shortened(visible(name))}: this leads out of {boundary}. Copy the picture into it.")
        return path
