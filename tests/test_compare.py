"""Side by side: axes, prices, making, going on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from comparing import SHOP, Seen
from fakes import BLOCKED, Painter
from filelock import FileLock
from gemini_replies import broken, finished, picture, refused
from gemini_server import GeminiServer

import prompt_kit
from prompt_kit.cli.main import run
from prompt_kit.comparing import Comparison, ComparisonProgress, table
from prompt_kit.errors import BudgetError, WorkspaceError
from prompt_kit.kit import acompare, compare
from prompt_kit.outcome import Outcome, Status
from prompt_kit.recipe.assembly import load
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.runs import open_run, runs
from prompt_kit.work.reporting import reporting

if TYPE_CHECKING:
    from conftest import MakeTree

    from prompt_kit.generators import Request
    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe

FOX: dict[str, Any] = {"subject": "a fox"}


@pytest.fixture
def card(tree: MakeTree, library: Library) -> Recipe:
    """A small recipe in the test's own folder."""
    tree(**SHOP)
    return load("card", library=library)


def made(card: Recipe, across: dict[str, Any], painter: Painter | None = None, **options: Any) -> Comparison:
    """Make a comparison with a painter, whose price nobody knows."""
    chosen: dict[str, Any] = {"generator": painter or Painter(), "max_cost": None} | options
    return compare(card, FOX, across=across, **chosen)


def test_the_same_request_is_made_once(card: Recipe) -> None:
    """A strategy without words asks nothing new, and the default is the default by name."""
    painter = Painter()
    comparison = made(card, {"strategy": ["none", "silent", "soft"], "style": [None, "flat"]}, painter)
    assert len(comparison.results) == 6
    assert len(painter.asked) == 2
    assert comparison.cost == Decimal("0.08")
    assert all(len(result.pictures) == 1 for result in comparison.results)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process ends in the middle")
def test_a_comparison_that_nobody_got_is_not_paid_again(card: Recipe) -> None:
    """Killed before it could be shown: the same comparison has all for nothing, and one after it makes others."""
    across, painter = {"style": ["flat", "retro"]}, Painter()
    child = os.fork()
    if child == 0:
        try:
            with reporting():
                made(card, across)
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert made(card, across, painter).ok
    assert not painter.asked
    assert made(card, across, painter).ok
    assert len(painter.asked) == 2
    assert not list(card.library.project.runs_folder.rglob(".unreported"))


def test_the_table_is_priced_and_capped(card: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would cost too much is not begun, and neither is what nobody knows the price of."""
    monkeypatch.setenv("GEMINI_API_KEY", "nobody's")
    priced = table(card, FOX, {"tier": "*"})
    assert priced.estimate == sum(cell.price or 0 for cell in priced.cells)
    with pytest.raises(BudgetError, match=r"The 12 cells would cost about \$0\.\d\d, and \$0\.20 may be spent"):
        compare(card, FOX, across={"tier": ["draft", "standard"], "stars": [None, 1, 2, 3, 4, 5]}, max_cost=0.2)
    with pytest.raises(BudgetError, match="The price of gemini-nano-banana-2.1 is unknown"):
        compare(card, FOX, across={"style": "*"}, generator=Painter("painter"))
    assert not card.library.project.runs_folder.exists()


@pytest.mark.parametrize("count", [1, 2])
def test_a_handful_is_made_at_once(card: Recipe, count: int) -> None:
    """Repetitions counted."""
    waiting = most = 0
    four = asyncio.Event()

    async def meet(_: Request) -> None:
        nonlocal waiting, most
        waiting += 1
        most = max(waiting, most)
        if waiting == 4:
            four.set()
        async with asyncio.timeout(30):
            await four.wait()
        for _round in range(50):  # a fifth would come now
            await asyncio.sleep(0)
        waiting -= 1

    painter = Painter(before=meet)
    made(card, {"style": "*", "stars": [1, 2, 3]}, painter, count=count)
    assert (len(painter.asked), most) == (9 * count, 4)


def test_what_fails_is_shown_and_only_that_is_made_again(card: Recipe) -> None:
    """The rest goes on; the same command tries again what is missing; once all is there, it begins anew."""
    painter = Painter(answers={"retro": BLOCKED})
    first = made(card, {"style": "*"}, painter)
    assert [result.status for result in first.results] == [Status.OK, Status.BLOCKED, Status.OK]
    assert not first.ok
    assert "Blocked (IMAGE_SAFETY)" in Seen(first.sheet).text
    assert "Say it in other words." in Seen(first.sheet).text

    painter.answers.clear()
    second = made(card, {"style": "*"}, painter)
    assert second.ok
    assert second.folder == first.folder
    assert len(painter.asked) == 4
    assert second.cost == Decimal("0.12")

    third = made(card, {"style": "*"}, painter)
    assert third.folder != first.folder
    assert len(painter.asked) == 7


def test_new_begins_anew(card: Recipe) -> None:
    """Also where something was left unfinished."""
    painter = Painter(answers={"retro": BLOCKED})
    first = made(card, {"style": "*"}, painter)
    assert made(card, {"style": "*"}, painter, new=True).folder != first.folder
    assert len(painter.asked) == 6


def test_a_cell_whose_picture_is_gone_is_made_again(card: Recipe) -> None:
    """What was paid once and deleted since is not there."""
    painter = Painter(answers={"retro": BLOCKED})
    first = made(card, {"style": "*"}, painter)
    first.results[0].pictures[0].path.unlink()
    made(card, {"style": "*"}, painter)
    assert len(painter.asked) == 5


def test_a_comparison_that_is_stopped_keeps_what_it_has(card: Recipe) -> None:
    """The sheet is there; what may have been paid is only sent again when that is wished."""
    painter, steps = Painter(), list[str]()

    async def stopped() -> None:
        async def never_for_retro(request: Request) -> None:
            if "retro" in request.turn.text:
                steps.append("waiting")
                await asyncio.Event().wait()

        def heard(step: ComparisonProgress) -> None:
            steps.append(step.step)
            if steps.count("made") == 2 and "waiting" in steps:
                work.cancel()

        painter.before = never_for_retro
        options: dict[str, Any] = {"generator": painter, "max_cost": None, "on_progress": heard}
        work = asyncio.create_task(acompare(card, FOX, across={"style": "*"}, **options))
        with suppress(asyncio.CancelledError):
            await work

    asyncio.run(stopped())
    [folder] = (card.library.project.runs_folder / "comparisons").iterdir()
    assert len(Seen(folder / "sheet.html").all("img")) == 2
    assert json.loads((folder / "compare.json").read_text())["state"] == "stopped"

    painter.before = lambda _: None
    again = made(card, {"style": "*"}, painter)
    assert "may have been made and paid" in again.results[1].message
    assert len(painter.asked) == 3
    whole = made(card, {"style": "*"}, painter, resend=True)
    assert whole.ok
    assert (whole.folder, len(painter.asked)) == (folder, 4)


def test_a_key_that_is_refused_is_not_shown_again_and_again(card: Recipe) -> None:
    """Further cells of that generator are not sent."""
    refusal = Outcome(Status.AUTH, message="The key is not accepted.", billable="no")
    painter = Painter(answers={"Draw": refusal})
    comparison = made(card, {"style": "*", "stars": [1, 2, 3]}, painter)
    assert len(painter.asked) <= 4
    assert comparison.results[-1].message == "Nothing was sent. The key is not accepted."


def test_budgets_count_as_always(card: Recipe, tree: MakeTree, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day's budget stops the cells it has no money for, and the sheet says so."""
    monkeypatch.setenv("GEMINI_API_KEY", "nobody's")
    tree(**{"prompt-kit.yaml": "budget: {day: 0.05}\n"})
    with GeminiServer() as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        comparison = compare(card, FOX, across={"style": "*"}, project=prompt_kit.find_project())
    assert sorted(str(result.status) for result in comparison.results) == ["budget", "budget", "ok"]
    assert "today" in Seen(comparison.sheet).text


def test_a_comparison_is_no_run(card: Recipe) -> None:
    """Each cell is one, with its record and its row in the ledger."""
    comparison = made(card, {"style": "*"})
    root = card.library.project.runs_folder
    listed = list(runs(root))
    assert sorted(run.id for run in listed) == sorted(run for result in comparison.results for run in result.runs)
    assert not any(run.damage for run in listed)
    with Ledger.open(card.library.project.ledger_url) as ledger:
        assert len(ledger.entries()) == 3
    for result in comparison.results:
        record = open_run(result.runs[0], root).record
        assert record["prompt_fingerprint"] == (result.cell.plan and result.cell.plan.prompt.fingerprint)


def test_a_damaged_record_is_told_and_left_alone(card: Recipe) -> None:
    """A new comparison begins beside it."""
    painter = Painter(answers={"retro": BLOCKED})
    first = made(card, {"style": "*"}, painter)
    (first.folder / "compare.json").write_text("{")
    second = made(card, {"style": "*"}, painter)
    assert second.folder != first.folder
    assert "is damaged" in second.notes[0]
    assert (first.folder / "compare.json").read_text() == "{"


def test_two_processes_do_not_make_the_same_comparison(card: Recipe) -> None:
    """The second one would pay everything once more."""
    first = made(card, {"style": "*"}, Painter(answers={"retro": BLOCKED}))
    with FileLock(first.folder / ".lock"), pytest.raises(WorkspaceError, match="another process makes this comparison"):
        made(card, {"style": "*"})


def test_gemini_is_asked_over_one_connection(card: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every model by its tier, with the cost from its usage; refusals and waits are told where they happen."""
    monkeypatch.setenv("GEMINI_API_KEY", "nobody's")
    with GeminiServer() as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        server.next(picture(), finished("IMAGE_SAFETY"), refused(503))
        comparison = compare(card, FOX, across={"tier": "*", "style": ["flat", "retro"]})
        assert server.connections <= 4
        assert {asked.model for asked in server.requests} == {
            "gemini-3.1-flash-lite-image",
            "gemini-nano-banana-2.1",
            "gemini-3-pro-image",
        }
    assert sorted(str(result.status) for result in comparison.results) == ["blocked", *["ok"] * 5]
    assert all((result.cost or 0) > 0 for result in comparison.results if result.ok)


def test_models_are_asked_by_their_own_generators(card: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless one is named, or there is no key at all."""
    across = {"model": ["gemini-3-pro-image", "gpt-image-2.5-flare"]}

    def asked(**wishes: Any) -> list[str]:
        return [cell.plan.generator for cell in table(card, FOX, across, **wishes).cells if cell.plan]

    assert asked() == ["proof", "proof"]
    monkeypatch.setenv("GEMINI_API_KEY", "nobody's")
    assert asked() == ["gemini", "openai"]
    assert asked(generator="proof") == ["proof", "proof"]


def test_generators_of_ones_own_can_be_compared(card: Recipe) -> None:
    """By name or as they are."""
    comparison = made(card, {"generator": ["proof", Painter("painter"), Painter("another")]}, None, generator=None)
    assert [result.cell.name for result in comparison.results] == [
        "generator=proof",
        "generator=painter",
        "generator=another",
    ]
    assert comparison.ok


def test_watchers_hear_of_every_step(card: Recipe) -> None:
    """Prices first, the sheet last."""
    heard: list[str] = []
    painter = Painter(answers={"retro": BLOCKED})
    made(card, {"style": "*"}, painter, on_progress=lambda step: heard.append(step.step))
    assert (heard[0], heard[-1]) == ("priced", "written")
    assert (heard.count("sent"), heard.count("made")) == (3, 3)
    heard.clear()
    made(card, {"style": "*"}, painter, on_progress=lambda step: heard.append(step.step))
    assert heard == ["priced", "kept", "kept", "sent", "made", "written"]


@pytest.mark.usefixtures("card")
def test_the_command_tells_the_table_before(capsys: pytest.CaptureFixture[str]) -> None:
    """Every cell with its price, what all prompts say, and what only some do; nothing is made."""
    assert (
        run(["compare", "card", "--subject", "a fox", "--across", "style=flat,ink", "--across", "tier", "--dry-run"])
        == 0
    )
    out = capsys.readouterr().out
    assert "style=ink, tier=pro " in out
    assert "6 cells, 6 prompts to make: $0; with the real models about $0." in out
    assert "Only in style=ink\n" in out
    assert "  [1] It is drawn in a ink manner." in out
    assert not Path("runs").exists()


@pytest.mark.usefixtures("card")
def test_the_command_makes_and_writes(capsys: pytest.CaptureFixture[str]) -> None:
    """Progress goes to stderr, the sheet's path to stdout; the parameter that is compared is no missing option."""
    assert (
        run(
            [
                "compare",
                "card",
                "--across",
                'subject="a fox, asleep",a bee',
                "--out",
                "see.html",
                "--generator",
                "proof",
            ]
        )
        == 0
    )
    out, err = capsys.readouterr()
    assert Path(out.strip()).is_file()
    assert Path("see.html").is_file()
    assert "2/2 subject=" in err
    assert run(["compare", "card", "--example", "fox", "--across", "style=ink", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cells"][0]["status"] == "ok"
    assert Path(told["cells"][0]["pictures"][0]).is_file()


@pytest.mark.usefixtures("card")
def test_the_command_tells_every_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    """What is given and compared, what is missing, what is no amount."""
    assert run(["compare", "card", "--style", "ink", "--across", "style=flat,x", "--tier", "pro", "--size", "9K"]) == 2
    err = capsys.readouterr().err
    for part in (
        "--style: is given and compared.",
        "style=x: 'x' is not one of",
        "--subject: is missing.",
        "--size: must",
    ):
        assert part in err
    assert run(["compare", "card", "--across", "tier", "--max-cost", "much"]) == 2
    assert "'much' is no amount such as 2.50" in capsys.readouterr().err
    assert (
        run(["compare", "card", "--subject", "x", "--across", "strategy=none,soft", "--lamp", "above", "--dry-run"])
        == 0
    )
    assert "from above" in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="signals are another thing there")
@pytest.mark.usefixtures("card")
def test_ctrl_c_leaves_a_sheet(tmp_path: Path) -> None:
    """Exit code 130, and the sheet with what was made."""
    with GeminiServer(otherwise=picture()) as server:
        server.next(picture(), *[broken("never")] * 8)
        env = os.environ | {"GEMINI_API_KEY": "nobody's", "GOOGLE_GEMINI_BASE_URL": server.url}
        command = [sys.executable, "-m", "prompt_kit", "compare", "card", "--subject", "x", "--across", "style"]
        with subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr
            assert any("1/3" in line for line in process.stderr)
            process.send_signal(signal.SIGINT)
            err = process.stderr.read()
    assert process.returncode == 130, err
    [sheet] = tmp_path.glob("runs/comparisons/*/sheet.html")
    assert len(Seen(sheet).all("img")) == 1
    assert "Sheet: runs/comparisons/" in err
