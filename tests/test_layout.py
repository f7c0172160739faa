"""Where things stand: from a recipe's areas and the values to the layout of each turn."""

from __future__ import annotations

from copy import deepcopy
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from builtin_recipes import LIBRARY
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from prompt_kit.errors import InputError
from prompt_kit.layout import Area, AreaKind, AreaLook, Box, Layout
from prompt_kit.prompt import Prompt
from prompt_kit.recipe.assembly import example_recipes, load
from prompt_kit.recipe.places import FramePlace
from prompt_kit.recipe.placing.resolving import WantedArea, overlap, resolved
from prompt_kit.recipe.placing.spec import AreaSpec
from prompt_kit.review.lint import check

if TYPE_CHECKING:
    from conftest import MakeTree

    from prompt_kit.recipe.library import Library

CARD = {
    "recipes/card.yaml": """\
        title: Card
        parameters:
          subject: {type: text, required: true}
          words: {type: copies, placed: true}
          position: {type: choice, choices: {left: {label: Left, place: left, share: 1/3}}, other: true}
          room:
            type: choice
            choices:
              right: {label: Right, place: right, share: 2/3}
              left: {label: Left, place: left, share: 1/2}
            other: true
          channel: {type: choice, choices: [film, post]}
        references:
          logo: {role: logo}
        layout:
          subject: {kind: subject, content: subject, place: position}
          words: {kind: words, content: words}
          calm: {kind: calm, place: room}
          logo: {kind: logo, content: logo, place: top-left}
          length: {kind: covered, place: bottom-right, share: 1/8, reason: its length lies there, show_if: {channel: film}}
        """,
    "templates/card.j2": "{{ subject }}. Keep {{ room }} calm.{% for part in covered %} {{ part | capital }}: {{ part.text }}.{% endfor %}",
}


def _box(layout: Layout, name: str) -> tuple[float, ...] | None:
    box = next(area for area in layout.areas if area.name == name).box
    return tuple(round(share, 3) for share in (box.x, box.y, box.width, box.height)) if box else None


def test_a_choice_says_its_place_once(tree: MakeTree, library: Library) -> None:
    """The words of the prompt and the box come from the same data."""
    tree(**CARD)
    prompt = load("card", library=library).render(subject="a fox", room="right")
    assert "Keep the right two thirds of the frame calm." in str(prompt)
    assert _box(prompt.turns[0].layout, "calm") == (0.333, 0, 0.667, 1)
    assert _box(prompt.turns[0].layout, "subject") == (0, 0, 0.333, 1)


def test_own_words_are_read_or_left_to_the_model(tree: MakeTree, library: Library) -> None:
    """A place that nobody can read has no box, and nothing is guessed."""
    tree(**CARD)
    words = ["OPEN :: across the top", "now :: on the tail of the fox"]
    layout = load("card", library=library).render(subject="a fox", words=words, room="the right 60 %").turns[0].layout
    assert _box(layout, "calm") == (0.4, 0, 0.6, 1)
    assert _box(layout, "words") == (0, 0, 0.4, 0.2)
    assert _box(layout, "words-2") is None
    assert layout.of("words")[1].place == "on the tail of the fox"


def test_the_prompt_says_the_covered_parts_from_the_same_data(tree: MakeTree, library: Library) -> None:
    """Only under its condition; elsewhere nothing is covered."""
    tree(**CARD)
    recipe = load("card", library=library)
    prompt = recipe.render(subject="a fox", channel="film")
    assert "The lower right corner stays calm: its length lies there." in str(prompt)
    assert _box(prompt.turns[0].layout, "length") == (0.875, 0.875, 0.125, 0.125)
    assert not recipe.render(subject="a fox", channel="post").turns[0].layout.of("covered")


def test_contradictions_become_notes(tree: MakeTree, library: Library) -> None:
    """Subject and empty part on one side: it is said before anything is sent."""
    tree(**CARD)
    recipe = load("card", library=library)
    (note,) = recipe.render(subject="a fox", position="left", room="left").notes
    assert (note.code, note.parameter) == ("in_calm_room", "position")
    assert str(note).startswith("The subject would stand in the part that 'room' keeps calm")
    (note,) = recipe.render(subject="a fox", words="OPEN :: on the left", room="left").notes
    assert str(note).startswith("\"OPEN\" would stand in the part that 'room' keeps calm")
    assert recipe.render(subject="a fox", position="left", room="right").notes == ()
    assert recipe.render(subject="a fox").notes == ()


@pytest.mark.parametrize(
    ("words", "room", "code"),
    [
        ("OPEN :: top right", "right", "in_calm_room"),
        ("OPEN :: in the lower left corner", "left", "in_calm_room"),
        ("OPEN :: top right", "left", ""),
        ("OPEN :: in the lower right corner", "", "covered_part"),
        ("OPEN :: in the lower left corner", "", ""),
    ],
)
def test_words_in_an_empty_part_become_a_note(
    tree: MakeTree, library: Library, words: str, room: str, code: str
) -> None:
    """A corner lies in its sides, and a covered corner keeps words away however small it is."""
    tree(**CARD)
    notes = load("card", library=library).render(subject="a fox", words=words, room=room or None, channel="film").notes
    assert [note.code for note in notes] == ([code] if code else [])


def test_a_note_names_the_words_of_its_own_prompt(tree: MakeTree, library: Library) -> None:
    """Notes are remembered by what places things, and quote what stands there."""
    tree(**CARD)
    recipe = load("card", library=library)
    for words in ("OPEN", "SHUT"):
        (note,) = recipe.render(subject="a fox", words=f"{words} :: on the left", room="left").notes
        assert str(note).startswith(f'"{words}"')


def test_a_calm_part_keeps_its_place_and_share(tree: MakeTree, library: Library) -> None:
    """The prompt says the upper third, so it is drawn so; the words stand in what is left, and that is said."""
    tree(**CARD)
    prompt = load("card", library=library).render(subject="a fox", room="the upper third", words="OPEN :: at the top")
    layout = prompt.turns[0].layout
    assert _box(layout, "calm") == (0, 0, 1, 0.333)
    assert _box(layout, "words") == (0, 0.333, 1, 0.2)
    assert [note.code for note in prompt.notes] == ["in_calm_room"]


def test_a_calm_part_keeps_its_place_below_what_is_covered(tree: MakeTree, library: Library) -> None:
    """Both stay empty, so nothing is cut off; words that have lost their place take room beside both."""
    tree(**CARD)
    recipe = load("card", library=library)
    prompt = recipe.render(subject="a fox", room="the right third", words="OPEN :: top right", channel="film")
    layout = prompt.turns[0].layout
    assert _box(layout, "calm") == (0.667, 0, 0.333, 1)
    assert _box(layout, "length") == (0.875, 0.875, 0.125, 0.125)
    assert _box(layout, "words") == (0.267, 0, 0.4, 0.2)


@pytest.mark.parametrize(("room", "codes"), [("the right 90 %", ["no_room"]), ("the right 80 %", [])])
def test_a_subject_without_room_becomes_a_note(tree: MakeTree, library: Library, room: str, codes: list[str]) -> None:
    """A strip of a tenth of the width is no room for a subject."""
    tree(**CARD)
    prompt = load("card", library=library).render(subject="a fox", room=room)
    assert [note.code for note in prompt.notes] == codes
    assert all(note.parameter == "room" for note in prompt.notes)


def test_the_layout_is_not_sent_and_survives_a_record(tree: MakeTree, library: Library) -> None:
    """The fingerprint stays, the record has it, and older records without it are read."""
    tree(**CARD)
    prompt = load("card", library=library).render(subject="a fox", room="right")
    plain = prompt.to_dict()
    again = Prompt.from_dict(plain)
    assert again.turns[0].layout == prompt.turns[0].layout
    del plain["turns"][0]["layout"]
    old = Prompt.from_dict(plain)
    assert old.turns[0].layout == Layout()
    assert old.fingerprint == prompt.fingerprint == again.fingerprint
    assert deepcopy(prompt).turns[0].layout == prompt.turns[0].layout


def test_a_record_with_a_wrong_layout_is_refused(tree: MakeTree, library: Library) -> None:
    """Each mistake has its place."""
    tree(**CARD)
    plain = load("card", library=library).render(subject="a fox", room="right").to_dict()
    plain["turns"][0]["layout"][0] |= {"kind": "sky", "box": {"x": 2, "y": 0, "width": "wide", "height": 1}}
    with pytest.raises(InputError) as refused:
        Prompt.from_dict(plain)
    said = str(refused.value)
    assert "turns[0].layout[0].kind" in said
    assert "turns[0].layout[0].box.x" in said
    assert "turns[0].layout[0].box.width" in said


def test_every_mistake_of_a_layout_is_told_at_its_place(tree: MakeTree, library: Library) -> None:
    """All at once, each with line and column."""
    tree(
        **{
            "recipes/wrong.yaml": """\
                parameters:
                  subject: {type: text, required: true}
                  side: {type: choice, choices: {left: {label: Left, place: left, words: on the right}}}
                layout:
                  subject: {kind: subject, content: subjet, place: lefft}
                  top: {kind: calm, place: top, share: 1/2}
                  words: {kind: words, place: top-left, on: nothing}
                  logo: {kind: logo, place: top-left, show_if: {sidde: left}}
                """,
            "templates/wrong.j2": "{{ subject }} {{ side }}",
        }
    )
    with pytest.raises(InputError) as refused:
        load("wrong", library=library)
    places = {str(problem.place): problem.message for problem in refused.value.problems}
    assert [place.split("wrong.yaml:")[1].split(":")[0] for place in places] == sorted(
        place.split("wrong.yaml:")[1].split(":")[0] for place in places
    )
    said = "\n".join(places.values())
    for part in ("'subjet'", "'lefft'", "'nothing'", "'sidde'", "'logo' and 'top' overlap", "'on the right' name"):
        assert part in said


@pytest.mark.parametrize(
    ("area", "choice", "said"),
    [
        ("place: nowhere", "", "'nowhere' names neither a place ("),
        ("place: floors", "", "'floors' cannot say a place: its type is 'integer'."),
        ("place: left, share: 1.5", "", "1.5 is no part of the frame; write a share of the frame such as '1/3'"),
        ("place: left, share: 2", "", "2 is no part of the frame; write a share of the frame such as '1/3'"),
        ("place: side", ", share: 1.5", "1.5 is no part of the frame; write a share of the frame such as '1/3'"),
        ("place: side", ", share: huge", "'huge' is no share; write a share of the frame such as '1/3'"),
    ],
)
def test_a_wrong_place_or_share_is_named_with_what_can_stand_there(
    tree: MakeTree, library: Library, area: str, choice: str, said: str
) -> None:
    """A number that cannot say a place is not taken for a wrong name, and offers no repair that is the same word."""
    tree(
        **{
            "recipes/wrong.yaml": f"""\
                parameters:
                  floors: {{type: integer, min: 1, max: 5}}
                  side: {{type: choice, choices: {{left: {{label: Left, place: left{choice}}}}}}}
                layout:
                  z: {{kind: calm, {area}}}
                """,
            "templates/wrong.j2": "{{ side }} {{ floors }}",
        }
    )
    with pytest.raises(InputError) as refused:
        load("wrong", library=library)
    (problem,) = refused.value.problems
    assert said in str(problem)
    assert "Did you mean 'floors'" not in str(problem)


def test_check_tells_what_a_layout_says_in_vain(tree: MakeTree, library: Library) -> None:
    """A place that nothing takes, a covered part that the model is not told of, a condition that never holds."""
    root = tree(**CARD)
    recipe, template = root / "recipes/card.yaml", root / "templates/card.j2"
    recipe.write_text(
        recipe.read_text("utf-8")
        .replace("calm, place: room", "calm, place: position")
        .replace("{channel: film}", "{channel: [film, reel]}"),
        "utf-8",
    )
    template.write_text("{{ subject }}. Keep {{ room }} calm.", "utf-8")
    problems = [str(problem) for problem in check(library).problems]
    for part in ("'place: room'", "no template tells the model that 'length' is covered", "'channel' is never 'reel'"):
        assert any(part in problem and "recipes/card.yaml:" in problem for problem in problems), part


def test_a_child_adds_to_the_layout_of_its_parent(tree: MakeTree, library: Library) -> None:
    """What it says again counts for it alone."""
    tree(
        **CARD,
        **{
            "recipes/flyer.yaml": """\
                extends: card
                layout:
                  logo: {kind: logo, content: logo, place: bottom}
                  strip: {kind: calm, place: top, share: 1/10}
                """
        },
    )
    layout = load("flyer", library=library).layout
    assert list(layout) == ["subject", "words", "calm", "logo", "length", "strip"]
    assert layout["logo"].fixed == ("bottom",)
    assert load("card", library=library).layout["logo"].fixed == ("top-left",)


def test_each_view_and_each_frame_has_its_own_layout() -> None:
    """Directions are data, and each frame has its own words."""
    views = load("character-360", library=LIBRARY).render(character="a diver", angles=["front", "profile-left"])
    assert [turn.layout.areas[0].facing for turn in views.turns] == ["front view", "left-facing profile"]
    board = load("storyboard", library=LIBRARY).render(film="a chase", panels=["run", "fall"], captions=["-", "Ouch"])
    assert [[area.content for area in turn.layout.of("words")] for turn in board.turns] == [[], ["Ouch"]]
    assert [turn.layout.of("subject")[0].content for turn in board.turns] == ["run", "fall"]


def test_words_of_a_comic_lie_on_their_panels() -> None:
    """Further speech answers in the last panel."""
    comic = load("comic", library=LIBRARY).render(
        story="a strip", panels=["one waits", "one sits"], layout="row", speech=["-", "Yes?", "No."]
    )
    layout = comic.turns[0].layout
    assert [(area.content, area.on) for area in layout.of("words")] == [("Yes?", "panels-2"), ("No.", "panels-2")]
    assert _box(layout, "panels-2") == (0.5, 0, 0.5, 1)


_SIDES = st.builds(
    FramePlace,
    st.sampled_from((-1, 0, 1)),
    st.sampled_from((-1, 0, 1)),
    st.none() | st.fractions(min_value="1/20", max_value=1, max_denominator=20),
)
_KINDS: st.SearchStrategy[AreaKind] = st.sampled_from(
    ("subject", "words", "calm", "logo", "panel", "covered", "change")
)


@st.composite
def _areas(draw: st.DrawFn) -> list[WantedArea]:
    kinds = draw(st.lists(_KINDS, max_size=8))
    names = [f"{kind}-{number}" for number, kind in enumerate(kinds)]
    return [
        WantedArea(
            Area(name, kind, on=draw(st.sampled_from(["", "", *names[:number]]))),
            draw(st.none() | _SIDES),
            draw(st.floats(0, 1)),
            draw(st.sampled_from(("", "row", "column", "grid", "opening"))),
            loose=draw(st.booleans()),
        )
        for number, (name, kind) in enumerate(zip(names, kinds, strict=True))
    ]


@given(_areas())
def test_areas_lie_in_the_frame_and_never_overlap(wanted: list[WantedArea]) -> None:
    """Unless an area says that it lies on another; and none is empty."""
    areas, _ = resolved(wanted)
    assert [area.name for area in areas] == [thing.area.name for thing in wanted]
    boxes = [(area, area.box) for area in areas if area.box]
    for _, box in boxes:
        assert box.width > 0
        assert box.height > 0
        assert min(box.x, box.y) >= -1e-9
        assert max(box.x + box.width, box.y + box.height) <= 1 + 1e-9
    by_name = {area.name: box for area, box in boxes}
    for (area, box), (other, other_box) in combinations(boxes, 2):
        if _both_empty(area, other):
            continue
        if area.on == other.on:
            assert not overlap(box, other_box)
    for area, box in boxes:
        if area.on:
            assert _within(box, by_name[area.on])


def _both_empty(area: Area, other: Area) -> bool:
    """Return whether an app lays a field over another field, or over a calm part."""
    return {area.kind, other.kind} in ({"covered"}, {"covered", "calm"})


def _within(inner: Box, outer: Box) -> bool:
    return (
        inner.x >= outer.x - 1e-9
        and inner.y >= outer.y - 1e-9
        and inner.x + inner.width <= outer.x + outer.width + 1e-9
        and inner.y + inner.height <= outer.y + outer.height + 1e-9
    )


@pytest.mark.parametrize("name", LIBRARY.names("recipe"))
def test_every_example_of_every_recipe_has_a_layout_without_overlaps(name: str) -> None:
    """Each shows at least what the picture shows, and none contradicts itself."""
    for example, recipe in example_recipes("recipe", name, LIBRARY).items():
        prompt = recipe.render_example(example)
        assert prompt.notes == ()
        for turn in prompt.turns:
            if turn.output == "picture":
                free = [area for area in turn.layout.areas if area.box and not area.on]
                assert free, example
                assert not any(
                    overlap(area.box, other.box)
                    for area, other in combinations(free, 2)
                    if area.box and other.box and not _both_empty(area, other)
                )


def test_every_recipe_and_the_brand_say_where_things_stand() -> None:
    """No recipe leaves it to a drawing to guess."""
    assert all(load(name, library=LIBRARY).layout for name in LIBRARY.names("recipe"))
    assert LIBRARY.strategy("brand").spec.layout


@pytest.mark.parametrize(("kind", "look"), [("words", "tile"), ("subject", "balloon"), ("panel", "letters")])
def test_a_look_fits_its_kind(kind: AreaKind, look: AreaLook) -> None:
    """A balloon without words says nothing."""
    with pytest.raises(ValidationError, match="look is balloon or letters for words"):
        AreaSpec(kind=kind, look=look)


def test_words_on_a_panel_keep_their_order_when_there_is_little_room() -> None:
    """Two captions, two lines and two sounds on one panel stand as the values say."""
    panel = WantedArea(Area("box", "panel"))
    high = [WantedArea(Area(f"line-{n}", "words", on="box"), FramePlace(0, -1)) for n in range(4)]
    middle = [WantedArea(Area(f"sound-{n}", "words", on="box"), FramePlace(0, 0)) for n in range(2)]

    areas, _ = resolved([panel, *high, *middle])

    tops = [area.box.y for area in areas[1:] if area.box]
    assert len(tops) == 6
    assert tops == sorted(tops)
