"""Refining a picture: what stays, what was changed before, where it came from; anew and in conversation."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from badges import BADGE
from PIL import Image as Canvas

import prompt_kit
from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.outcome import Outcome
from prompt_kit.project import Project
from prompt_kit.prompt import Reference
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Library, built_in
from prompt_kit.record.runs import open_run, prompt_from
from prompt_kit.review.lint import check
from prompt_kit.review.lint.targets import targets

if TYPE_CHECKING:
    from conftest import MakeTree
    from gemini_server import GeminiServer

    from prompt_kit.prompt import Prompt

PICTURES = built_in()[0] / "pictures"
NAMES = sorted(path.stem for path in built_in()[0].glob("*.yaml"))
RUNS = Path("runs")
SMALL = {"model": "gemini-3.1-flash-image", "size": "512"}
"""The only model whose pictures may be this small; proofs of it are quickly drawn."""


@pytest.fixture(autouse=True)
def _own_recipe(tree: MakeTree) -> None:
    """The recipe of the pictures that are refined."""
    tree(**BADGE)


def badge(*, small: bool = True, **options: Any) -> Outcome:
    """Return the run of a badge, drawn as a small proof unless it says otherwise."""
    chosen: dict[str, Any] = {"generator": "proof"} | options
    settings = SMALL if small and chosen["generator"] == "proof" else {}
    return prompt_kit.generate(load("badge").render(settings=settings, subject="a red panda", words="HALLO"), **chosen)


def picture(outcome: Outcome) -> Path:
    """Return the file of a run's only picture."""
    [made] = outcome.pictures
    assert made.path is not None
    return made.path


def record(outcome: Outcome) -> dict[str, Any]:
    """Return what run.json says."""
    assert outcome.folder is not None
    told: dict[str, Any] = json.loads((outcome.folder / "run.json").read_bytes())
    return told


def sent(outcome: Outcome) -> Prompt:
    """Return the prompt of a run."""
    assert outcome.folder is not None
    return prompt_from(outcome.folder, RUNS)


# What stays


@pytest.mark.parametrize("name", [name for name in NAMES if name != "refine"])
def test_every_recipe_says_what_stays(name: str, built_in_library: Library) -> None:
    """For the values of any example: at least one phrase, whole, clean, each once, with its values."""
    recipe = load(name, library=built_in_library)
    assert 2 <= len(recipe.spec.stays) <= 7
    for example in recipe.examples:
        stays = recipe.stays(recipe.render_example(example).values)
        assert stays
        assert len(set(stays)) == len(stays)
        for phrase in stays:
            assert phrase == phrase.strip()
            assert not re.search(r"None|\{|  |\(\)|\"\"|, ?$|[,.;:] ?[,.;:]|\b(\w+) \1\b|[.:;]$", phrase), phrase


@pytest.mark.parametrize("name", [name for name in NAMES if name != "refine"])
def test_every_phrase_of_what_stays_is_shown_by_an_example(name: str, built_in_library: Library) -> None:
    """A phrase that never appears cannot be judged."""
    recipe = load(name, library=built_in_library)
    for text in recipe.spec.stays:
        alone = recipe.spec.model_copy(update={"stays": [text]})
        one = prompt_kit.Recipe(recipe.name, alone, recipe.library, recipe.folder, recipe.strategies)
        assert any(one.stays(recipe.render_example(example).values) for example in recipe.examples), text


STAYS = """\
parameters:
  subject: {type: text, required: true}
  kind: {type: choice, choices: {cut: {label: Cut, words: "cut out"}, plain: Plain}, default: plain}
  edge: {type: text, show_if: {kind: cut}}
  words: {type: copies, gaps: true}
  eyes: {type: integer, max: 9}
stays:
  - the likeness of {{ subject }}
  - '{{ kind }}'
  - the edge, {{ edge }}
  - 'the words {{ words | series }}'
  - '{{ "all three" if eyes == 3 else "" }}'
"""


def test_what_stays_follows_the_values(tree: MakeTree, library: Library) -> None:
    """Defaults count; what is empty or not asked is left out; values are never evaluated."""
    tree(**{"recipes/a.yaml": STAYS, "templates/a.j2": "{{ subject }}{{ kind }}{{ edge }}{{ words }}{{ eyes }}"})
    recipe = load("a", library=library)
    assert recipe.stays({"subject": "{{ 7 * 7 }}"}) == ("the likeness of {{ 7 * 7 }}", "plain")
    assert recipe.stays({"kind": "cut", "edge": "a white rim"}) == ("cut out", "the edge, a white rim")
    assert recipe.stays({"kind": "plain", "edge": "a white rim"}) == ("plain",)
    assert recipe.stays({"words": ["-", "A", "B"]}) == ("plain", 'the words "A" and "B"')
    assert recipe.stays({"words": ["-"]}) == ("plain",)
    assert recipe.stays({"eyes": 3}) == ("plain", "all three")


def test_values_that_no_longer_fit_are_left_out(tree: MakeTree, library: Library) -> None:
    """The recipe may have changed since; what it still understands is worth keeping."""
    tree(**{"recipes/a.yaml": STAYS, "templates/a.j2": "{{ subject }}"})
    recipe = load("a", library=library)
    assert recipe.stays({"subject": ["a", "b"], "kind": "gone", "eyes": 12, "colour": "red"}) == ()
    assert recipe.stays({"subject": "a fox", "kind": 7}) == ("the likeness of a fox",)


def test_a_recipe_that_extends_another_keeps_what_that_keeps(tree: MakeTree, library: Library) -> None:
    """Until it says something of its own."""
    tree(
        **{
            "recipes/a.yaml": STAYS,
            "recipes/b.yaml": "extends: a\n",
            "recipes/c.yaml": "extends: a\nstays: ['{{ subject }} alone']\n",
            "templates/a.j2": "{{ subject }}",
        },
    )
    assert load("b", library=library).stays({"subject": "a fox"})[0] == "the likeness of a fox"
    assert load("c", library=library).stays({"subject": "a fox"}) == ("a fox alone",)


def test_mistakes_in_what_stays_are_told_where_they_stand(tree: MakeTree, library: Library) -> None:
    """All of them, as everywhere: by the check, and before anything is refined."""
    tree(
        **{
            "recipes/a.yaml": """\
                parameters: {subject: {type: text}}
                stays:
                  - the {{ subjct }}
                  - the {{ subject | upper }}
                  - '{% include "a.j2" %}'
                  - the {{ subject
                """,
            "templates/a.j2": "{{ subject }}",
        },
    )
    with pytest.raises(InputError) as caught:
        load("a", library=library).stays({"subject": "a fox"})
    assert [problem.message for problem in caught.value.problems][:1] == [
        "there is no parameter 'subjct'. Did you mean 'subject'?"
    ]
    assert len(caught.value.problems) == 4
    told = [str(problem) for problem in check(library).problems]
    assert told[0] == "recipes/a.yaml:3:5: there is no parameter 'subjct'. Did you mean 'subject'?"
    assert told[1].startswith("recipes/a.yaml:4:5: there is no filter 'upper'.")
    assert told[2].startswith("recipes/a.yaml:5:5: There is no template 'a.j2'")
    assert told[3].startswith("recipes/a.yaml:6:5: the template has a mistake")


def test_check_looks_at_what_stays(tree: MakeTree) -> None:
    """At its words, and at what the examples make of it."""
    root = tree(
        **{
            "recipes/a.yaml": """\
                parameters: {subject: {type: list, required: true}}
                stays:
                  - the subject, high quality
                  - the {{ subject - 1 }}
                examples: {fox: {values: {subject: [a fox]}}}
                """,
            "templates/a.j2": "Draw {{ subject | series }}.\n",
        },
    )
    found = [
        str(problem) for problem in check(Library(Project(root=root)), targets(root / "recipes" / "a.yaml")).problems
    ]
    assert found[0].startswith("recipes/a.yaml:3:3: example 'fox': the template cannot go on")
    assert found[1].startswith("recipes/a.yaml:3:5: 'high quality'")
    assert len(found) == 2


def test_the_examples_of_refine_try_everything(built_in_library: Library) -> None:
    """Every branch of its templates, without a flaw."""
    report = check(built_in_library, targets(built_in()[0] / "refine.yaml"))
    assert report.problems == []
    assert [one.percent for one in report.coverage] == [100]


# Anew


def test_a_refinement_knows_what_stays_and_where_it_came_from() -> None:
    """The picture, one change, what its recipe insists on; format and quality stay, and the record names the parent."""
    first = badge()
    done = prompt_kit.refine(first, "make the light warmer", keep=["the smile"])
    assert done.ok
    prompt = sent(done)
    [turn] = prompt.turns
    assert [(part.slot, part.image.sha256) for part in turn.references] == [("picture", first.pictures[0].sha256)]
    assert turn.text.startswith("Edit the attached image: make the light warmer.")
    for phrase in ("(1) the smile;", "the subject, a red panda", 'the lettering "HALLO"', "the felt style"):
        assert phrase in turn.text
    assert prompt.settings.aspect_ratio == "1:1"
    told, before = record(done), record(first)
    assert (told["parent"], told["parent_picture"], told["generator"]) == (before["run"], "01.png", "proof")


@pytest.mark.parametrize("form", ["path", "id", "name", "folder", "sidecar", "named"])
def test_a_picture_can_be_named_in_many_ways(form: str) -> None:
    """By its file, its sidecar, its run's id, name or folder, or by run and file name."""
    made = picture(badge())
    run = f"{made.parent.parent.name}/{made.parent.name}"
    sources: dict[str, str | Path] = {
        "path": made,
        "id": run,
        "name": made.parent.name,
        "folder": str(made.parent),
        "sidecar": made.with_suffix(".json"),
        "named": f"{made.parent.name}/{made.name}",
    }
    assert record(prompt_kit.refine(sources[form], "make it bluer"))["parent"] == run


def test_the_chain_carries_what_stays_and_what_was_changed() -> None:
    """What the first recipe insists on, what earlier rounds kept and what they changed still count."""
    one = prompt_kit.refine(badge(), "make the light warmer", keep=["the smile"])
    two = prompt_kit.refine(one, "give it a blue scarf")
    three = prompt_kit.refine(two, "close its eyes")
    text = sent(three).turns[0].text
    assert "stays as it came out: (1) make the light warmer; (2) give it a blue scarf." in text
    assert "the felt style" in text
    assert text.count("the smile") == 1
    assert sent(three).values["done"] == ["make the light warmer", "give it a blue scarf"]


def test_the_chain_holds_when_its_beginning_is_gone() -> None:
    """Whoever tidies up loses nothing of what stays."""
    first = badge()
    one = prompt_kit.refine(first, "make the light warmer")
    assert first.folder
    for path in first.folder.iterdir():
        path.unlink()
    first.folder.rmdir()
    two = prompt_kit.refine(one, "close its eyes")
    assert "the felt style" in sent(two).turns[0].text
    assert "stays as it came out: make the light warmer." in sent(two).turns[0].text


def test_going_back_begins_another_branch() -> None:
    """An earlier picture knows nothing of what came after it."""
    first = badge()
    prompt_kit.refine(first, "make the light warmer")
    other = prompt_kit.refine(first, "make it bluer")
    assert "warmer" not in sent(other).turns[0].text
    assert record(other)["parent"] == record(first)["run"]


def test_exact_words_that_change_are_not_kept() -> None:
    """Asking for words and for others in their place at once would be both or neither."""
    done = prompt_kit.refine(badge(), "replace HALLO", values={"lettering": "DANKE", "language": "German"})
    text = sent(done).turns[0].text
    assert 'The new lettering reads "DANKE" in German' in text
    assert '"HALLO"' not in text
    after = sent(prompt_kit.refine(done, "make it bluer")).turns[0].text
    assert 'stays as it came out: replace HALLO: "DANKE".' in after


def test_a_reference_can_be_added() -> None:
    """The picture to change comes first and keeps its format; the words say what the other one is for."""
    mug = PICTURES / "mug.png"
    done = prompt_kit.refine(badge(), "put it into this mug", values={"object": mug})
    [turn] = sent(done).turns
    assert [part.slot for part in turn.references] == ["picture", "object"]
    assert turn.text.startswith("Edit the first image: put it into this mug.")
    assert "exactly those in the second image" in turn.text
    assert sent(done).settings.aspect_ratio == "1:1"


def test_settings_are_those_of_the_parent_unless_others_are_asked_for() -> None:
    """Format, size and tier stay; each can be changed on its own."""
    prompt = load("badge").render(subject="a fox", settings={"aspect_ratio": "3:2", "size": "2K", "tier": "pro"})
    first = prompt_kit.generate(prompt, generator="proof")
    assert sent(prompt_kit.refine(first, "make it bluer")).settings.to_dict().items() >= {
        ("aspect_ratio", "3:2"),
        ("size", "2K"),
        ("tier", "pro"),
    }
    changed = sent(prompt_kit.refine(first, "make it bluer", settings={"tier": "standard", "aspect_ratio": "1:1"}))
    assert (changed.settings.tier, changed.settings.size, changed.settings.aspect_ratio) == ("standard", "2K", "1:1")


def test_a_tier_wins_over_the_parent_s_model() -> None:
    """Whoever asks for a tier no longer wants the model that was named before."""
    prompt = load("badge").render(subject="a fox", settings={"model": "gemini-3-pro-image"})
    first = prompt_kit.generate(prompt, generator="proof")
    assert sent(prompt_kit.refine(first, "make it bluer")).settings.model == "gemini-3-pro-image"
    assert sent(prompt_kit.refine(first, "make it bluer", settings={"tier": "draft"})).settings.model is None


@pytest.mark.parametrize(
    ("size", "ratio", "warned"), [((640, 480), "4:3", False), ((500, 800), "2:3", False), ((1500, 300), "4:1", True)]
)
def test_a_picture_from_elsewhere_keeps_its_format(size: tuple[int, int], ratio: str, warned: bool) -> None:  # noqa: FBT001 - a table
    """It has no parent and no recipe: general rules, and the nearest format the model makes."""
    Canvas.new("RGB", size, "teal").save("mine.png")
    done = prompt_kit.refine("mine.png", "make it bluer", generator="proof")
    assert sent(done).settings.aspect_ratio == ratio
    assert any("nearest format" in warning for warning in done.warnings) == warned
    assert record(done)["parent"] is None
    assert "keep" not in sent(done).values


def test_a_recipe_that_is_gone_is_told(tree: MakeTree) -> None:
    """The picture can be refined all the same; only its own list is not known."""
    root = tree(**{"recipes/mine.yaml": "parameters: {a: {type: text}}\n", "templates/mine.j2": "Draw {{ a }}."})
    first = prompt_kit.generate(load("mine").render(a="a fox"), generator="proof")
    (root / "recipes" / "mine.yaml").unlink()
    done = prompt_kit.refine(first, "make it bluer")
    assert done.ok
    assert any("'mine'" in warning and "general rules" in warning for warning in done.warnings)


def test_several_pictures_are_not_guessed_between() -> None:
    """A run of two is refused with the names of both."""
    first = badge(count=2)
    with pytest.raises(InputError, match=r"has 2 pictures. Name the one to refine: .*01\.png, .*02\.png\."):
        prompt_kit.refine(first, "make it bluer")
    assert prompt_kit.refine(first.pictures[1].path or "", "make it bluer").ok


def test_what_is_not_there_is_told() -> None:
    """A run that nobody made, a file that is not there, an outcome without a picture."""
    made = picture(badge())
    with pytest.raises(NotFoundError, match="There is no run 'badg-0000'"):
        prompt_kit.refine("badg-0000", "make it bluer")
    with pytest.raises(InputError, match=r"no such picture. Did you mean '01.png'\?"):
        prompt_kit.refine(made.with_name("O1.png"), "make it bluer")
    with pytest.raises(InputError, match="no saved picture"):
        prompt_kit.refine(Outcome(prompt_kit.Status.NO_IMAGE), "make it bluer")
    with pytest.raises(InputError, match="change: is missing"):
        prompt_kit.refine(made, "")


def test_the_fourth_refinement_suggests_to_start_again() -> None:
    """With the command that does so: the first picture, every change, the pictures that were added."""
    first = badge(small=False)
    one = prompt_kit.refine(first, "make the light warmer.")
    two = prompt_kit.refine(one, "put it into this mug", values={"object": PICTURES / "mug.png"})
    three = prompt_kit.refine(two, "close its eyes")
    assert three.warnings == ()
    four = prompt_kit.refine(three, "add a moon")
    [hint] = four.warnings
    assert f"prompt-kit refine {picture(first).relative_to(Path.cwd())} " in hint
    assert "'make the light warmer; then put it into this mug; then close its eyes; then add a moon'" in hint
    assert re.search(r"--object runs/references/[0-9a-f]{64}\.png", hint)


def test_a_chain_that_began_elsewhere_starts_again_from_its_picture() -> None:
    """The picture that was brought along is kept beside the runs."""
    Canvas.new("RGB", (320, 320), "teal").save("mine.png")
    done = prompt_kit.refine("mine.png", "one", generator="proof")
    for change in ("two", "three", "four"):
        done = prompt_kit.refine(done, change)
    assert re.search(r"prompt-kit refine runs/references/[0-9a-f]{64}\.png", done.warnings[0])


def test_a_damaged_record_does_not_hold_the_picture_back() -> None:
    """It is refined like one from elsewhere, which is told; nothing in the folder changes."""
    made = picture(badge())
    (made.parent / "run.json").write_text("{")
    done = prompt_kit.refine(made, "make it bluer", generator="proof")
    assert done.ok
    assert "the record is damaged" in done.warnings[0]
    assert record(done)["parent"] is None
    assert (made.parent / "run.json").read_text() == "{"


@pytest.mark.parametrize(
    "tampered",
    [
        {"parent": "../../../etc"},
        {"parent": 7, "values": ["a"], "settings": "large"},
        {"recipe": "../../secret", "requests": [{}]},
        {"turns": [], "values": {"keep": [1, None], "done": "x", "change": {}}, "recipe": "refine"},
    ],
)
def test_a_record_that_was_edited_does_no_harm(tampered: dict[str, Any]) -> None:
    """Whatever stands in it: a picture, or a message; never a crash or a look outside."""
    made = picture(prompt_kit.refine(badge(), "make it bluer"))
    path = made.parent / "run.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | tampered))
    assert prompt_kit.refine(made, "make it redder", generator="proof").ok


def test_parents_that_go_round_end() -> None:
    """A record that names its own child as parent is walked once."""
    one = prompt_kit.refine(badge(), "make it bluer")
    two = prompt_kit.refine(one, "make it redder")
    assert one.folder
    path = one.folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"parent": record(two)["run"]}))
    assert prompt_kit.refine(two, "make it greener").ok


def test_the_async_twin_does_the_same() -> None:
    """For those who have a loop already."""
    first = badge()
    assert asyncio.run(prompt_kit.arefine(first, "make it bluer")).ok


# In conversation


def marks(pieces: list[dict[str, Any]], name: str) -> list[bytes]:
    """Return the model's marks on its answer, in order; over the wire Base64 has another alphabet."""
    return [base64.urlsafe_b64decode(p[name].translate(str.maketrans("+/", "-_"))) for p in pieces if p.get(name)]


def test_a_conversation_goes_on_from_the_folder_alone(server: GeminiServer) -> None:
    """Days later: the marks and the picture go back as they came, then the change."""
    first = badge(generator="gemini")
    assert prompt_kit.refine(str(picture(first)), "make it bluer", chat=True).ok
    before, now = (asked.body["contents"] for asked in server.requests)
    assert [message["role"] for message in now] == ["user", "model", "user"]
    assert now[0] == before[0]
    answer = record(first)["requests"][0]["answer"]
    assert marks(answer["pieces"], "signature")
    assert marks(now[1]["parts"], "thoughtSignature") == marks(answer["pieces"], "signature")
    drawn = [part["inlineData"]["data"] for part in now[1]["parts"] if "inlineData" in part]
    assert [base64.urlsafe_b64decode(one) for one in drawn] == [picture(first).read_bytes()]
    assert now[2]["parts"][-1]["text"].startswith("make it bluer.")
    assert not any("inlineData" in part for part in now[2]["parts"])


def test_a_conversation_takes_further_pictures_and_goes_on_and_on(server: GeminiServer) -> None:
    """The second refinement sends the whole of it; what stays is still known when it is left."""
    first = badge(generator="gemini")
    second = prompt_kit.refine(first, "put it into this mug", chat=True, values={"object": PICTURES / "mug.png"})
    third = prompt_kit.refine(second, "close its eyes", chat=True, keep=["the mug"])
    messages = server.requests[-1].body["contents"]
    assert [message["role"] for message in messages] == ["user", "model", "user", "model", "user"]
    assert "exactly those in the attached image" in messages[2]["parts"][-1]["text"]
    assert "keep exactly as it is now: the mug." in messages[4]["parts"][-1]["text"]
    anew = sent(prompt_kit.refine(third, "make it bluer"))
    assert "the felt style" in anew.turns[0].text
    assert "(1) put it into this mug; (2) close its eyes" in anew.turns[0].text
    assert [type(part) for part in anew.turns[0].parts[:-1]] == [Reference]


def test_a_conversation_keeps_model_and_settings(server: GeminiServer) -> None:
    """They are sent with every request, as they were; what is asked for now is changed."""
    prompt = load("badge").render(subject="a fox", settings={"tier": "pro", "size": "2K", "aspect_ratio": "3:2"})
    first = prompt_kit.generate(prompt, generator="gemini")
    prompt_kit.refine(first, "make it bluer", chat=True, settings={"size": "1K"})
    before, now = server.requests
    assert (now.model, before.model) == ("gemini-3-pro-image",) * 2
    assert now.config["imageConfig"] == {"aspectRatio": "3:2", "imageSize": "1K"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"generator": "proof"}, "The conversation was with 'gemini', not with 'proof'."),
        (
            {"settings": {"tier": "pro"}},
            "The conversation was with 'gemini-nano-banana-2.1', not with 'gemini-3-pro-image'.",
        ),
        (
            {"settings": {"model": "gemini-3-pro-image"}},
            "not with 'gemini-3-pro-image'. Refine the picture without --chat",
        ),
    ],
)
def test_a_conversation_has_one_partner(server: GeminiServer, options: dict[str, Any], told: str) -> None:
    """Another model knows nothing of it; nothing is sent, and the way out is told."""
    first = badge(generator="gemini")
    with pytest.raises(InputError) as caught:
        prompt_kit.refine(first, "make it bluer", chat=True, **options)
    assert told in str(caught.value)
    assert len(server.requests) == 1


def test_the_same_tier_is_the_same_partner(server: GeminiServer) -> None:
    """Asking for what it is anyway is no mistake."""
    assert prompt_kit.refine(badge(generator="gemini"), "bluer", chat=True, settings={"tier": "standard"}).ok
    assert len(server.requests) == 2


def test_a_conversation_that_cannot_go_on_is_told(server: GeminiServer) -> None:
    """A picture from elsewhere, a damaged record, an answer without the model's marks: one sentence each."""
    Canvas.new("RGB", (320, 320), "teal").save("mine.png")
    with pytest.raises(InputError, match=r"mine\.png: it is of no run here.* without --chat"):
        prompt_kit.refine("mine.png", "make it bluer", chat=True)
    made = picture(badge(generator="gemini"))
    path = made.parent / "run.json"
    whole = path.read_text("utf-8")
    path.write_text(re.sub(r'"signature": "[^"]*"', '"signature": ""', whole), "utf-8")
    with pytest.raises(InputError, match="thought signatures.* without --chat"):
        prompt_kit.refine(made, "make it bluer", chat=True)
    path.write_text("{", "utf-8")
    with pytest.raises(InputError, match=r"the record is damaged: line 1.* without --chat"):
        prompt_kit.refine(made, "make it bluer", chat=True)
    assert len(server.requests) == 1


def test_every_run_below_is_a_run_of_its_own() -> None:
    """It can be opened and sent again like any other."""
    done = prompt_kit.refine(badge(), "make it bluer")
    assert done.folder
    again = prompt_kit.generate(prompt_from(done.folder, RUNS), generator="proof")
    assert sent(again).fingerprint == sent(done).fingerprint
    assert open_run(done.folder, RUNS).summary.parent == record(done)["parent"]
