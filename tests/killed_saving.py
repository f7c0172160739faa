"""Saves a recipe with its template, and kills itself at each step of that; see `test_saving_together.py`.

A process of its own: ``python killed_saving.py FOLDER``. After each kill, the rest is done as the next studio does it; it
prints, for each, whether recipe and template are both the old ones or both the new ones.
"""

from __future__ import annotations

import os
import sys
from itertools import count
from pathlib import Path

from killing import Steps

from prompt_kit.project import Project
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Library
from prompt_kit.review.writing.saving import alone, finish, save
from prompt_kit.review.writing.texts import own_text, written_text


def texts(word: str) -> dict[str, str]:
    """Return a recipe and its template that go together only with each other."""
    recipe = f"title: Mine\nparameters: {{{word}: {{type: text, required: true}}}}\nexamples: {{a: {{values: {{{word}: x}}}}}}\n"
    return {"recipes/mine.yaml": recipe, "templates/mine.j2": f"Draw {{{{ {word} }}}}.\n"}


def write(project: Project, word: str) -> None:
    """Write both files as they are before."""
    for name, text in texts(word).items():
        path = project.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


def save_both(project: Project, word: str, last: int) -> None:
    """Save both as the studio does, and be killed at a step."""
    library = Library(project)
    names = {"recipe": "mine", "template": "mine.j2"}
    digests = {kind: written_text(library, kind, name).digest for kind, name in names.items()}
    contents = dict(zip(names, texts(word).values(), strict=True))
    sent = [own_text(library, kind, name, contents[kind], digests[kind]) for kind, name in names.items()]
    Steps(last)
    with alone(project):
        assert save(sent, project) == []


def main(folder: Path) -> None:
    """Kill at the first step, at the second, and so on, until there is no further one."""
    project = Project(root=folder)
    for last in count(1):
        write(project, "subject")
        child = os.fork()
        if child == 0:
            save_both(project, "motif", last)
            os._exit(0)
        killed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        finish(project)
        now = {name: (folder / name).read_text("utf-8") for name in texts("motif")}
        state = next((word for word in ("subject", "motif") if now == texts(word)), "torn")
        load("mine", library=Library(project)).render_example("a")
        print(state, flush=True)  # noqa: T201 - this is what it is started for
        if not killed:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
