"""Many pictures with ledger, files and sidecars, beside a bare loop over the same client of the SDK."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IN_FLIGHT: Final = 64
FEW_AND_MANY: Final = (100, 400, 1600)
"""How many pictures are made: what each of them takes is the same."""
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder with a name of its own is made there
"""Where files take none of a disk's time: on ext4, making one takes 16 or 800 µs of the kernel's CPU, as full as the
part of the disk is in which a new folder happens to lie."""
LARGE: Final = 12_000_000
"""Size of a picture of 4K, in bytes."""

SETUP: Final = """
import asyncio, gc, json, resource, sys, time
from pathlib import Path
from google import genai
from google.genai import types
import prompt_kit
from prompt_kit.generators.gemini import Gemini
folder, total, at_once, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
KEY, URL = "a-key-of-nobody", f"http://127.0.0.1:{port}"
def settle():  # every connection is open; what imports left behind is no part of a picture
    gc.collect()
    gc.freeze()
def tell(began, cpu_began):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    taken = time.perf_counter() - began
    print(json.dumps({"per_s": total / taken, "cpu_ms": (time.process_time() - cpu_began) / total * 1000, "mb": peak}))
"""

OURS: Final = """
async def main():
    prompt = prompt_kit.load("sticker").render(subject="a fox", background="white")
    async with Gemini(api_key=KEY, base_url=URL) as gemini, prompt_kit.Kit(
        prompt_kit.find_project(Path(folder)), concurrency=at_once
    ) as kit:
        await kit.agenerate(prompt, generator=gemini, count=min(at_once, 100), new=True)
        settle()
        began, cpu_began = time.perf_counter(), time.process_time()
        parts = [min(100, total - n) for n in range(0, total, 100)]
        outcomes = await asyncio.gather(
            *(kit.agenerate(prompt, generator=gemini, count=n, new=True) for n in parts)
        )
        tell(began, cpu_began)
        assert sum(len(outcome.pictures) for outcome in outcomes) == total
asyncio.run(main())
"""

THEIRS: Final = """
async def main():
    client = genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=URL)).aio
    config = types.GenerateContentConfig(
        response_modalities=["TEXT", "IMAGE"], image_config=types.ImageConfig(aspect_ratio="1:1")
    )
    gate = asyncio.Semaphore(at_once)
    async def ask():
        async with gate:
            made = await client.models.generate_content(
                model="gemini-nano-banana-2.1", contents="Create a sticker of a fox.", config=config
            )
            return len(made.candidates[0].content.parts[0].inline_data.data)
    await asyncio.gather(*(ask() for _ in range(min(at_once, 100))))
    settle()
    began, cpu_began = time.perf_counter(), time.process_time()
    await asyncio.gather(*(ask() for _ in range(total)))
    tell(began, cpu_began)
    await client.aclose()
asyncio.run(main())
"""


def many_pictures(report: Callable[..., None]) -> None:
    """Print pictures a second, CPU a picture and memory, for short and long answers and for few and many pictures."""
    for latency_s, total, rounds, goal in ((1.0, 256, 3, "≥ 0.9"), (0.05, 400, 3, "≥ 0.5")):
        with server(latency_s, 20_000) as port:
            ours, theirs = measured(port, total, rounds)
        name = f"64 in flight, answers after {latency_s:g} s, pictures/s of the bare SDK"
        detail = f"{ours['per_s']:.0f} against {theirs['per_s']:.0f} a second"
        report(name, ours["per_s"] / theirs["per_s"], goal, detail)
    with server(0.05, 20_000) as port:
        beyond = [_beyond(report, port, total) for total in FEW_AND_MANY]
    many, few = beyond[-1], beyond[0]
    report(f"the same, of {FEW_AND_MANY[-1]:,} pictures beside that of {FEW_AND_MANY[0]}", many / few, "≤ 1.1", "")
    for at_once in (1, 4):
        with server(0.05, LARGE) as port:
            ours, theirs = measured(port, 100, 1, at_once=at_once)
        name = f"memory of 100 pictures of 12 MB, {at_once} in flight, of the bare SDK"
        report(name, ours["mb"] / theirs["mb"], "≤ 1.5", f"{ours['mb']:.0f} against {theirs['mb']:.0f} MB")


def _beyond(report: Callable[..., None], port: str, total: int) -> float:
    """Print the CPU for a picture beyond the SDK's, and return it."""
    ours, theirs = measured(port, total, 3, where=MEMORY if MEMORY.is_dir() else None)
    beyond = ours["cpu_ms"] - theirs["cpu_ms"]
    name = f"CPU a picture of 20 kB beyond the SDK, in memory, {total:,} pictures, in ms"
    report(name, beyond, "≤ 1.5", f"{theirs['cpu_ms']:.2f} ms for the SDK alone")
    return beyond


@contextmanager
def server(latency_s: float, picture_bytes: int) -> Iterator[str]:
    """Serve pictures of a size after a time, in a process of its own, and yield its port."""
    script = Path(__file__).with_name("latency_server.py")
    command = [sys.executable, str(script), "0", str(latency_s), str(picture_bytes)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def measured(
    port: str, total: int, rounds: int, *, at_once: int = IN_FLIGHT, where: Path | None = None
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the medians of what both programs print, run in turn: ours, and the bare SDK's."""
    ours, theirs = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=where) as folder:
            (Path(folder) / "prompt-kit.yaml").touch()
            ours.append(_run(SETUP + OURS, port, folder, total, at_once))
            theirs.append(_run(SETUP + THEIRS, port, folder, total, at_once))
    return _medians(ours), _medians(theirs)


def _run(code: str, port: str, folder: str, total: int, at_once: int) -> dict[str, float]:
    command = [sys.executable, "-c", code, folder, str(total), str(at_once), port]
    printed: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return printed


def _medians(several: list[dict[str, float]]) -> dict[str, Any]:
    return {name: statistics.median(figures[name] for figures in several) for name in several[0]}
