"""The check of the recipes' English, which `make prose` runs."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from prose import Explained, Explanation, Finding, Sentence, findings, grammar, judged, main, parted, plain_flaws
from prose_values import Filled, filled

NOTHING = Explained(words={})


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Create a icon of a fox.", "AnA"),
        ("Create an sticker of a fox.", "article"),
        ("The light comes from the the left.", "RepeatedWords"),
        ("The cup keeps it's shape.", "ItsPossessive"),
        ("Its a calm picture.", "ItsContraction"),
        ("The headline is larger then the rest.", "ThenThan"),
        ("The people hold there cups.", "ThereToTheir"),
        ("The line is more larger than the rest.", "AdjectiveDoubleDegree"),
        ("The backgroud is blurred.", "SpellCheck"),
        ("The harbor is gray.", "SpellCheck"),
        ("The light is soft. the shadows are gentle.", "SentenceCapitalization"),
        ("The palette is red , white and blue.", "spaces"),
        ("The light is soft..", "stops"),
        ("The setting is None.", "nothing"),
        ("the light is soft.", "capital"),
        ("The light is soft", "end"),
    ],
)
def test_a_mistake_is_found(text: str, rule: str) -> None:
    """The errors that templates make are among those that are found."""
    assert rule in {finding.rule for finding in findings([Sentence("sticker", text)], NOTHING)}


@pytest.mark.parametrize("value", ["two frineds", "a octopus", "the the sea", "it's own shadow", "a grey  cat"])
def test_what_a_person_wrote_is_not_judged(value: str) -> None:
    """A prompt says what people wrote as they wrote it."""
    (sentence,) = parted(Filled("sticker", (f"Create a sticker of {value}.",), (value,)))
    assert findings([sentence], NOTHING) == []


def test_the_words_around_a_value_are_judged() -> None:
    """An article before somebody's words is the kit's business."""
    (sentence,) = parted(Filled("sticker", ("Create a old lighthouse sticker.",), ("old lighthouse",)))
    assert {finding.rule for finding in findings([sentence], NOTHING)} >= {"article"}


def test_a_verb_that_may_not_fit_a_value_is_found() -> None:
    """A person may write of one thing or of many."""
    (sentence,) = parted(Filled("sticker", ("In front a red cup stands upright.",), ("a red cup",)))
    assert [finding.rule for finding in plain_flaws(sentence)] == ["agreement"]


def test_several_things_are_not_announced_for_one() -> None:
    """A list may have a single entry."""
    (sentence,) = parted(Filled("sticker", ("Show these details clearly: a red cup.",), ("a red cup",)))
    assert [finding.rule for finding in plain_flaws(sentence)] == ["one of many"]


def test_a_stop_inside_a_value_ends_no_sentence() -> None:
    """Sentences are those of the kit."""
    prompt = Filled("sticker", ("It shows Dr. Osei. The light is soft.",), ("Dr. Osei",))
    assert [sentence.shape for sentence in parted(prompt)] == ["It shows ‹›.", "The light is soft."]


def test_findings_are_told_where_they_stand() -> None:
    """Also in the second of several sentences that are checked together."""
    sentences = [Sentence("sticker", "All is well."), Sentence("sticker", "It shows a icon.")]
    (finding,) = grammar(sentences)
    assert finding.passage == "It shows [[a]] icon."


def test_an_explanation_without_a_finding_is_reported() -> None:
    """What is mended must not stay excused."""
    sentence = Sentence("sticker", "The light is soft.")
    explained = Explained({"Terms": ["softbox"]}, [Explanation("Spaces", "Right as it is.")])
    explained.left([Finding("SpellCheck", sentence, 0, 3)])
    assert explained.idle([sentence]) == ["Spaces: anywhere", "softbox"]


def test_a_rare_finding_may_stay_out_of_a_small_sample() -> None:
    """Some values meet once in a thousand sets."""
    explained = Explained({}, [Explanation("Spaces", "Right as it is.", rare=True)])
    assert explained.idle([], sets=25) == []
    assert explained.idle([]) == ["Spaces: anywhere"]


def test_every_explanation_has_a_reason() -> None:
    """A list of excuses is no explanation."""
    explained = Explained.read()
    assert all(len(reason.split()) > 2 for reason in explained.words)
    assert all(entry.why.endswith(".") for entry in explained.passages)


@pytest.mark.parametrize("name", ["sticker", "try-on"])
def test_the_same_seed_draws_the_same_values(name: str) -> None:
    """A finding can be looked at again."""
    assert list(filled(name, 3)) == list(filled(name, 3))
    assert list(filled(name, 3)) != list(filled(name, 3, seed=2))


def test_a_few_recipes_can_be_checked_alone() -> None:
    """Whoever rewrites one recipe waits for that one; a name that is none is told."""
    result = CliRunner().invoke(main, ["--sets", "0", "sticker"])
    checked = int(result.output.splitlines()[-1].split()[0])
    assert checked == len(judged(0, most=2, recipes=["sticker"])) < len(judged(0, most=2))
    result = CliRunner().invoke(main, ["--sets", "0", "stikcer"])
    assert result.exit_code == 2
    assert "stikcer" in result.output
