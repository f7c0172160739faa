"""Recipes: what they inherit, mix in, ask and refuse."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image as PillowImage
from pydantic import TypeAdapter

from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.prompt import Earlier, Reference, Text
from prompt_kit.recipe.assembly import load, with_preset
from prompt_kit.recipe.values import UNUSUAL

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeTree

    from prompt_kit.recipe.library import Library

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)

BADGE = {
    "recipes/badge.yaml": """\
        title: Badge
        uses: [mood]
        parameters:
          subject: {type: text, required: true, help: What it shows.}
          style: {type: choice, choices: {flat: Flat vector, ink: {label: Ink, words: brush and ink}}, other: true, default: flat}
          colors: {type: list, max: 3}
          outline: {type: color, show_if: {style: flat}}
          motto: {type: copy, max_length: 20, language: de}
        references:
          person: {role: identity, max: 2}
        settings: {aspect_ratio: "1:1"}
        examples: {plain: {values: {subject: a fox}}}
        """,
    "templates/badge.j2": """\
        A badge of {{ subject }}{% if colors %} in {{ colors | series }}{% endif %}.
        {% if person %}
        Take the face from {{ person }}.
        {% endif %}

        Drawn in {{ style }}{% if outline %} with an outline in {{ outline }}{% endif %}.
        {% if motto %}
        It carries the {{ motto.language }} words {{ motto }}.
        {% endif %}
        """,
    "recipes/strategies/mood.yaml": "title: Mood\nparameters: {mood: {type: text}}\nsettings: {tier: draft}\n",
    "templates/strategies/mood.j2": "{% if mood %}The mood is {{ mood }}.{% endif %}",
}


def test_values_become_clean_prose(tree: MakeTree, library: Library) -> None:
    """Series, choices, colours, copy and the strategy's words stand where they belong."""
    tree(**BADGE)
    prompt = load("badge", library=library).render(
        subject="a fox.", colors=["red", "white"], outline="#ffcc00", motto="GUTE\nREISE", mood="calm"
    )
    assert str(prompt) == (
        "A badge of a fox in red and white.\n\n"
        "Drawn in flat with an outline in golden yellow (#ffcc00)."
        ' It carries the German words "GUTE\nREISE". The mood is calm.'
    )
    assert prompt.settings.to_dict() == {"aspect_ratio": "1:1", "tier": "draft"}
    assert prompt.strategies == ("mood",)


def test_what_is_left_out_leaves_no_trace(tree: MakeTree, library: Library) -> None:
    """Only the required value: no gap, no comma, no None."""
    tree(**BADGE)
    assert str(load("badge", library=library).render(subject="a fox")) == "A badge of a fox.\n\nDrawn in flat."


def test_pictures_are_named_by_the_order_they_are_sent_in(tree: MakeTree, library: Library) -> None:
    """Words and attachments come from one order, so they cannot disagree."""
    tree(**BADGE)
    recipe = load("badge", library=library)

    one = recipe.render(subject="a fox", person=PNG)
    two = recipe.render(subject="a fox", person=[PNG, PNG])

    assert "Take the face from the attached image." in str(one)
    assert "Take the face from the two attached images." in str(two)
    assert [type(part) for part in two.turns[0].parts] == [Reference, Reference, Text]


def test_all_problems_of_the_values_are_told_at_once(tree: MakeTree, library: Library, tmp_path: Path) -> None:
    """A form shows every field that is wrong, and what would be right."""
    tree(**BADGE)
    with pytest.raises(InputError) as caught:
        load("badge", library=library).render(
            style="flta",
            colors=["a", "b", "c", "d"],
            outline="#12",
            motto="x" * 21,
            subjct="a fox",
            person=tmp_path / "nobody.png",
            settings={"size": "8K", "aspect_ratio": "wide"},
        )
    assert {p.parameter for p in caught.value.problems} >= {
        "subject",
        "colors",
        "outline",
        "motto",
        "subjct",
        "person",
        "size",
        "aspect_ratio",
    }
    text = str(caught.value)
    assert "Did you mean 'subject'?" in text
    assert "motto: has 21 characters; at most 20 are allowed." in text


@pytest.mark.parametrize("blank", ["   ", "\n", ",", "\u200a"])
def test_a_value_of_nothing_is_no_value(tree: MakeTree, library: Library, blank: str) -> None:
    """White space and a lone comma would leave a hole in the sentence."""
    tree(**BADGE)
    with pytest.raises(InputError) as caught:
        load("badge", library=library).render(subject=blank, colors=["red", blank])
    assert [p.parameter for p in caught.value.problems] == ["subject", "colors"]


HALVES = """\
    title: Halves
    parameters:
      line: {type: text}
      prose: {type: long_text}
      motto: {type: copy}
      colors: {type: list}
      labels: {type: copies}
      gaps: {type: copies, gaps: true}
      signs: {type: copies, placed: true}
      style: {type: choice, choices: [ink], other: true}
      styles: {type: choices, choices: [ink], other: true}
      ground: {type: color}
    """


def test_half_a_character_is_refused_in_every_kind_of_words(tree: MakeTree, library: Library) -> None:
    """No model could be sent it, and no record could hold it."""
    tree(**{"recipes/halves.yaml": HALVES, "templates/halves.j2": "Draw."})
    recipe = load("halves", library=library)
    several = {"colors", "labels", "gaps", "signs", "styles"}
    values: dict[str, Any] = {name: ["a\ud800"] if name in several else "a\ud800" for name in recipe.parameters}
    refused = [f"{name}: holds characters that are no text." for name in recipe.parameters]
    with pytest.raises(InputError) as caught:
        recipe.render(**values)
    assert [re.sub(", entry 1", "", problem.message) for problem in caught.value.problems] == refused
    for sign in ({"words": "a\ud800"}, {"words": "a", "place": "\ud800"}):
        with pytest.raises(InputError, match="holds characters that are no text"):
            recipe.render(signs=[sign])


def test_a_choice_is_given_by_value_label_or_own_words(tree: MakeTree, library: Library) -> None:
    """A spreadsheet holds labels, a program values, and an art director own words."""
    tree(**BADGE)
    recipe = load("badge", library=library)
    drawn = [
        str(recipe.render(subject="a fox", style=style)).rpartition("Drawn in ")[2]
        for style in ("ink", "Ink", "felt pen")
    ]
    assert drawn == ["brush and ink.", "brush and ink.", "felt pen."]


def test_what_is_not_asked_is_refused_and_its_default_is_silent(tree: MakeTree, library: Library) -> None:
    """A hidden field's value must not slip into the prompt."""
    tree(**BADGE)
    with pytest.raises(InputError, match="outline: is only asked when style is flat"):
        load("badge", library=library).render(subject="a fox", style="ink", outline="#fff")


def test_extending_a_recipe_overrides_what_it_says(tree: MakeTree, library: Library) -> None:
    """The child has the parent's template, parameters and settings, and its own."""
    tree(
        **BADGE,
        **{
            "recipes/pin.yaml": """\
                title: Pin
                extends: badge
                parameters: {style: {type: choice, choices: [enamel], default: enamel}}
                settings: {size: 2k}
                examples: {plain: {values: {subject: a bee}}}
                """,
        },
    )
    prompt = load("pin", library=library).render(subject="a bee")
    assert "Drawn in enamel." in str(prompt)
    assert prompt.settings.to_dict() == {"aspect_ratio": "1:1", "size": "2K", "tier": "draft"}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"recipes/a.yaml": "extends: b", "recipes/b.yaml": "extends: a"}, "a → b → a"),
        ({"recipes/a.yaml": "extends: nowhere"}, "a.yaml:1:10: There is no recipe 'nowhere'"),
        (
            {"recipes/a.yaml": "uses: [nothing]", "templates/a.j2": "X."},
            "a.yaml:1:7: there is no strategy 'nothing'",
        ),
        (
            {"recipes/a.yaml": "title: A", "templates/a.j2": "{{ subjct }}"},
            "a.j2:1: there is no parameter 'subjct'",
        ),
        ({"recipes/a.yaml": "title: A"}, "There is no template 'a.j2'"),
        (
            {"recipes/a.yaml": "parameters: {x: {type: text}}\nreferences: {x: {role: style}}"},
            "both a parameter and a",
        ),
        ({"recipes/a.yaml": "parameters: {values: {type: text}}"}, "means something else"),
        ({"recipes/a.yaml": "template: ../../secret.j2"}, "template: must look like"),
        (
            {"recipes/a.yaml": "turns: [{for_each: nothing}]", "templates/a.j2": "X."},
            "'nothing', which is no list",
        ),
        (
            {
                "recipes/a.yaml": "parameters: {m: {type: integer, max: 3, default: 9}}",
                "templates/a.j2": "{{ m }}",
            },
            "m: the default does not fit: must be at most 3",
        ),
        (
            {"recipes/a.yaml": "parameters: {c: {type: choice, choices: [a], default: b}}"},
            "c: the default does not fit: 'b' is not one of a",
        ),
        ({"recipes/a.yaml": "parameters: {t: {type: text, pattern: '('}}"}, "no regular expression"),
        (
            {
                "recipes/a.yaml": "parameters: {t: {type: text, show_if: {u: true}}}",
                "templates/a.j2": "{{ t }}",
            },
            "names 'u'",
        ),
    ],
)
def test_mistakes_in_files_are_told_with_their_place(
    tree: MakeTree, library: Library, files: dict[str, str], message: str
) -> None:
    """Each message says what is wrong and where."""
    tree(**files)
    with pytest.raises((InputError, NotFoundError)) as caught:
        _ = load("a", library=library).turn_templates
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["../badge", "BADGE", "/etc/passwd", "badge.yaml", "..", "%2e%2e", "a\x00b", ""])
def test_odd_names_find_nothing(tree: MakeTree, library: Library, name: str) -> None:
    """A name is looked up, never followed."""
    tree(**BADGE)
    with pytest.raises(NotFoundError):
        load(name, library=library)


def test_a_recipe_behind_a_link_that_leads_out_is_refused(tree: MakeTree, library: Library, tmp_path: Path) -> None:
    """A pack cannot read files of the computer it is unpacked on."""
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "x.yaml").write_text("title: X", "utf-8")
    tree(**BADGE)
    (tmp_path / "recipes" / "x.yaml").symlink_to(outside / "x.yaml")
    (tmp_path / "templates" / "x.j2").symlink_to("/etc/hostname")
    with pytest.raises(InputError):
        load("x", library=library)
    with pytest.raises(InputError):
        library.source("x.j2")


def test_a_preset_fills_in_and_locks(tree: MakeTree, library: Library) -> None:
    """A brand's sticker has its style fixed, and nobody can change it by accident."""
    tree(
        **BADGE,
        **{
            "recipes/presets/brand.yaml": """\
                extends: badge
                values: {style: ink, subject: the brand's fox}
                locked: [style]
                """,
        },
    )
    brand = load("brand", library=library)
    assert str(brand.render()) == "A badge of the brand's fox.\n\nDrawn in brush and ink."
    assert str(brand.render(subject="a cub")).startswith("A badge of a cub.")
    with pytest.raises(InputError, match="style: is locked"):
        brand.render(style="flat")
    assert str(with_preset(load("badge", library=library), "brand").render()) == str(brand.render())


def test_what_a_preset_fills_in_goes_when_it_is_not_asked(tree: MakeTree, library: Library) -> None:
    """The preset's outline is for flat badges; who chooses ink must not be told to leave out what they never gave."""
    tree(**BADGE, **{"recipes/presets/flat.yaml": "extends: badge\nvalues: {outline: red, subject: a fox}\n"})
    flat = load("flat", library=library)
    assert "with an outline in red" in str(flat.render())
    prompt = flat.render(style="ink")
    assert str(prompt) == "A badge of a fox.\n\nDrawn in brush and ink."
    assert "outline" not in prompt.values


def test_many_choices_are_not_listed_to_someone_who_mistyped_one(tree: MakeTree, library: Library) -> None:
    """The nearest one is enough; whoever is far off sees them all."""
    choices = ", ".join(f"choice-{word}" for word in "a b c d e f g h i j k l m n o p".split())
    tree(
        **{
            "recipes/x.yaml": f"parameters: {{one: {{type: choice, choices: [{choices}]}}}}",
            "templates/x.j2": "{{ one }}",
        }
    )
    with pytest.raises(InputError, match=r"one: 'chioce-a' is not one of the 16 choices. Did you mean 'choice-a'\?"):
        load("x", library=library).render(one="chioce-a")
    with pytest.raises(InputError, match="'blue' is not one of choice-a, choice-b"):
        load("x", library=library).render(one="blue")


def test_a_choice_brings_its_settings(tree: MakeTree, library: Library) -> None:
    """A channel has its format; whoever asks for another gets it, and own words change nothing."""
    tree(
        **{
            "recipes/post.yaml": """\
                parameters:
                  channel:
                    type: choice
                    choices:
                      feed: Feed
                      story: {label: Story, settings: {aspect_ratio: "9:16", size: 2K}}
                    other: true
                    default: feed
                settings: {aspect_ratio: "4:5"}
                """,
            "templates/post.j2": "Draw a {{ channel }} post.",
        }
    )
    recipe = load("post", library=library)
    assert recipe.render().settings.to_dict() == {"aspect_ratio": "4:5"}
    assert recipe.render(channel="story").settings.to_dict() == {"aspect_ratio": "9:16", "size": "2K"}
    assert recipe.render(channel="story", settings={"aspect_ratio": "1:1"}).settings.aspect_ratio == "1:1"
    assert recipe.render(channel="a billboard").settings.aspect_ratio == "4:5"


def test_a_list_of_exact_words_is_quoted_and_has_gaps(tree: MakeTree, library: Library) -> None:
    """Every entry verbatim, with its stop; a dash is a place without words."""
    tree(
        **{
            "recipes/strip.yaml": "parameters: {lines: {type: copies, gaps: true, max: 3, max_length: 12, language: de}}\n",
            "templates/strip.j2": "{% for line in lines %}\n{% if line %}\nBalloon {{ loop.index }} reads {{ line }}"
            " in {{ line.language }}.\n{% else %}\nBalloon {{ loop.index }} is empty.\n{% endif %}\n{% endfor %}",
        }
    )
    recipe = load("strip", library=library)
    assert str(recipe.render(lines=["Das geht.", "-", '5" Rohr'])) == (
        'Balloon 1 reads "Das geht." in German. Balloon 2 is empty. Balloon 3 reads “5" Rohr” in German.'
    )
    assert str(recipe.render(lines="Ja!")) == 'Balloon 1 reads "Ja!" in German.'
    with pytest.raises(InputError) as caught:
        recipe.render(lines=["a" * 13, " ", "x", "y"])
    assert len(caught.value.problems) >= 1


def test_a_preset_locks_what_a_strategy_asks(tree: MakeTree, library: Library) -> None:
    """The house's mood is fixed, though the mood belongs to a strategy."""
    tree(**BADGE, **{"recipes/presets/calm.yaml": "extends: badge\nvalues: {mood: calm}\nlocked: [mood]\n"})
    calm = load("calm", library=library)
    assert "The mood is calm." in str(calm.render(subject="a fox"))
    with pytest.raises(InputError, match="mood: is locked"):
        calm.render(subject="a fox", mood="wild")


def test_a_preset_that_does_not_fit_says_where(tree: MakeTree, library: Library) -> None:
    """All its mistakes at once."""
    tree(**BADGE, **{"recipes/presets/bad.yaml": "extends: badge\nvalues: {styl: ink}\nlocked: [mood]\n"})
    with pytest.raises(InputError) as caught:
        load("bad", library=library)
    assert len(caught.value.problems) == 2


def test_a_strategy_for_other_tasks_is_refused(tree: MakeTree, library: Library) -> None:
    """Which recipes a strategy goes with is declared, not guessed."""
    tree(
        **BADGE,
        **{"recipes/strategies/keep.yaml": "tasks: [edit]\n", "templates/strategies/keep.j2": "Keep it."},
    )
    with pytest.raises(InputError, match="for recipes that edit"):
        load("badge", library=library).using("keep")


def test_turns_build_on_each_other(tree: MakeTree, library: Library) -> None:
    """Each angle is a turn; later ones take the first picture and the latest ones with them."""
    tree(
        **{
            "recipes/spin.yaml": """\
                parameters:
                  who: {type: text, required: true}
                  angles: {type: choices, choices: {front: Front, left: Left, back: Back, right: Right}, default: [front, left]}
                turns: [{for_each: angles, earlier: 2}]
                """,
            "templates/spin.j2": """\
                View {{ turn.number | number }} of {{ turn.total | number }} of {{ who }} from the {{ item }}.
                {% if earlier %}
                It is the same person as in {{ earlier }}.
                {% endif %}
                """,
        },
    )
    prompt = load("spin", library=library).render(who="a sailor", angles=["front", "left", "back", "right"])

    assert [turn.name for turn in prompt.turns] == ["front", "left", "back", "right"]
    assert [[part.turn for part in turn.earlier] for turn in prompt.turns] == [[], [0], [0, 1], [0, 2]]
    assert prompt.turns[2].text == (
        "View three of four of a sailor from the back. It is the same person as in the two attached images."
    )
    assert isinstance(prompt.turns[1].parts[0], Earlier)


def test_equal_fingerprints_mean_the_same_request(tree: MakeTree, library: Library, tmp_path: Path) -> None:
    """Words, settings, order and bytes count; a file's name does not."""
    tree(**BADGE)
    recipe = load("badge", library=library)
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(PNG)
    (tmp_path / "c.png").write_bytes(PNG + b"\0")

    def fingerprint(picture: str, **more: Any) -> str:
        return recipe.render(subject="a fox", person=tmp_path / picture, **more).fingerprint

    assert fingerprint("a.png") == fingerprint("b.png")
    assert (
        len(
            {
                fingerprint("a.png"),
                fingerprint("c.png"),
                fingerprint("a.png", settings={"size": "2K"}),
                fingerprint("a.png", mood="calm"),
            }
        )
        == 4
    )


def test_json_schema_describes_the_form(tree: MakeTree, library: Library) -> None:
    """One description serves forms, tools and checks."""
    tree(**BADGE)
    schema = load("badge", library=library).json_schema()
    assert schema["required"] == ["subject"]
    choices, own_words, _ = schema["properties"]["style"]["anyOf"]
    assert [(choice["const"], choice["title"]) for choice in choices["oneOf"]] == [
        ("flat", "Flat vector"),
        ("ink", "Ink"),
    ]
    assert own_words["type"] == "string"
    assert schema["properties"]["person"]["maxItems"] == 2
    assert schema["additionalProperties"] is False


def test_numbers_and_booleans_of_a_yaml_file_fit_text_fields(tree: MakeTree, library: Library) -> None:
    """Somebody who writes `subject: 2026` means the words."""
    tree(**BADGE)
    assert "A badge of 2026." in str(load("badge", library=library).render(subject=2026))


@pytest.mark.parametrize(
    "value",
    [
        "a fox",
        "a fox.",
        " a fox",
        "",
        "two\nlines",
        "x" * 40,
        5,
        True,
        None,
        ["a", "b"],
        ["a."],
        ("a", "b"),
        [1],
        "Flat vector",
        "flat",
        "ink",
    ],
)
@pytest.mark.parametrize("name", ["subject", "style", "colors"])
def test_the_short_way_and_the_long_way_agree(tree: MakeTree, library: Library, name: str, value: object) -> None:
    """Ordinary values skip the validator; what reaches the template must be the same, and so must the refusals."""
    tree(**BADGE)
    form = load("badge", library=library).form
    ready = form.parameters[name].shortcut(value)
    if ready is not UNUSUAL:
        checked = TypeAdapter(form.parameters[name].annotation()).validate_python(value)
        assert (ready, type(ready)) == (checked, type(checked))
        assert getattr(ready, "value", None) == getattr(checked, "value", None)


def test_exact_words_may_say_where_they_stand(tree: MakeTree, library: Library) -> None:
    """As a line, as a mapping, and without a place; what is recorded can be rendered again."""
    tree(
        **{
            "recipes/wall.yaml": "parameters: {signs: {type: copies, placed: true, max: 3, max_length: 12}}\n",
            "templates/wall.j2": "{% for sign in signs %}\n{{ sign }}"
            "{% if sign.place %} stands {{ sign.place }}{% else %} can be read{% endif %}.\n{% endfor %}",
        }
    )
    recipe = load("wall", library=library)
    mapping = {"words": "Bar :: 2", "place": "in neon."}
    prompt = recipe.render(signs=["OPEN :: above the door, in white", mapping, "Exit 10::30"])
    expected = '"OPEN" stands above the door, in white. "Bar :: 2" stands in neon. "Exit 10::30" can be read.'
    assert str(prompt) == expected
    assert str(recipe.render(**prompt.values)) == expected
    assert str(recipe.render(signs=mapping)) == '"Bar :: 2" stands in neon.'


@pytest.mark.parametrize(
    ("sign", "message"),
    [
        ("A long long sign", "signs: has 16 characters; at most 12 are allowed."),
        (" :: above the door", "signs: is empty; leave it out or write something."),
        ({"word": "OPEN"}, "signs: must have 'words' and may have 'place', nothing else."),
        ({"words": 3}, "signs: must have 'words' and may have 'place', nothing else."),
    ],
)
def test_placed_words_that_do_not_fit_say_why(tree: MakeTree, library: Library, sign: object, message: str) -> None:
    """The limit is for the words alone, never for their place."""
    tree(
        **{
            "recipes/wall.yaml": "parameters: {signs: {type: copies, placed: true, max_length: 12}}\n",
            "templates/wall.j2": "Signs: {{ signs | series }}.",
        }
    )
    with pytest.raises(InputError) as caught:
        load("wall", library=library).render(signs=[sign])
    assert [str(problem) for problem in caught.value.problems] == [message]


RENAMED = {
    "recipes/card.yaml": """\
        parameters:
          greeting: {type: text, required: true, was: [salute, hello]}
        references:
          photo: {role: identity, was: [portrait]}
        stays: ["the greeting, {{ greeting }}"]
        """,
    "templates/card.j2": "A card that says {{ greeting | quoted }}{% if photo %} beside {{ photo }}{% endif %}.",
}


def test_a_value_under_an_old_name_counts_with_a_note(tree: MakeTree, library: Library) -> None:
    """Values files and records of an earlier version go on working."""
    tree(**RENAMED)
    card = load("card", library=library)
    prompt = card.render(hello="Ahoy", portrait=[PNG])
    assert str(prompt) == 'A card that says "Ahoy" beside the attached image.'
    assert [(note.code, note.parameter, str(note)) for note in prompt.notes] == [
        ("former_name", "greeting", "'hello' is now called 'greeting'; its value counts as before."),
        ("former_name", "photo", "'portrait' is now called 'photo'; its value counts as before."),
    ]
    assert prompt.values["greeting"] == "Ahoy"
    assert prompt == card.render(greeting="Ahoy", photo=[PNG])
    assert card.stays({"salute": "Ahoy"}) == ("the greeting, Ahoy",)


def test_a_value_under_both_names_is_a_problem(tree: MakeTree, library: Library) -> None:
    """Neither is dropped in silence."""
    tree(**RENAMED)
    with pytest.raises(InputError, match="hello: is now called 'greeting', which is given, too. Leave 'hello' out."):
        load("card", library=library).render(hello="Ahoy", greeting="Moin")


def test_a_preset_with_an_old_name_goes_on_working(tree: MakeTree, library: Library) -> None:
    """Its note says where the old name stands."""
    tree(**RENAMED, **{"recipes/presets/ahoy.yaml": "extends: card\nvalues: {hello: Ahoy}\nlocked: [hello]\n"})
    ahoy = load("ahoy", library=library)
    assert str(ahoy.render()) == 'A card that says "Ahoy".'
    assert [str(note) for note in ahoy.notes] == [
        "recipes/presets/ahoy.yaml:2:9: 'hello' is now called 'greeting'; its value counts as before."
    ]
    with pytest.raises(InputError, match="greeting: is locked"):
        ahoy.render(greeting="Moin")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("{a: {type: text, was: [b]}, b: {type: text}}", "was names 'b', which is a name of today."),
        ("{a: {type: text, was: [c]}, b: {type: text, was: [c]}}", "was names 'c', which was a name of 'a', too."),
    ],
)
def test_an_old_name_means_one_thing(tree: MakeTree, library: Library, parameters: str, message: str) -> None:
    """Or nobody could say which parameter a value is for."""
    tree(**{"recipes/odd.yaml": f"parameters: {parameters}\n", "templates/odd.j2": "{{ a }} {{ b }}"})
    with pytest.raises(InputError, match=re.escape(message)):
        load("odd", library=library)


def test_a_template_can_ask_whether_words_name_several_things(tree: MakeTree, library: Library) -> None:
    """It or they, as the person's own words tell."""
    tree(
        **{
            "recipes/thing.yaml": "parameters: {thing: {type: text, plural: true}}\n",
            "templates/thing.j2": "{% if thing %}Draw {{ thing }}.\n{{ 'They float' if thing.plural else 'It floats' }}.{% endif %}",
        }
    )
    recipe = load("thing", library=library)
    assert str(recipe.render(thing="two mugs")) == "Draw two mugs. They float."
    assert str(recipe.render(thing="a mug")) == "Draw a mug. It floats."
    assert str(recipe.render()) == ""


def test_a_long_prompt_of_few_own_words_is_noted(tree: MakeTree, library: Library) -> None:
    """Whoever chose too much is told; whoever wrote much is not."""
    tree(
        **{
            "recipes/wordy.yaml": "parameters: {subject: {type: text}, full: {type: boolean}}\n",
            "templates/wordy.j2": "Draw {{ subject }}.\n{% if full %}\n"
            + "Every leaf is drawn.\n" * 30
            + "{% endif %}",
        }
    )
    recipe = load("wordy", library=library)
    assert recipe.render(subject="a fern", full=True).length_note.startswith("The prompt has 123 words, your values 3.")
    assert recipe.render(subject="a fern").length_note == ""
    assert recipe.render(subject="fern " * 300, full=True).length_note == ""


def test_a_base_picture_keeps_its_format_when_others_come_after_it(tree: MakeTree, library: Library) -> None:
    """Models take the shape of the last picture, which is not the one that is worked on."""
    tree(
        **{
            "recipes/put.yaml": "task: compose\nreferences: {base: {role: base}, thing: {role: object, max: 2}}\n",
            "templates/put.j2": "Put {{ thing or 'it' }} into {{ base or 'a room' }}.",
        }
    )
    put = load("put", library=library)
    wide, high = picture(1600, 900), picture(600, 800)
    assert put.render(base=wide, thing=[high, high]).settings.aspect_ratio == "16:9"
    assert put.render(base=wide, thing=high, settings={"aspect_ratio": "1:1"}).settings.aspect_ratio == "1:1"
    assert put.render(base=wide).settings.aspect_ratio is None
    assert put.render(thing=high).settings.aspect_ratio is None


def picture(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    PillowImage.new("RGB", (width, height)).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_template_tells_own_words_from_choices(tree: MakeTree, library: Library) -> None:
    """A choice's words complete a sentence; own words may be a sentence of their own."""
    tree(
        **{
            "recipes/shot.yaml": """\
                parameters:
                  angle: {type: choice, choices: {low: {label: Low, words: from below}}, other: true}
                  lens: {type: choice, choices: {wide: {label: Wide, words: with a wide lens}}}
                """,
            "templates/shot.j2": "Shot {{ [lens, not angle.own and angle] | commas }}.\n"
            "{% if angle.own %}{{ angle | sentence }}{% endif %}",
        }
    )
    recipe = load("shot", library=library)
    assert str(recipe.render(angle="low", lens="wide")) == "Shot with a wide lens, from below."
    assert str(recipe.render(angle="we look up from the cellar", lens="wide")) == (
        "Shot with a wide lens. We look up from the cellar."
    )


def test_values_under_several_old_names_become_one_list(tree: MakeTree, library: Library) -> None:
    """What used to be a headline and a second line keeps its order before what is new."""
    tree(
        **{
            "recipes/poster.yaml": "parameters: {words: {type: copies, was: [headline, subline]}}\n",
            "templates/poster.j2": "It reads {{ words | series }}.",
        }
    )
    poster = load("poster", library=library)
    prompt = poster.render(subline="every day", headline="OPEN")
    assert str(prompt) == 'It reads "OPEN" and "every day".'
    assert len(prompt.notes) == 2
    assert str(poster.render(subline="every day", words=["8–20 h"], headline="OPEN")) == (
        'It reads "OPEN", "every day" and "8–20 h".'
    )


@pytest.mark.parametrize("placed", ["true", "false"])
def test_exact_words_that_are_no_text_are_refused(tree: MakeTree, library: Library, placed: str) -> None:
    """A lone surrogate cannot be sent, printed or recorded."""
    tree(
        **{
            "recipes/wall.yaml": f"parameters: {{signs: {{type: copies, placed: {placed}}}}}\n",
            "templates/wall.j2": "Signs: {{ signs | series }}.",
        }
    )
    with pytest.raises(InputError, match="holds characters that are no text"):
        load("wall", library=library).render(signs=["\ud800"])
