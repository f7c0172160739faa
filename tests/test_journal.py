"""The journal of a run: nothing that was saved is lost or doubled, whenever its process is killed."""

from __future__ import annotations

import itertools
import json
import os
import pickle
import shutil
import subprocess
import sys
import textwrap
import tracemalloc
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from fakes import png
from killed_folder import NOON, PROMPT, answer, main, picture, sent

from prompt_kit.cli.main import run
from prompt_kit.errors import InputError
from prompt_kit.outcome import Outcome, Picture, Piece, Status
from prompt_kit.record.runs import (
    RunFolder,
    RunRecord,
    UnsavedError,
    open_run,
    prompt_from,
    read_run,
    rescued,
    run_record,
)
from prompt_kit.record.runs.answers import outcome_of

END = 1_000


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "runs", PROMPT, generator="gemini", now=NOON, count=5)


def masters(folder: Path) -> dict[str, str]:
    """Return the masters in a folder, by the hash of their bytes."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.glob("[0-9][0-9].png")}


def recorded(record: RunRecord) -> dict[str, str]:
    """Return the masters in a record."""
    return {name: hash_ for done in record.requests for name, hash_ in done.hashes}


def killed(root: Path, call: int) -> int:
    """Save in a process that kills itself at a call, and return how it ended."""
    child = os.fork()
    if child == 0:
        main(root, call)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
def test_a_kill_at_any_call_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Every picture on the disk belongs to its request; going on mends the rest, and ends with each request once."""
    for call in range(1, END):
        root = tmp_path / str(call)
        end = killed(root, call)
        [path] = root.glob("*/fox-*")
        before = recorded(run_record(path))
        assert before == masters(path), f"killed at call {call}"

        folder = RunFolder.reopen(path)
        assert recorded(run_record(path)) == before
        assert not list(path.glob(".*.part"))
        assert {sidecar.with_suffix(".png").name for sidecar in path.glob("[0-9][0-9].json")} == set(before)
        for name, hash_ in before.items():
            sidecar = json.loads((path / name).with_suffix(".json").read_bytes())
            assert (sidecar["picture"]["sha256"], sidecar["picture"]["file"]) == (hash_, name)
        answers = {done.request.entry: done for done in run_record(path).requests}
        assert len(answers) == len(run_record(path).requests)
        folder.save(answer(9), sent(9))
        folder.finish(Outcome(Status.OK), now=NOON)
        ended = run_record(path)
        assert [done.request.entry for done in ended.requests] == [*answers, 9]
        assert recorded(ended) == masters(path)
        assert not list(path.glob("*.jsonl"))
        if end == 0:
            assert [*answers] == [1, 2, 3, 4, 5]
            assert [entry.file for entry in ended.derived] == ["04-cutout.png"]
            return
    pytest.fail("it never came to its end")


def test_a_torn_last_line_is_passed_over(folder: RunFolder) -> None:
    """After a power cut: the lines before it count, its picture is found again, and the next line is whole."""
    folder.save(answer(1), sent(1))
    folder.save(answer(2), sent(2))
    folder.close()
    journal = folder.path / "run.jsonl"
    journal.write_bytes(journal.read_bytes()[:-40])
    (folder.path / "02.json").unlink()
    assert [done.request.entry for done in run_record(folder.path).requests] == [1]

    again = RunFolder.reopen(folder.path, unseen=[sent(2)])
    again.save(answer(3), sent(3))
    again.close()
    record = run_record(folder.path)
    assert [(done.request.entry, done.pictures) for done in record.requests] == [
        (1, ("01.png",)),
        (2, ("02.png",)),
        (3, ("03.png",)),
    ]


def test_a_damaged_line_in_the_middle_is_an_error(folder: RunFolder) -> None:
    """What comes after it was written, so it is no end that was torn; nothing is guessed."""
    folder.save(answer(1), sent(1))
    folder.save(answer(2), sent(2))
    folder.close()
    journal = folder.path / "run.jsonl"
    first, second, _ = journal.read_bytes().split(b"\n")
    journal.write_bytes(first[:-1] + b"\n" + second + b"\n")
    with pytest.raises(InputError, match=r"run\.jsonl: the record is damaged: line 1 cannot be read"):
        run_record(folder.path)


def test_saving_writes_a_line_and_not_the_record(folder: RunFolder) -> None:
    """What a picture costs does not depend on how many there are: run.json stays as it is until the end."""
    before = (folder.path / "run.json").read_bytes()
    sizes = []
    for number in range(1, 30):
        folder.save(answer(number), sent(number))
        sizes.append((folder.path / "run.jsonl").stat().st_size)
    assert (folder.path / "run.json").read_bytes() == before
    grown = [size - last for last, size in itertools.pairwise(sizes)]
    assert max(grown) - min(grown) < 10
    during = read_run(folder.path)
    folder.finish(Outcome(Status.OK), now=NOON)
    assert read_run(folder.path)["requests"] == during["requests"]


def test_bytes_of_saved_pictures_leave_memory(folder: RunFolder) -> None:
    """They are read from the file when asked for; copies for other processes carry the path alone."""
    made = picture(7)
    [saved] = folder.save(Outcome(Status.OK, (made,)), sent(1)).pictures
    with pytest.raises(AttributeError):
        object.__getattribute__(saved, "data")
    assert saved.data == made.data
    assert saved == replace(made, path=saved.path)
    assert hash(saved) == hash(replace(made, path=saved.path))
    copy = pickle.loads(pickle.dumps(saved))  # noqa: S301 - made here
    assert (copy, copy.data) == (saved, made.data)
    assert made.data[:40] not in pickle.dumps(saved)
    assert pickle.loads(pickle.dumps(made)).data == made.data  # noqa: S301 - made here
    assert "data" not in repr(saved)


def test_memory_does_not_grow_with_the_pictures(folder: RunFolder) -> None:
    """Forty pictures of a megabyte are saved and all outcomes kept: less than two of them are in memory."""
    start = picture(1).data
    kept = []
    tracemalloc.start()
    for number in range(40):
        data = start + os.urandom(1_000_000)
        made = Picture(data, "image/png", 2, 2, sha256(data).hexdigest())
        kept.append(folder.save(Outcome(Status.OK, (made,), drafts=(made,)), sent(number)))
        del data, made
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 2_000_000
    assert all(len(outcome.pictures[0].data) > 1_000_000 for outcome in kept)


def test_a_saved_picture_that_changed_is_not_taken_for_it(folder: RunFolder) -> None:
    """Somebody touched it up or deleted it: that is one sentence, not other bytes."""
    [saved] = folder.save(answer(1), sent(1)).pictures
    assert saved.path
    saved.path.write_bytes(png((9, 9)))
    with pytest.raises(InputError, match=r"01\.png: the picture has changed since it was made"):
        _ = saved.data
    saved.path.unlink()
    with pytest.raises(InputError, match=r"01\.png: the picture cannot be read"):
        _ = saved.data


def test_marks_of_the_model_are_in_the_record_at_the_end(folder: RunFolder) -> None:
    """They leave memory with the pictures, and a conversation still needs them."""
    folder.save(answer(1), sent(1))
    folder.finish(Outcome(Status.OK), now=NOON)
    [done] = run_record(folder.path).requests
    assert [piece.signature for piece in outcome_of(done, folder.path).pieces] == ["m"]


def test_many_pictures_of_one_answer_have_small_sidecars(folder: RunFolder) -> None:
    """Each sidecar has the words that led to its picture; together they are about as long as the answer."""
    count = 300
    pieces = [piece for at in range(count) for piece in (Piece(f"Step {at}. " + "words " * 50), Piece(picture=at))]
    text = "".join(piece.text for piece in pieces)
    folder.save(Outcome(Status.OK, tuple(map(picture, range(count))), text=text, pieces=tuple(pieces)), sent(1))
    sidecars = [json.loads(path.read_bytes()) for path in folder.path.glob("[0-9]*.json")]
    assert len(sidecars) == count
    assert sum(len(json.dumps(sidecar["answer"])) for sidecar in sidecars) < 3 * len(text)
    first = json.loads((folder.path / "01.json").read_bytes())["answer"]
    assert first["text"].startswith("Step 0. ")
    assert [piece.get("picture") for piece in first["pieces"]] == [None, "01.png"]


def test_half_a_character_is_written_and_read(folder: RunFolder) -> None:
    """Models send them; record, journal and sidecar keep the rest as it is."""
    folder.save(replace(answer(1), text="\ud83c ü", reason="\udc00"), sent(1))
    assert run_record(folder.path).requests[0].answer.text == "\ud83c ü"
    folder.finish(Outcome(Status.OK, message="\ud83c"), now=NOON)
    record = run_record(folder.path)
    assert (record.requests[0].answer.text, record.requests[0].answer.reason) == ("\ud83c ü", "\udc00")
    assert "ü" in (folder.path / "run.json").read_text("utf-8")
    assert json.loads((folder.path / "01.json").read_bytes())["answer"]["text"] == "\ud83c ü"


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_half_a_character_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    """`runs show` works on a run that goes on and whose answer holds what is no character."""
    monkeypatch.chdir(tmp_path)
    folder = RunFolder.create(tmp_path / "runs", PROMPT, generator="gemini", now=NOON)
    folder.save(replace(answer(1), text="\ud83c", thoughts="so \ud83c it is", queries=("\udc00",)), sent(1))
    assert run(["runs", "show", folder.path.name, *options]) == 0
    shown = capsys.readouterr().out
    assert "so " in shown
    if options:
        assert json.loads(shown)["requests"][0]["answer"]["thoughts"] == "so \ud83c it is"


def test_a_sidecar_that_a_power_cut_emptied_does_not_hide_the_prompt(folder: RunFolder) -> None:
    """The run's record says the same, and going on writes the sidecar again."""
    folder.save(answer(1), sent(1))
    folder.close()
    (folder.path / "01.json").write_bytes(b"")
    assert prompt_from(folder.path / "01.png", folder.path.parents[1]) == PROMPT
    RunFolder.reopen(folder.path).close()
    assert json.loads((folder.path / "01.json").read_bytes())["picture"]["file"] == "01.png"


def test_several_answers_are_saved_at_once_and_fail_alone(folder: RunFolder) -> None:
    """One of them meets a file in its way; the others are saved, and it comes back with its error."""
    (folder.path / "02.png").mkdir()
    first, second, third = folder.save_all([(answer(1), sent(1)), (answer(2), sent(2)), (answer(3), sent(3))])
    assert isinstance(first, Outcome)
    assert isinstance(second, UnsavedError)
    assert isinstance(third, Outcome)
    assert [done.request.entry for done in run_record(folder.path).requests] == [1, 3]
    elsewhere = second.save_in(folder.path.parents[2] / "elsewhere")
    [saved] = elsewhere.pictures
    assert saved.data == picture(2).data
    assert elsewhere.folder == folder.path.parents[2] / "elsewhere" / folder.path.name
    content = json.loads((elsewhere.folder / "answer.json").read_bytes())
    assert (content["request"]["entry"], content["answer"]["cost"]) == (2, "0.04")


def test_a_run_that_goes_on_is_listed_whole(folder: RunFolder) -> None:
    """`runs show` and `runs list` count what is in the journal."""
    folder.save(answer(1), sent(1))
    opened = open_run(folder.path, folder.path.parents[1])
    assert (opened.summary.pictures, str(opened.summary.cost)) == (1, "0.04")
    assert len(opened.record["requests"]) == 1


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs a file system of its own (util-linux)")
def test_a_full_disk_keeps_the_answer_in_memory(tmp_path: Path) -> None:
    """The run before it stays whole, the error has the answer, another folder takes it, and going on works."""
    program = """
        import sys
        from dataclasses import replace
        from pathlib import Path
        sys.path.insert(0, sys.argv[3])
        from killed_folder import NOON, PROMPT, answer, picture, sent
        from prompt_kit.record.runs import RunFolder, UnsavedError, run_record
        folder = RunFolder.create(Path(sys.argv[1]), PROMPT, generator="gemini", now=NOON)
        folder.save(answer(1), sent(1))
        large = replace(picture(2), data=picture(2).data + b"x" * 1_000_000)
        try:
            folder.save(replace(answer(2), pictures=(large,)), sent(2))
        except UnsavedError as error:
            print(error)
            print(len(error.save_in(Path(sys.argv[2])).pictures[0].data))
        folder.save(answer(3), sent(3))
        print([done.request.entry for done in run_record(folder.path).requests])
    """
    disk, other = tmp_path / "disk", tmp_path / "other"
    disk.mkdir()
    mount = 'mount -t tmpfs -o size=256k none "$1" || exit 77; shift; exec "$@"'
    own = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh", str(disk)]
    command = [*own, sys.executable, "-c", textwrap.dedent(program), str(disk), str(other), str(Path(__file__).parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode in {1, 77} and "Traceback" not in done.stderr:
        pytest.skip(f"this machine lends no file system: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    message, size, entries = done.stdout.splitlines()
    assert "the disk is full. Free some space" in message
    assert int(size) > 1_000_000
    assert entries == "[1, 3]"


def test_an_answer_is_rescued_into_another_folder(folder: RunFolder, tmp_path: Path) -> None:
    """The sentence says why, and where it is now."""
    (folder.path / "01.png").mkdir()
    with pytest.raises(UnsavedError) as caught:
        folder.save(answer(1), sent(1))
    error = rescued(caught.value, tmp_path / "other")
    assert str(error).endswith(f"What came back was saved in {tmp_path / 'other' / folder.path.name} instead.")
    assert error.outcome.pictures[0].data == picture(1).data
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - made here


def test_an_answer_that_fits_nowhere_was_paid_and_is_lost(folder: RunFolder, tmp_path: Path) -> None:
    """Neither the run's folder nor another one takes it: the sentence says so, with what it cost."""
    (folder.path / "01.png").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(UnsavedError) as caught:
        folder.save(answer(1), sent(1))
    error = rescued(caught.value, tmp_path / "file")
    assert "is lost; it was paid ($0.0400)." in str(error)
    assert "there is a file of that name already" in str(error)
    assert (error.outcome, error.sent.entry) == (answer(1), 1)
