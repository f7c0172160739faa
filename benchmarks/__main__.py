"""Run with `make bench`: how fast the kit is, beside what it is made of, as ratios of one run.

`make bench PART=pictures` measures a part alone; the parts are in `PARTS`.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from benchmarks import saving
from benchmarks.history import history
from benchmarks.pictures import many_pictures
from benchmarks.rendering import rendering
from benchmarks.studio import minute, previews
from prompt_kit.project import Project
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Library, built_in
from prompt_kit.recipe.roots import Root
from prompt_kit.support import yamlloader
from prompt_kit.support.yamlfile import YamlFile

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = built_in()[0].parent
LIBRARY = Library(Project(root=built_in()[0].parent), roots=(Root(*built_in(), "built in"),))


def cpu() -> float:
    """Return the seconds of the processor that this process and those it waited for have taken."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def each(*calls: Callable[[], Any], rounds: int = 15, loops: int = 400) -> list[float]:
    """Return the median seconds of the processor of each call, measured in turn so that the machine is the same."""
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for call, times in zip(calls, taken, strict=True):
            began = cpu()
            for _ in range(loops):
                call()
            times.append((cpu() - began) / loops)
    return [statistics.median(times) for times in taken]


def reading() -> None:
    """Recipe files that are new, beside PyYAML's C loader; and those that were read before."""
    paths = [path for _ in range(13) for path in sorted(built_in()[0].glob("*.yaml"))][:13]
    texts = [(path, path.read_text("utf-8")) for path in paths]
    ours, theirs = each(
        lambda: [yamlloader.load(text, "x") for _, text in texts],
        lambda: [yaml.load(text, Loader=yaml.CSafeLoader) for _, text in texts],
        loops=2,
    )
    report("reading 13 new recipe files, time of PyYAML's C loader", ours / theirs, "≤ 1.3", f"{ours * 1000:.1f} ms")
    [again] = each(lambda: [YamlFile(path, "x", text) for path, text in texts], loops=2)
    report("the same, when they were read before", again / theirs, "≤ 0.1", f"{again * 1000:.1f} ms")


def processes() -> None:
    """Whole commands, beside processes that only import what they need, both with their bytecode kept as installed."""
    click = "import click; click.Command('x', params=[click.Option(['--a'])]).main(['--help'], standalone_mode=False)"
    four = "import click, yaml, jinja2.sandbox; from pydantic import BaseModel"
    kit = "import sys; from prompt_kit.cli.main import main; sys.argv[1:] = {!r}; main()"
    for label, goal, ours, theirs in (
        ("prompt-kit --help, time of an empty click program", "≤ 1.3", kit.format(["--help"]), click),
        (
            "prompt-kit render, time of importing click, yaml, jinja2 and pydantic",
            "≤ 1.3",
            kit.format(["render", "sticker", "--example", "red-panda"]),
            four,
        ),
    ):
        mine, floor = each(partial(_python, ours), partial(_python, theirs), rounds=15, loops=1)
        report(label, mine / floor, goal, f"{mine * 1000:.0f} ms against {floor * 1000:.0f} ms")


def compiling() -> None:
    """A recipe read, checked and compiled from nothing."""

    def fresh() -> None:
        _ = load("sticker", library=Library(LIBRARY.project, roots=LIBRARY.roots)).turn_templates

    [taken] = each(fresh, rounds=7, loops=5)
    report("sticker: read, assemble, check and compile", taken * 1000, "ms", "")


def large_projects() -> None:
    """Two thousand recipes of the size of `sticker`, each with a template of its own."""
    recipes, templates = built_in()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, source in (("recipes", recipes / "sticker.yaml"), ("templates", templates / "sticker.j2")):
            (root / name).mkdir()
            text = source.read_text("utf-8")
            for number in range(2_000):
                # A comment makes each a file of its own.
                comment = f"# {number}\n" if name == "recipes" else f"{{# {number} #}}"
                (root / name / f"sticker-{number}{source.suffix}").write_text(comment + text, "utf-8")
        shutil.copytree(recipes / "pictures", root / "recipes/pictures")
        (root / "prompt-kit.yaml").touch()
        for command, goal, rounds in (("list", "≤ 0.7 s", 5), ("check", "≤ 38 s", 1)):
            code = f"import os, sys; os.chdir({folder!r}); from prompt_kit.cli.main import run; run([{command!r}])"
            began = time.perf_counter()
            [taken] = each(partial(_python, code), rounds=rounds, loops=1)
            clock = f"{time.perf_counter() - began:.1f} s by the clock; goal on 2 cores ≤ 20 s" if rounds == 1 else ""
            report(f"2,000 recipes: {command}, seconds of the processor", taken, goal, clock)


def requests() -> None:
    """Answers of 20 kB through the Gemini generator, CPU beside that of the bare SDK, in processes of their own."""
    command = [sys.executable, "tests/servers/gemini_server.py", "--port", "8798"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    server.stdout.readline()
    try:
        pairs = [(_cpu(ASKING + OURS), _cpu(ASKING + THEIRS)) for _ in range(5)]
    finally:
        server.terminate()
        server.wait()
    ours, theirs = (statistics.median(each) for each in zip(*pairs, strict=True))
    share = max(0.0, ours - theirs) / theirs
    report("one request through gemini, our CPU beside the SDK's", share, "≤ 0.4", f"{ours:.2f} ms in all")


ASKING = """
import asyncio, time
from google import genai
from google.genai import types
from prompt_kit.catalogue import Catalogue
from prompt_kit.generators import Request
from prompt_kit.generators.gemini import Gemini
from prompt_kit.prompt import Settings, Text, Turn
KEY, URL = "a-key-of-nobody", "http://127.0.0.1:8798"
settings = Settings(aspect_ratio="1:1")
request = Request(Turn((Text("Draw a fox."),)), Catalogue.load().choose(settings), settings)
async def measured(ask):
    for _ in range(20):
        await ask()
    began = time.process_time()
    for _ in range(150):
        await ask()
    print((time.process_time() - began) / 150 * 1000)
"""
OURS = """
async def main():
    async with Gemini(api_key=KEY, base_url=URL) as gemini:
        await measured(lambda: gemini.generate(request))
asyncio.run(main())
"""
THEIRS = """
async def main():
    client = genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=URL)).aio
    config = types.GenerateContentConfig(
        response_modalities=["TEXT", "IMAGE"], image_config=types.ImageConfig(aspect_ratio="1:1")
    )
    ask = client.models.generate_content
    await measured(lambda: ask(model=request.model.id, contents="Draw a fox.", config=config))
    await client.aclose()
asyncio.run(main())
"""


def _cpu(code: str) -> float:
    """Return the milliseconds of CPU that a program prints for one request."""
    command = [sys.executable, "-c", code]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _python(code: str) -> None:
    """Run a program in a process that finds the bytecode of modules, as it does where the kit is installed."""
    environment = os.environ | {"PYTHONPYCACHEPREFIX": os.environ["PROMPT_KIT_CACHE"]}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=environment)


def report(what: str, ratio: float, goal: str, detail: str) -> None:
    """Print one line."""
    print(f"{what:<72}{ratio:>7.2f}  {goal:<7}{detail}")


def saved_pictures() -> None:
    """Print what saving costs."""
    for line in saving.lines():
        report(*line)


PARTS: dict[str, tuple[Callable[[], None], ...]] = {
    "recipes": (partial(rendering, each, report), reading, compiling, large_projects),
    "commands": (processes,),
    "pictures": (requests, partial(many_pictures, report), saved_pictures),
    "history": (history,),
    "studio": (partial(previews, report), partial(minute, report)),
}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as cache:
        os.environ["PROMPT_KIT_CACHE"] = cache
        for part in sys.argv[1:] or PARTS:
            for measure in PARTS[part]:
                measure()
