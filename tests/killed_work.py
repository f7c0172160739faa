"""Does work of every kind with random faults and kills, repeats each command until it is through, and says what it saw.

``python killed_work.py FOLDER SEED CASES`` in a process of its own, so that children can be forked from one that has
loaded everything and has no threads. It prints a line of JSON for each case; `test_money.py` compares the server's bill
with the ledger and the files.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import textwrap
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import google.genai
import openai
import PIL.Image
import sqlalchemy.dialects.sqlite
from badges import BADGE
from killing import Steps

import prompt_kit
import prompt_kit.comparing.sheet
from prompt_kit.generators.gemini import Gemini
from prompt_kit.generators.openai import OpenAI
from prompt_kit.project import Project
from prompt_kit.prompt import Earlier, Prompt, Settings, Text, Turn
from prompt_kit.recipe.library import Library
from prompt_kit.record.runs import runs
from prompt_kit.work.jobs import cancel, jobs

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

sys.path.append(str(Path(__file__).with_name("servers")))
import billing_server

LOADED: Final = (google.genai, openai, PIL.Image, sqlalchemy.dialects.sqlite, prompt_kit.comparing.sheet)
"""What children need and would each load again."""

Command: TypeAlias = Callable[["Case", bool], bool]
"""Does the work, with consent to what may be paid twice or without; returns whether it is through."""

THROUGH, ENDED, CONSENT, ODD, HUNG = 0, 4, 3, 5, -signal.SIGALRM
MOST_ATTEMPTS: Final = 60

LONGEST_S: Final = 180
"""After so many seconds an attempt is taken to hang, and ended; it takes one or two."""

MOST_STEPS: Final = {"generate": 120, "compare": 130, "refine": 100, "batch": 170}
"""How many steps the longest commands of each kind have."""


class Unconsented(Exception):  # noqa: N818 - nothing went wrong
    """What is left may be paid twice."""


@dataclass
class Case:
    """One command that is given until it is through."""

    folder: Path
    url: str
    dice: random.Random
    kind: str = ""
    provider: str = "gemini"
    wanted: int = 0
    """How many pictures the command asks for, with those it builds on."""
    seen: dict[str, int] = field(default_factory=dict)
    """How often each ending was seen."""
    steps: Steps = field(init=False)
    """Those of the child that the command is given in."""

    @property
    def project(self) -> Project:
        """The project of the case alone."""
        return Project(root=self.folder)

    def generator(self) -> Gemini | OpenAI:
        """Return the real generator, at the address of the server."""
        maker = OpenAI if self.provider == "openai" else Gemini
        return maker(api_key="a-key-of-nobody", base_url=self.url, attempts=2)

    def options(self, *, resend: bool) -> dict[str, Any]:
        """Return how everything is sent."""
        return {"generator": self.generator(), "project": self.project, "resend": resend}


def generate_command(case: Case) -> Command:
    """Some repetitions of a prompt of some turns, the later ones with the first picture."""
    turns, count = case.dice.randint(1, 3), case.dice.randint(1, 3)
    made = [Turn((Text("Draw the front."),), "front")]
    made += [Turn((Earlier(0, "identity"), Text(f"Draw view {n}.")), f"view {n}") for n in range(1, turns)]
    prompt = Prompt(tuple(made), Settings(aspect_ratio="1:1"), recipe="spin")
    case.wanted = turns * count

    def command(case: Case, resend: bool) -> bool:  # noqa: FBT001 - the shape of all commands
        return prompt_kit.generate(prompt, count=count, **case.options(resend=resend)).ok

    return command


def compare_command(case: Case) -> Command:
    """Two styles of a badge, once or twice each."""
    count = case.dice.randint(1, 2)
    case.wanted = 2 * count

    def command(case: Case, resend: bool) -> bool:  # noqa: FBT001
        recipe = prompt_kit.load("badge", library=Library(case.project))
        across = {"style": ["felt", "tin"]}
        done = prompt_kit.compare(
            recipe, {"subject": "an owl"}, across=across, count=count, max_cost=None, **case.options(resend=resend)
        )
        if any("resend" in result.message for result in done.results):
            raise Unconsented
        return all(result.ok for result in done.results)

    return command


def refine_command(case: Case) -> Command:
    """A picture, and one change of it."""
    case.wanted = 2
    prompt = Prompt((Turn((Text("Draw a cup."),)),), Settings(aspect_ratio="1:1"), recipe="cup")

    def command(case: Case, resend: bool) -> bool:  # noqa: FBT001
        first = case.folder / "first"
        if not first.exists():
            outcome = prompt_kit.generate(prompt, **case.options(resend=resend))
            if not outcome.ok:
                return False
            with case.steps.paused():  # this is no work of the command
                first.write_text(str(outcome.pictures[0].path), "utf-8")
        refined = prompt_kit.refine(Path(first.read_text("utf-8")), "make it blue", **case.options(resend=resend))
        return refined.ok

    return command


def batch_command(case: Case) -> Command:
    """Two prompts in one job, collected by whichever process comes to it."""
    count = case.dice.randint(1, 2)
    case.wanted = 2 * count
    prompts = [
        Prompt((Turn((Text(f"Draw the sign {n}."),)),), Settings(aspect_ratio="1:1"), recipe=f"sign-{n}")
        for n in (1, 2)
    ]

    def command(case: Case, resend: bool) -> bool:  # noqa: FBT001
        options: Any = {"generator": case.generator(), "project": case.project}
        root = case.project.runs_folder
        for job in jobs(root)[0]:
            if job.state == "lost":
                if not resend:
                    raise Unconsented
                cancel(job, **options)
        if all(job.over for job in jobs(root)[0]):
            whole = {run.recipe for run in runs(root) if run.state == "done"}
            left = [prompt_kit.Order(prompt, count=count) for prompt in prompts if prompt.recipe not in whole]
            if left:  # else it was killed when all was collected
                prompt_kit.submit(*left, **options)
        prompt_kit.collect(pause_s=0.01, timeout_s=5.0, **options)
        return {run.recipe for run in runs(root) if run.state == "done"} == {prompt.recipe for prompt in prompts}

    return command


KINDS: Final = {
    "generate": generate_command,
    "compare": compare_command,
    "refine": refine_command,
    "batch": batch_command,
}


WITH_OPENAI: Final = ("generate", "refine")
"""What OpenAI makes, too: it takes no jobs."""


def attempt(case: Case, command: Command, *, resend: bool, last: int) -> int:
    """Give the command in a child that ends at a step unless it is through before; return how it ended."""
    child = os.fork()
    if child == 0:
        signal.alarm(LONGEST_S)
        case.steps = Steps(last)
        os._exit(_ending(case, command, resend=resend))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _ending(case: Case, command: Command, *, resend: bool) -> int:
    try:
        return THROUGH if command(case, resend) else ENDED
    except Unconsented:
        return CONSENT
    except prompt_kit.InputError as error:
        if "resend" in str(error) or "may have been" in str(error):
            return CONSENT
        _keep(case, error)
    except BaseException as error:  # noqa: BLE001 - the test shows it
        _keep(case, error)
    return ODD


def _keep(case: Case, error: BaseException) -> None:
    (case.folder / f"odd-{os.getpid()}.txt").write_text("".join(traceback.format_exception(error)), "utf-8")


def run(case: Case, settle: Callable[[], None]) -> dict[str, Any]:
    """Give a random command until it is through, with kills on the way, and return what was seen.

    Args:
        case: What is done.
        settle: Waits until the server has answered everything that killed processes sent.
    """
    command = KINDS[case.kind](case)
    for name, text in BADGE.items():
        (case.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (case.folder / name).write_text(textwrap.dedent(text), "utf-8")
    kills, consent, ending = case.dice.randint(0, 3), False, ENDED
    for _ in range(MOST_ATTEMPTS):
        last = case.dice.randint(1, MOST_STEPS[case.kind]) if kills else 0
        kills -= kills > 0
        ending = attempt(case, command, resend=consent, last=last)
        settle()
        case.seen[str(ending)] = case.seen.get(str(ending), 0) + 1
        consent = ending == CONSENT
        if ending in {THROUGH, ODD, HUNG}:
            break
    told = {"kind": case.kind, "provider": case.provider, "folder": str(case.folder), "wanted": case.wanted}
    return told | {"end": ending, "seen": case.seen}


def main(folder: Path, seed: int, cases: int) -> None:
    """Run so many cases, each with a server and a project of its own."""
    forking = get_context("fork")
    for number in range(seed, seed + cases):
        place = folder / f"case-{number}"
        place.mkdir(parents=True)
        dice = random.Random(number)
        kind = dice.choice([*KINDS])
        provider = dice.choice(["gemini", "openai"]) if kind in WITH_OPENAI else "gemini"
        ours, theirs = forking.Pipe()
        server = forking.Process(target=billing_server.serve, args=(provider, place / "bill", number, theirs))
        server.start()
        theirs.close()

        def settle(pipe: Connection = ours) -> None:
            pipe.send("settle")
            pipe.recv()

        told = run(Case(place, ours.recv(), dice, kind, provider), settle)
        ours.send("end")
        server.join()
        sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
