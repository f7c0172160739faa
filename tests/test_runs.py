"""What was made stays on disk whole, explains itself, and can be asked for again."""

from __future__ import annotations

import hashlib
import json
import struct
import threading
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompt_kit.errors import InputError, NotFoundError, WorkspaceError
from prompt_kit.images import open_image
from prompt_kit.outcome import Outcome, Picture, Status, Usage
from prompt_kit.prompt import Earlier, Prompt, Reference, Settings, Text, Turn
from prompt_kit.record.runs import RunFolder, Sent, open_run, prompt_from, read_record, read_run, runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b08000200030101110000ffd9")


def png(width: int = 3, height: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (width + 1) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def picture(data: bytes = JPEG, *, declared: str = "image/png", draft: bool = False) -> Picture:
    return Picture(data, declared, 3, 2, hashlib.sha256(data).hexdigest(), draft)


def sent(turn: int = 0, **more: Any) -> Sent:
    return Sent(turn, "gemini-nano-banana-2.1", f"request {turn}", NOON, NOON + timedelta(seconds=8), **more)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def panda(tmp_path: Path) -> Path:
    path = tmp_path / "panda.png"
    path.write_bytes(png())
    return path


@pytest.fixture
def prompt(panda: Path) -> Prompt:
    """Two turns, with a picture from a file, one from memory, and the first turn's result."""
    front = Turn((Text("The panda from the front."), Reference("character", "identity", open_image(panda))), "front")
    side = Turn(
        (
            Earlier(0, "identity"),
            Reference("style", "style", open_image(png(5, 5))),
            Text("From the side, «ça»."),
        ),
        "side",
    )
    return Prompt(
        turns=(front, side),
        settings=Settings(aspect_ratio="1:1", tier="draft", temperature=1, output="interleaved"),
        task="compose",
        recipe="Character 360",
        version="3",
        strategies=("purpose", "camera"),
        given=(("subject", "a panda"), ("angles", ("front", "side"))),
    )


@pytest.fixture
def folder(root: Path, prompt: Prompt) -> RunFolder:
    return RunFolder.create(root, prompt, generator="gemini", now=NOON, parent="2026-11-20/sticker-0a1b")


def record_of(path: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(path.read_bytes())
    return record


def test_a_run_has_a_folder_by_day_and_recipe(root: Path, folder: RunFolder, prompt: Prompt) -> None:
    """A person finds last Saturday's character in a file manager."""
    assert folder.path.parent == root.resolve() / "2026-11-21"
    assert folder.id == f"2026-11-21/{folder.path.name}"
    assert folder.path.name.startswith("character-360-")

    record = record_of(folder.path / "run.json")
    assert (record["state"], record["generator"], record["ended"]) == ("started", "gemini", None)
    assert record["parent"] == "2026-11-20/sticker-0a1b"
    assert record["started"] == "2026-11-21T12:00:00.000+00:00"
    assert record["tool"].startswith("prompt-kit")
    assert record["prompt_fingerprint"] == prompt.fingerprint
    assert record.items() >= json.loads(json.dumps(prompt.to_dict())).items()


def test_runs_of_the_same_recipe_do_not_meet(root: Path, prompt: Prompt) -> None:
    """Two hundred runs in one second, and every one has its own folder."""
    made = {RunFolder.create(root, Prompt(prompt.turns[:1]), generator="proof", now=NOON).id for _ in range(200)}

    assert len(made) == 200


def test_a_day_that_leads_elsewhere_is_not_written_to(root: Path, tmp_path: Path, prompt: Prompt) -> None:
    """A link among the runs must not carry pictures out of the folder."""
    root.mkdir()
    (tmp_path / "outside").mkdir()
    (root / "2026-11-21").symlink_to(tmp_path / "outside")

    with pytest.raises(InputError, match="leads out of"):
        RunFolder.create(root, prompt, generator="proof", now=NOON)
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_picture_that_is_gone_stops_the_run_before_it_begins(root: Path, prompt: Prompt, panda: Path) -> None:
    """What cannot be sent leaves no empty run behind."""
    panda.unlink()

    with pytest.raises(InputError, match=r"panda\.png"):
        RunFolder.create(root, prompt, generator="proof", now=NOON)
    assert not root.exists()


def test_masters_are_the_providers_bytes_under_the_name_of_what_they_are(folder: RunFolder) -> None:
    """Bytes that were declared PNG and are JPEG stay untouched and become a .jpg."""
    outcome = folder.save(Outcome(Status.OK, (picture(), picture(png(), declared="image/jpeg"))), sent())
    more = folder.save(Outcome(Status.OK, (picture(b"?", declared="image/x-unheard-of"),)), sent(1))

    names = [made.path.name for made in (*outcome.pictures, *more.pictures) if made.path]
    assert names == ["01.jpg", "02.png", "03.bin"]
    assert (folder.path / "01.jpg").read_bytes() == JPEG
    assert outcome.folder == folder.path


def test_a_sidecar_says_everything(folder: RunFolder, prompt: Prompt) -> None:
    """Years later one file tells what was asked, what came back and what it cost."""
    outcome = Outcome(
        Status.OK,
        (picture(draft=True),),
        text="Here it is.",
        reason="STOP",
        billable="yes",
        usage=Usage(input_text=20, output_image=1120),
        cost=Decimal("0.0672"),
        model="gemini-nano-banana-2.1-001",
        response_id="r-1",
        warnings=("The picture is smaller than asked.",),
        details=(("finish", "STOP"),),
    )
    folder.save(outcome, sent(1, earlier=("e" * 64,), estimate=Decimal("0.07"), take=2))

    sidecar = record_of(folder.path / "01.json")
    assert sidecar["schema"] == 1
    assert (sidecar["run"], sidecar["parent"]) == (folder.id, "2026-11-20/sticker-0a1b")
    assert sidecar["picture"] == {
        "file": "01.jpg",
        "sha256": hashlib.sha256(JPEG).hexdigest(),
        "media_type": "image/jpeg",
        "width": 3,
        "height": 2,
        "bytes": len(JPEG),
        "draft": True,
    }
    assert sidecar["request"] == {
        "turn": 1,
        "name": "side",
        "take": 2,
        "entry": None,
        "model": "gemini-nano-banana-2.1",
        "fingerprint": "request 1",
        "earlier": ["e" * 64],
        "estimate": "0.07",
        "sent": "2026-11-21T12:00:00.000+00:00",
        "ended": "2026-11-21T12:00:08.000+00:00",
    }
    assert sidecar["answer"] == {
        "status": "ok",
        "reason": "STOP",
        "message": "",
        "response_id": "r-1",
        "model": "gemini-nano-banana-2.1-001",
        "billable": "yes",
        "usage": {"input_text": 20, "output_image": 1120},
        "cost": "0.0672",
        "text": "Here it is.",
        "pieces": [],
        "thoughts": "",
        "queries": [],
        "sources": [],
        "warnings": ["The picture is smaller than asked."],
        "details": {"finish": "STOP"},
    }
    assert sidecar.items() >= json.loads(json.dumps(prompt.to_dict())).items()


def test_an_answer_without_a_picture_is_on_record(folder: RunFolder) -> None:
    """A blocked request has no sidecar, but its reason and price are kept with the run."""
    folder.save(Outcome(Status.BLOCKED, reason="IMAGE_SAFETY", billable="no", text="No."), sent())

    (request,) = read_run(folder.path)["requests"]
    assert request["pictures"] == []
    assert (request["answer"]["reason"], request["answer"]["cost"]) == ("IMAGE_SAFETY", "0")
    folder.finish(Outcome(Status.BLOCKED), now=NOON)
    assert [path.name for path in folder.path.iterdir()] == ["run.json"]
    assert read_run(folder.path)["requests"] == [request]


def test_odd_data_does_not_cost_us_the_record(folder: RunFolder) -> None:
    """Half a character or an object in a plugin's details is written somehow; the picture was paid."""
    folder.save(Outcome(Status.OK, (picture(),), text="\ud83c", details=(("odd", {1}),)), sent())

    answer = record_of(folder.path / "01.json")["answer"]
    assert (answer["text"], answer["details"]) == ("\ud83c", {"odd": "{1}"})


def test_pictures_are_numbered_once_when_turns_end_together(folder: RunFolder) -> None:
    """Turns that do not wait for each other share the folder."""
    threads = [threading.Thread(target=folder.save, args=(Outcome(Status.OK, (picture(),)), sent())) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(path.name for path in folder.path.glob("*.jpg")) == [f"{n:02}.jpg" for n in range(1, 13)]
    assert len(read_run(folder.path)["requests"]) == 12


def test_a_picture_in_the_way_is_kept(folder: RunFolder) -> None:
    """Nothing in a run's folder is written over, and no sidecar is written for what was not saved."""
    (folder.path / "01.jpg").write_bytes(b"mine")

    with pytest.raises(WorkspaceError, match="already, and it is kept"):
        folder.save(Outcome(Status.OK, (picture(),)), sent())
    assert (folder.path / "01.jpg").read_bytes() == b"mine"
    assert not (folder.path / "01.json").exists()


@pytest.mark.parametrize(
    ("status", "costs", "state", "cost"),
    [
        (Status.OK, ["0.10", "0.0672"], "done", "0.1672"),
        (Status.OK, ["0.10", None], "done", None),
        (Status.BLOCKED, [], "failed", "0"),
        (Status.CANCELLED, ["0.00"], "cancelled", "0.00"),
    ],
)
def test_a_finished_run_says_how_it_ended_and_what_it_cost(
    folder: RunFolder, status: Status, costs: list[str | None], state: str, cost: str | None
) -> None:
    """One price that is unknown makes the sum unknown, never smaller."""
    for amount in costs:
        price = None if amount is None else Decimal(amount)
        folder.save(Outcome(Status.OK, (picture(),), cost=price), sent(estimate=Decimal("0.1")))
    ended = folder.finish(Outcome(status, message="So it was."), now=NOON + timedelta(minutes=1))

    record = record_of(folder.path / "run.json")
    assert (record["state"], record["ended"]) == (state, "2026-11-21T12:01:00.000+00:00")
    assert (record["totals"]["cost"], record["totals"]["pictures"]) == (cost, len(costs))
    assert record["totals"]["message"] == "So it was."
    assert ended.folder == folder.path


def test_moments_without_time_zone_are_a_mistake(root: Path, prompt: Prompt) -> None:
    """Nobody can tell later when that was."""
    with pytest.raises(ValueError, match="time zone"):
        RunFolder.create(root, prompt, generator="proof", now=NOON.replace(tzinfo=None))


def test_the_list_is_newest_first(root: Path, prompt: Prompt) -> None:
    """The run somebody is looking for is mostly the last one."""
    moments = [NOON, NOON + timedelta(days=1), NOON - timedelta(days=40), NOON + timedelta(seconds=1)]
    made = {at: RunFolder.create(root, prompt, generator="proof", now=at) for at in moments}
    made[NOON].save(Outcome(Status.OK, (picture(),), cost=Decimal("0.10")), sent())
    made[NOON].finish(Outcome(Status.OK), now=NOON)
    (root / "references" / "notes").mkdir()
    (root / "2026-11-21" / "empty").mkdir()

    listed = list(runs(root))

    assert [run.started for run in listed] == sorted(moments, reverse=True)
    last = listed[2]
    assert (last.id, last.recipe, last.state) == (made[NOON].id, "Character 360", "done")
    assert (last.generator, last.pictures, last.cost) == ("proof", 1, Decimal("0.10"))


def test_there_are_no_runs_before_the_first(root: Path) -> None:
    """A new project has an empty list, not an error."""
    assert list(runs(root)) == []


DAMAGES: dict[str, Callable[[str], bytes | None]] = {
    "missing": lambda _: None,
    "empty": lambda _: b"",
    "half": lambda text: text[: len(text) // 2].encode(),
    "no record": lambda _: b"[1, 2]",
    "no schema": lambda _: b"{}",
    "newer": lambda text: text.replace('"schema": 1', '"schema": 2').encode(),
    "odd state": lambda text: text.replace('"started"', '"damaged"').encode(),
    "odd cost": lambda text: text.replace('"requests": []', '"requests": [{"answer": {"cost": "a"}}]').encode(),
    "odd requests": lambda text: text.replace('"requests": []', '"requests": 5').encode(),
    "odd time": lambda text: text.replace("2026-11-21T12:00", "noon").encode(),
    "deep": lambda _: b"[" * 200_000,
    "no text": lambda _: b"\xff\xfe\x00",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_run_is_reported_and_left_alone(root: Path, folder: RunFolder, prompt: Prompt, damage: str) -> None:
    """One bad file does not hide the other runs, and is not repaired behind anyone's back."""
    RunFolder.create(root, prompt, generator="proof", now=NOON + timedelta(hours=1))
    folder.save(Outcome(Status.NO_IMAGE), sent())
    (folder.path / "01.jpg").write_bytes(JPEG)
    path = folder.path / "run.json"
    fresh = path.read_text(encoding="utf-8")
    spoilt = DAMAGES[damage](fresh)
    if damage in {"odd cost", "odd requests"}:
        record = json.loads(fresh)
        spoilt = DAMAGES[damage](json.dumps(record | {"requests": []}))
    path.unlink() if spoilt is None else path.write_bytes(spoilt)

    good, bad = runs(root)

    assert (good.state, bad.state, bad.id) == ("started", "damaged", folder.id)
    assert "run.json" in bad.damage
    with pytest.raises((InputError, NotFoundError)):
        open_run(folder.path, root)
    if damage not in {"odd state", "odd cost", "odd requests", "odd time"}:
        with pytest.raises(InputError):
            prompt_from(folder.id, root)
    assert (path.read_bytes() if path.exists() else None) == spoilt


def test_a_run_is_found_by_whatever_one_has_in_hand(
    root: Path, folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The id, its short form, the folder, a picture or its sidecar all mean the run."""
    folder.save(Outcome(Status.OK, (picture(), picture(png()))), sent())
    monkeypatch.chdir(folder.path)
    hands: list[str | Path] = [
        folder.id,
        folder.path.name,
        folder.path,
        folder.path / "01.jpg",
        folder.path / "02.json",
    ]

    for hand in [*hands, folder.path / "run.json", "02.png", "."]:
        run = open_run(hand, root)
        assert run.summary.id == folder.id
        assert [path.name for path in run.pictures] == ["01.jpg", "02.png"]
        assert [path.name for path in run.sidecars] == ["01.json", "02.json"]
        assert run.record["generator"] == "gemini"


@pytest.mark.parametrize(
    "name", ["sticker-ffff", "../runs", "/etc", "2026-11-21/..", "2026-11-21", "", "a\0b", "x" * 5000]
)
def test_what_is_no_run_is_not_opened(root: Path, folder: RunFolder, name: str) -> None:
    """A name that leads elsewhere is not followed."""
    with pytest.raises((NotFoundError, InputError, WorkspaceError)):
        open_run(name, root)
    assert folder.path.exists()


def test_a_mistyped_name_gets_a_hint(root: Path, folder: RunFolder) -> None:
    """Four hexadecimal digits are easily mistyped."""
    with pytest.raises(NotFoundError, match=f"Did you mean '{folder.path.name}'"):
        open_run(folder.path.name.replace("character", "charakter"), root)


def test_a_short_name_that_fits_two_days_is_asked_back(root: Path, folder: RunFolder) -> None:
    """Four digits repeat some day; nobody should get the wrong run."""
    twin = root / "2026-11-22" / folder.path.name
    twin.mkdir(parents=True)
    (twin / "run.json").write_bytes((folder.path / "run.json").read_bytes())

    with pytest.raises(InputError, match=f"2 runs named .* Use '2026-11-22/{twin.name}' or '{folder.id}'"):
        open_run(folder.path.name, root)
    assert open_run(folder.id, root).summary.id == folder.id


def test_a_picture_from_elsewhere_is_no_run(root: Path, panda: Path) -> None:
    """Someone who gives a picture the kit did not make is told so."""
    with pytest.raises(InputError, match="belongs to no run"):
        open_run(panda, root)


@pytest.mark.parametrize("hand", ["id", "run.json", "01.json", "01.jpg"])
def test_the_prompt_comes_back_exactly(root: Path, folder: RunFolder, prompt: Prompt, panda: Path, hand: str) -> None:
    """A run can be repeated when its originals are gone: same fingerprint, same everything."""
    folder.save(Outcome(Status.OK, (picture(),)), sent())
    panda.unlink()

    again = prompt_from(folder.id if hand == "id" else folder.path / hand, root)

    assert again == prompt
    assert again.fingerprint == prompt.fingerprint
    assert (again.recipe, again.version, again.strategies) == (
        prompt.recipe,
        prompt.version,
        prompt.strategies,
    )
    assert again.values == prompt.values
    assert again.turns[0].references[0].image.read() == png()


def test_a_picture_without_sidecar_comes_back_by_its_run(root: Path, folder: RunFolder, prompt: Prompt) -> None:
    """The program may have been ended between the picture and its sidecar."""
    (folder.path / "01.jpg").write_bytes(JPEG)

    assert prompt_from(folder.path / "01.jpg", root) == prompt


def test_a_run_in_another_place_brings_its_references(root: Path, tmp_path: Path, prompt: Prompt) -> None:
    """The whole folder of runs may be moved to another disk."""
    folder = RunFolder.create(root, prompt, generator="proof", now=NOON)
    moved = tmp_path / "archive"
    root.rename(moved)

    assert prompt_from(moved / folder.id, root) == prompt


@pytest.mark.parametrize("spoil", ["delete", "damage"])
def test_a_kept_reference_that_is_gone_is_taken_from_its_original(
    root: Path, folder: RunFolder, prompt: Prompt, panda: Path, spoil: str
) -> None:
    """The original serves as long as it is the same picture; if not, the message names what is missing."""
    (kept,) = (root / "references").glob(f"{open_image(panda).sha256}.png")
    kept.unlink() if spoil == "delete" else kept.write_bytes(b"damaged")
    assert prompt_from(folder.path, root) == prompt

    panda.write_bytes(png(9, 9))
    with pytest.raises(InputError, match=r"'panda\.png' of 'character' is gone or has changed. Put it back") as caught:
        prompt_from(folder.path, root)
    assert [problem.parameter for problem in caught.value.problems] == ["character"]


def test_a_reference_is_kept_once_and_mended(root: Path, folder: RunFolder, prompt: Prompt) -> None:
    """A thousand runs with the same logo hold it once; a torn copy is written anew."""
    kept = sorted((root / "references").iterdir())
    before = [path.stat().st_ino for path in kept]
    RunFolder.create(root, prompt, generator="proof", now=NOON)
    assert [path.stat().st_ino for path in sorted((root / "references").iterdir())] == before

    kept[0].write_bytes(b"torn")
    RunFolder.create(root, prompt, generator="proof", now=NOON)
    assert hashlib.sha256(kept[0].read_bytes()).hexdigest() == kept[0].stem
    assert folder.path.exists()


def edited(record: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    place: Any = record
    for step in way:
        place = place[step]
    place[last] = value
    return record


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("turns/0/parts/0/text", "Something else."),
        ("turns/0/parts/0/text", 5),
        ("turns/0/parts/1/role", "boss"),
        ("turns/0/parts/1/role", []),
        ("turns/0/parts/1/sha256", "../../../etc/passwd"),
        ("turns/0/parts/1/sha256", {}),
        ("turns/0/parts/1/media_type", "image/svg+xml"),
        ("turns/0/parts/1", "text"),
        ("turns/0/name", None),
        ("turns/1/parts/0/earlier", 1),
        ("turns/1/parts/0/earlier", -1),
        ("turns/1/parts/0/earlier", True),
        ("turns", []),
        ("turns", 7),
        ("settings/size", "9K"),
        ("settings/temperature", "hot"),
        ("settings/surprise", 1),
        ("settings", None),
        ("task", "steal"),
        ("values", []),
        ("prompt_fingerprint", "0" * 64),
        ("schema", "1"),
    ],
)
def test_a_record_that_was_edited_is_not_sent(root: Path, folder: RunFolder, path: str, value: object) -> None:
    """A rerun sends what was sent, or nothing."""
    file = folder.path / "run.json"
    file.write_text(json.dumps(edited(record_of(file), path, value)))

    with pytest.raises(InputError, match=r"run\.json: (the record is damaged|what it says is no longer what was sent)"):
        prompt_from(folder.path, root)


def test_a_record_that_is_far_too_large_is_not_read(tmp_path: Path) -> None:
    """A file of a gigabyte is no record."""
    path = tmp_path / "run.json"
    with path.open("wb") as file:
        file.truncate(1_000_000_000)

    with pytest.raises(InputError, match="too large"):
        read_record(path)


words = st.text(st.characters(exclude_categories=[]))


@given(text=words, name=words, value=words | st.lists(words), ratio=st.sampled_from([None, "16:9"]))
def test_any_words_come_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, text: str, name: str, value: str | list[str], ratio: str | None
) -> None:
    """Emoji, Arabic, half characters, control characters: the fingerprint survives the file."""
    root = tmp_path_factory.mktemp("any")
    plain = tuple(value) if isinstance(value, list) else value
    prompt = Prompt((Turn((Text(text),), name),), Settings(aspect_ratio=ratio), recipe=name, given=(("v", plain),))

    folder = RunFolder.create(root, prompt, generator="proof", now=NOON)

    assert prompt_from(folder.path, root).fingerprint == prompt.fingerprint
    assert prompt_from(folder.path, root).values == prompt.values


def test_a_run_without_an_exact_moment_is_still_kept_apart(root: Path, prompt: Prompt) -> None:
    """Two runs of the same second are listed in an order that does not change."""
    for _ in range(3):
        RunFolder.create(root, replace(prompt, recipe=""), generator="proof", now=NOON)

    listed = [run.id for run in runs(root)]
    assert listed == sorted(listed, reverse=True)
    assert all(run.startswith("2026-11-21/prompt-") for run in listed)
