"""What image models can do and cost, and what is said of what they cannot."""

from __future__ import annotations

import json
import pickle
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import prompt_kit.catalogue
from prompt_kit.catalogue import Catalogue, Model
from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.images import Image
from prompt_kit.outcome import Usage
from prompt_kit.prompt import ROLES, SIZES, TIERS, Earlier, Prompt, Reference, Role, Settings, Text, Turn

if TYPE_CHECKING:
    from conftest import MakeTree

STANDARD = "gemini-nano-banana-2.1"
LITE = "gemini-3.1-flash-lite-image"
PRO = "gemini-3-pro-image"
TWO = "gemini-3.1-flash-image"
FIRST = "gemini-2.5-flash-image"
FILE = Path(prompt_kit.catalogue.__file__).with_name("catalogue.yaml")


def model(model_id: str) -> Model:
    return Catalogue.load().model(model_id)


def picture(role: Role, *, slot: str = "", media_type: str = "image/png", size: int = 1000) -> Reference:
    return Reference(slot or role, role, Image("0" * 64, media_type, 10, 10, size, b"a picture"))


def prompt(*pictures: Reference | Earlier, words: str = "Draw a fox.", **settings: Any) -> Prompt:
    return Prompt((Turn((Text(words), *pictures)),), Settings(**settings))


def told(model_id: str, asked: Prompt) -> list[str]:
    return [problem.message for problem in model(model_id).refusals(asked)]


@pytest.mark.parametrize(
    ("model_id", "size", "price"),
    [
        (STANDARD, "1K", "0.0336"),
        (STANDARD, "2K", "0.0504"),
        (STANDARD, "4K", "0.1134"),
        (LITE, "1K", "0.0336"),
        (PRO, "1K", "0.134"),
        (PRO, "2K", "0.134"),
        (PRO, "4K", "0.24"),
        (TWO, "512", "0.045"),
        (TWO, "1K", "0.067"),
        (TWO, "2K", "0.101"),
        (TWO, "4K", "0.151"),
        (FIRST, "1K", "0.039"),
    ],
)
def test_tokens_and_rates_make_the_price_of_a_picture(model_id: str, size: str, price: str) -> None:
    """Google prints both; a mistyped token count or rate would show here."""
    exact = model(model_id).picture_price(size)
    assert exact is not None
    assert exact.quantize(Decimal(price)) == Decimal(price)
    assert model(model_id).picture_price("1K") == model(model_id).picture_price(None)


@pytest.mark.parametrize(
    ("model_id", "ratio", "size", "pixels"),
    [
        (STANDARD, "1:1", "4K", (4096, 4096)),
        (STANDARD, "16:9", "1K", (1376, 768)),
        (STANDARD, "16:9", "2K", (2752, 1536)),
        (STANDARD, "9:16", None, (768, 1376)),
        (STANDARD, "1:8", "2K", (768, 6144)),
        (LITE, "4:1", "1K", (2048, 512)),
        (PRO, "21:9", "4K", (6336, 2688)),
        (PRO, "4:5", "2K", (1856, 2304)),
        (TWO, "3:4", "512", (448, 600)),
        (TWO, "21:9", "512", (792, 168)),
        (FIRST, "16:9", None, (1344, 768)),
        (FIRST, "3:4", "1K", (864, 1184)),
        (FIRST, "16:9", "2K", None),
        (STANDARD, "9:21", "1K", None),
        (STANDARD, None, "1K", None),
    ],
)
def test_pixels_of_a_format(model_id: str, ratio: str | None, size: str | None, pixels: tuple[int, int] | None) -> None:
    """The proof and the check of what came back draw on this table."""
    assert model(model_id).pixels(ratio, size) == pixels


@pytest.mark.parametrize("model_id", [STANDARD, LITE, PRO, TWO, FIRST])
def test_every_format_has_its_pixels(model_id: str) -> None:
    """No offered format lacks its pixels; they keep the ratio, and a turned format has them turned."""
    one = model(model_id)
    for ratio in one.aspect_ratios:
        width, height = map(int, ratio.split(":"))
        for size in one.sizes:
            pixels = one.pixels(ratio, size)
            assert pixels
            if (ratio, size) != ("21:9", "512"):  # odd, but so in Google's table
                assert pixels[0] / pixels[1] == pytest.approx(width / height, rel=0.06)
            assert one.pixels(f"{height}:{width}", size) in {pixels[::-1], None}
    assert len(one.aspect_ratios) == len(set(one.aspect_ratios)) == (10 if model_id in {PRO, FIRST} else 14)


def test_a_picture_may_differ_by_a_few_pixels() -> None:
    """Models miss the table by a little; a picture of another format or size is a miss."""
    one = model(STANDARD)
    assert one.matches(1376, 768, aspect_ratio="16:9", size="1K")
    assert one.matches(1360, 775, aspect_ratio="16:9", size=None)
    assert not one.matches(1376, 800, aspect_ratio="16:9", size="1K")
    assert not one.matches(1024, 1024, aspect_ratio="16:9", size="1K")
    assert not one.matches(1376, 768, aspect_ratio="16:9", size="2K")
    assert not one.matches(768, 1376, aspect_ratio="16:9", size="1K")
    assert one.matches(640, 480, aspect_ratio=None, size="1K"), "the model chose the format"


@pytest.mark.parametrize(
    ("model_id", "settings", "message"),
    [
        (STANDARD, {"size": "512"}, f"{STANDARD} makes no 512 pictures. Use 1K."),
        (STANDARD, {"size": "2k"}, f"{STANDARD} makes no 2k pictures. Use 2K."),
        (STANDARD, {"size": "huge"}, f"{STANDARD} makes no huge pictures. Use 1K, 2K or 4K."),
        (LITE, {"size": "2K"}, f'{LITE} makes no 2K pictures. Use 1K, or the tier "standard".'),
        (LITE, {"size": "4K"}, f'{LITE} makes no 4K pictures. Use 1K, or the tier "standard".'),
        (FIRST, {"size": "2K"}, f'{FIRST} makes no 2K pictures. Use 1K, or the tier "standard".'),
        (STANDARD, {"aspect_ratio": "2:1"}, f"{STANDARD} makes no 2:1 pictures. Use 16:9."),
        (STANDARD, {"aspect_ratio": "9:21"}, f"{STANDARD} makes no 9:21 pictures. Use 9:16."),
        (STANDARD, {"aspect_ratio": "6:1"}, f"{STANDARD} makes no 6:1 pictures. Use 8:1."),
        (STANDARD, {"aspect_ratio": "1:6"}, f"{STANDARD} makes no 1:6 pictures. Use 1:8."),
        (STANDARD, {"aspect_ratio": "32:18"}, f"{STANDARD} makes no 32:18 pictures. Use 16:9."),
        (PRO, {"aspect_ratio": "8:1"}, f'{PRO} makes no 8:1 pictures. Use 21:9, or the tier "standard".'),
        (PRO, {"aspect_ratio": "1:8"}, f'{PRO} makes no 1:8 pictures. Use 9:16, or the tier "standard".'),
        (STANDARD, {"temperature": 1.0}, f"{STANDARD} takes no temperature. Leave it out."),
        (STANDARD, {"top_p": 0.9}, f"{STANDARD} takes no top_p. Leave it out."),
        (PRO, {"seed": 0}, f"{PRO} takes no seed. Leave it out."),
        (
            STANDARD,
            {"thinking": "low"},
            f"{STANDARD} takes no thinking level 'low'. Use minimal, medium or high.",
        ),
        (
            LITE,
            {"thinking": "medium"},
            f"{LITE} takes no thinking level 'medium'. Use minimal or high, or the tier \"standard\".",
        ),
        (
            PRO,
            {"thinking": "high"},
            f"{PRO} takes no thinking level 'high'. Leave it out, or use the tier \"standard\".",
        ),
        (LITE, {"grounding": "web"}, f"{LITE} does not look up 'web'. Leave it out, or use the tier \"standard\"."),
        (
            PRO,
            {"grounding": "web+images"},
            f"{PRO} does not look up 'web+images'. Use web, or the tier \"standard\".",
        ),
        (
            LITE,
            {"output": "interleaved"},
            f'{LITE} does not answer with words and pictures in turn. Ask for a picture, or use the tier "standard".',
        ),
    ],
)
def test_what_a_model_cannot_do_comes_with_the_nearest_it_can(
    model_id: str, settings: dict[str, Any], message: str
) -> None:
    """One sentence each, with the setting it is about, before anything is paid."""
    (problem,) = model(model_id).refusals(prompt(**settings))
    assert problem.message == message
    assert problem.parameter == next(iter(settings))


@pytest.mark.parametrize(
    ("model_id", "settings"),
    [
        (STANDARD, {"size": "4K", "aspect_ratio": "8:1", "thinking": "medium", "grounding": "web+images"}),
        (STANDARD, {"output": "interleaved"}),
        (LITE, {"size": "1K", "thinking": "minimal", "temperature": 0.5}),
        (PRO, {"size": "2K", "grounding": "web", "temperature": 2.0}),
        (TWO, {"size": "512", "top_p": 0.9, "thinking": "high"}),
        (FIRST, {"size": "1K", "aspect_ratio": "21:9", "top_p": 0.9}),
        (STANDARD, {}),
    ],
)
def test_what_a_model_can_do_is_not_refused(model_id: str, settings: dict[str, Any]) -> None:
    """A size the model makes anyway may be named, also where it is not sent (2.5)."""
    assert told(model_id, prompt(**settings)) == []


def test_every_refusal_is_told_at_once() -> None:
    """Someone who mends one setting must not be sent round again for the next."""
    asked = prompt(size="4K", aspect_ratio="2:1", grounding="web", seed=7)
    problems = model(LITE).refusals(asked)
    assert [problem.parameter for problem in problems] == ["aspect_ratio", "size", "grounding", "seed"]


@pytest.mark.parametrize(
    ("model_id", "pictures", "messages"),
    [
        (STANDARD, [picture("object")] * 10 + [picture("identity")] * 4, []),
        (PRO, [picture("object")] * 6 + [picture("identity")] * 5 + [picture("style")] * 3, []),
        (LITE, [picture("identity")] * 14, []),
        (STANDARD, [picture("style")] * 5 + [picture("scene")] * 5, []),
        (
            FIRST,
            [picture("object")] * 11,
            [
                f'{FIRST} takes at most 10 pictures, and there are 11. Leave 1 out, or use the tier "draft".',
            ],
        ),
        (LITE, [picture("object")] * 15, [f"{LITE} takes at most 14 pictures, and there are 15. Leave 1 out."]),
        (
            STANDARD,
            [picture("identity")] * 5,
            [
                (
                    f"{STANDARD} takes at most 4 pictures of people and characters, and there are 5. Leave 1 out, "
                    'or use the tier "pro".'
                ),
            ],
        ),
        (
            STANDARD,
            [picture("style")] * 6 + [picture("pose")] * 6,
            [
                (
                    f"{STANDARD} takes at most 10 pictures of things and places, and there are 12. Leave 2 out, "
                    'or use the tier "draft".'
                ),
            ],
        ),
        (
            PRO,
            [picture("style")] * 4 + [picture("logo")] * 7,
            [
                f"{PRO} takes at most 3 style pictures, and there are 4. Leave 1 out.",
                (
                    f"{PRO} takes at most 6 pictures of things and places, and there are 7. Leave 1 out, "
                    'or use the tier "draft".'
                ),
            ],
        ),
    ],
    ids=[
        "full",
        "full-pro",
        "no-characters",
        "style-is-object",
        "first",
        "total",
        "characters",
        "objects",
        "two-kinds",
    ],
)
def test_references_are_counted_by_kind(model_id: str, pictures: list[Reference], messages: list[str]) -> None:
    """Each kind has its limit; roles a model does not know apart count as objects."""
    assert told(model_id, prompt(*pictures)) == messages


def test_earlier_pictures_count_too() -> None:
    """A later turn that takes its own references and many earlier pictures can be too full, and is named."""
    first = Turn((Text("Draw the front."),), "front")
    back = Turn((Text("Draw the back."), picture("identity", slot="hero"), *[Earlier(0, "identity")] * 4), "back")
    only_earlier = Turn((Text("Draw the top."), *[Earlier(0, "identity")] * 5), "top")

    problems = model(STANDARD).refusals(Prompt((first, back, only_earlier)))

    assert [problem.message.partition(". ")[0].partition("there are ")[2] for problem in problems] == [
        "5 in 'back'",
        "5 in 'top'",
    ]
    assert [problem.parameter for problem in problems] == ["hero", "references"]


def test_a_picture_of_a_type_the_model_does_not_take_is_refused() -> None:
    """What the opener of pictures lets through by itself is still held against the model's own list."""
    asked = prompt(picture("base", media_type="image/heic"), picture("object", slot="cup", media_type="image/gif"))
    (problem,) = model(STANDARD).refusals(asked)
    assert problem.parameter == "cup"
    assert "is image/gif, which" in problem.message
    assert "Save it as PNG, JPEG, WEBP, HEIC or HEIF." in problem.message


def test_a_request_that_is_too_heavy_is_refused() -> None:
    """100 MB is taken for the limit, and pictures travel a third larger than they are; Gemini takes files instead."""
    light = prompt(picture("base", size=40_000_000), picture("object", size=35_000_000))
    heavy = prompt(picture("base", size=40_000_000), picture("object", slot="cup", size=45_000_000))
    elsewhere = model(STANDARD).model_copy(update={"generator": "elsewhere"})
    assert (told(STANDARD, heavy), elsewhere.refusals(light)) == ([], ())
    (problem,) = elsewhere.refusals(heavy)
    assert problem.message == "The pictures have 85 MB together; at most 75 MB can be sent. Save smaller copies."
    assert problem.parameter == "cup"


@pytest.mark.parametrize(
    ("model_id", "advice"),
    [
        ("imagen-4.0-fast-generate-001", f"Use '{STANDARD}' with thinking \"minimal\"."),
        ("imagen-4.0-generate-001", f"Use '{STANDARD}' with thinking \"high\"."),
        ("imagen-4.0-ultra-generate-001", f"Use '{PRO}'."),
        ("imagen-4.0-ultra-generate-preview-06-06", f"Use '{PRO}'."),
        ("imagen-3.0-capability-001", f"Use '{STANDARD}' which edits by words and takes no mask."),
        ("imagen-3.0-generate-002", f"Use '{STANDARD}' with thinking \"high\"."),
        ("imagen-3.0-fast-generate-001", f"Use '{STANDARD}' with thinking \"minimal\"."),
        ("gemini-3-pro-image-preview", f"Use '{PRO}'."),
        ("gemini-3.1-flash-image-preview", f"Use '{STANDARD}'."),
        ("gemini-2.5-flash-image-preview", f"Use '{STANDARD}'."),
        ("gemini-2.0-flash-preview-image-generation", f"Use '{STANDARD}'."),
        ("gemini-2.0-flash-exp-image-generation", f"Use '{STANDARD}'."),
    ],
)
def test_a_retired_model_is_answered_with_its_replacement(model_id: str, advice: str) -> None:
    """Asked for by id or held in hand, it says what to use instead."""
    with pytest.raises(InputError) as caught:
        Catalogue.load().choose(Settings(model=model_id))
    assert str(caught.value) == f"The model '{model_id}' is gone. {advice}"
    assert caught.value.problems[0].parameter == "model"

    retired = next(one for one in Catalogue.load().models if one.id == model_id)
    assert retired.refusals(prompt()) == caught.value.problems
    assert retired.estimate(prompt()) is None


def test_replacements_can_be_used() -> None:
    """Nobody is sent from one retired model to the next; every row says since when and from where."""
    by_id = {one.id: one for one in Catalogue.load().models}
    for one in by_id.values():
        if one.replaced_by is not None:
            assert by_id[one.replaced_by].status == "current"
        assert one.title
        assert one.source
        assert one.as_of
        assert date(2025, 10, 1) < one.as_of < date(2026, 12, 1)
        assert (one.status == "current") == (one.replaced_by is None)
        assert one.status == "current" or not one.tiers


def test_each_tier_has_its_model() -> None:
    """A recipe asks for a tier; without one it is the standard."""
    catalogue = Catalogue.load()
    assert [catalogue.choose(Settings(tier=tier)).id for tier in ("draft", "standard", "pro")] == [LITE, STANDARD, PRO]
    assert catalogue.choose(Settings()).id == STANDARD
    assert catalogue.choose(Settings(tier="draft", model=PRO)).id == PRO
    assert catalogue.model(f"models/{PRO}").id == PRO


def test_the_alias_is_the_model_under_its_other_name() -> None:
    """It can and costs the same, and stands for no tier."""
    alias, pro = model("nano-banana-pro-preview"), model(PRO)
    assert (alias.pixel_table, alias.image_price, alias.reference_limits) == (
        pro.pixel_table,
        pro.image_price,
        pro.reference_limits,
    )
    assert alias.tiers == ()


def test_an_unknown_model_is_tried_as_it_is() -> None:
    """Nothing is refused and nothing is priced, but a slip of the pen is pointed out."""
    unknown = model("gemini-3-pro-imge")
    asked = prompt(*[picture("object")] * 40, size="4K", seed=3, aspect_ratio="7:3")
    assert not unknown.known
    assert unknown.refusals(asked) == ()
    assert unknown.estimate(asked) is None
    assert unknown.cost(Usage(input_text=1, output_image=1120)) is None
    assert unknown.warnings(asked) == (
        (
            "The catalogue does not know the model 'gemini-3-pro-imge': what it can do and what it costs is not known."
            " Did you mean 'gemini-3-pro-image'?"
        ),
    )


def test_what_works_but_is_worth_knowing_is_told() -> None:
    """A model on its way out names its successor; many pictures are too many for the first one."""
    assert model(STANDARD).warnings(prompt()) == ()
    assert model(TWO).warnings(prompt()) == (f"The model '{TWO}' is being phased out. '{STANDARD}' takes its place.",)
    three, four = ([picture("object")] * count for count in (3, 4))
    assert len(model(FIRST).warnings(prompt(*three))) == 1
    assert model(FIRST).warnings(prompt(*four))[1:] == (f"'{FIRST}' works best with up to 3 pictures; there are 4.",)
    assert told(FIRST, prompt(*four)) == []


def test_an_estimate_is_pictures_words_and_references() -> None:
    """Two turns at 2K with 40 letters each and one reference."""
    turn = Turn((Text("x" * 40), picture("object")))
    asked = Prompt((turn, turn), Settings(size="2K"))
    one = Decimal("0.0504") + (10 + 1120) * Decimal("1.50") / 1_000_000
    assert model(STANDARD).estimate(asked) == (2 * one).quantize(Decimal("0.000001"))
    assert model(STANDARD).estimate(asked, 3) == (6 * one).quantize(Decimal("0.000001"))
    assert model(LITE).estimate(asked) is None, "a size it does not make has no price"


@given(
    model_id=st.sampled_from([STANDARD, LITE, PRO, TWO, FIRST]),
    words=st.text(max_size=300),
    more=st.text(max_size=300),
    pictures=st.integers(0, 14),
    count=st.integers(1, 50),
)
def test_more_never_costs_less(model_id: str, words: str, more: str, pictures: int, count: int) -> None:
    """More words, pictures, turns or repetitions never make an estimate smaller."""
    one = model(model_id)
    turn = Turn((Text(words), *[picture("object")] * pictures))

    def price(*turns: Turn, times: int = count) -> Decimal:
        estimate = one.estimate(Prompt(turns), times)
        assert estimate is not None
        return estimate

    floor = one.picture_price()
    assert floor is not None
    assert price(turn) >= floor * count > 0
    assert price(turn, times=count + 1) > price(turn)
    assert price(turn, turn) > price(turn)
    assert price(Turn((Text(words + more), *turn.references))) >= price(turn)
    assert price(Turn((Text(words), *turn.references, Earlier(0, "object")))) > price(turn)


@given(
    size=st.sampled_from(SIZES) | st.text(max_size=12),
    ratio=st.from_regex(r"[0-9]{1,5}:[0-9]{1,5}", fullmatch=True) | st.text(max_size=12),
    thinking=st.text(max_size=12),
    roles=st.lists(st.sampled_from(list(ROLES)), max_size=30),
)
def test_any_request_is_judged_not_crashed_on(size: Any, ratio: str, thinking: Any, roles: list[Role]) -> None:
    """Python users may set anything; each refusal is one whole sentence or two, and says what it is about."""
    asked = prompt(*map(picture, roles), size=size, aspect_ratio=ratio, thinking=thinking)
    for one in Catalogue.load().models:
        for problem in one.refusals(asked):
            assert problem.message.endswith(".")
            assert problem.parameter


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        (Usage(input_text=100, output_image=1120), "0.033750"),
        (Usage(input_text=100, input_image=1120, output_image=1120), "0.035430"),
        (Usage(input_text=100, output_image=2240, output_text=50, thinking=1000), "0.075225"),
        (Usage(input_text=100, output_image=0, thinking=300), "0.002400"),
        (Usage(input_text=100, output_image=1120, searches=3), "0.033750"),
        (Usage(input_text=100, output_text=1120), None),
        (Usage(output_image=1120), None),
        (Usage(), None),
        (None, None),
    ],
)
def test_the_cost_is_booked_by_modality(usage: Usage | None, cost: str | None) -> None:
    """Picture, text and thought tokens have their own prices; what the provider does not say stays unknown."""
    assert model(STANDARD).cost(usage) == (None if cost is None else Decimal(cost))


def test_a_model_is_plain_data_for_others() -> None:
    """Everything known comes out as JSON, with amounts as text."""
    plain = json.loads(json.dumps(model(STANDARD).to_dict()))
    assert plain["id"] == STANDARD
    assert (plain["status"], plain["generator"], plain["known"]) == ("current", "gemini", True)
    assert plain["as_of"] == "2026-10-18"
    assert plain["picture_price_usd"] == {"1K": "0.033600", "2K": "0.050400", "4K": "0.113400"}
    assert plain["reference_limits"] == {"object": 10, "character": 4}
    assert plain["pixels"]["16:9"] == {"1K": "1376x768", "2K": "2752x1536", "4K": "5504x3072"}
    assert (plain["image_price"], plain["search_price"], plain["batch_share"]) == ("30", "0.014", "0.5")
    assert model("who-knows").to_dict()["known"] is False
    for one in Catalogue.load().models:
        json.dumps(one.to_dict())


def test_a_model_can_be_a_key_and_travel() -> None:
    """Requests hold models and are hashed; batches send them to other processes."""
    one, again = model(STANDARD), Catalogue.load().model(STANDARD)
    assert {one: 1}[again] == 1
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - its own bytes
    with pytest.raises(Exception, match="frozen"):
        one.title = "other"  # type: ignore[misc]


OWN = """\
    models:
      gemini-nano-banana-2.1:
        image_price: "40"
      our-lora:
        title: Ours
        generator: studio
        tiers: [draft]
        aspect_ratios: ["1:1"]
        sizes: [1K]
        pixels: ours
      pro-at-a-reseller:
        same_as: gemini-3-pro-image
        generator: reseller
        image_price: null
      wide:
        generator: studio
        pixels: gemini-3
    pixels:
      ours:
        "1:1": {1K: [1000, 1000]}
    """


def test_a_project_changes_and_adds_models(tree: MakeTree) -> None:
    """Rows are laid over the built-in ones field by field; the rest stays as it was, and in its order."""
    catalogue = Catalogue.load(tree(**{"models.yaml": OWN}) / "models.yaml")

    assert [one.id for one in catalogue.models][:3] == [STANDARD, LITE, PRO]
    assert catalogue.model(STANDARD).picture_price("1K") == Decimal("0.0448")
    assert catalogue.model(STANDARD).max_references == 14
    assert catalogue.choose(Settings(tier="draft"), "studio").id == "our-lora"
    assert catalogue.choose(Settings(tier="draft"), "proof").id == LITE, "each generator has its own tiers"
    assert catalogue.model("our-lora").pixels("1:1", None) == (1000, 1000)
    reseller = catalogue.model("pro-at-a-reseller")
    assert (reseller.tiers, reseller.generator) == ((), "reseller")
    assert reseller.estimate(prompt()) is None, "an unknown price is unknown"
    assert catalogue.model("wide").pixels("16:9", "4K") == (5504, 3072)

    assert Catalogue.load().model(STANDARD).picture_price("1K") == Decimal("0.0336"), "the built-in ones stay"
    assert Catalogue.load().choose(Settings(tier="draft")).id == LITE


def test_a_row_that_says_little_refuses_little(tree: MakeTree) -> None:
    """Formats and sizes that nobody wrote down are unknown, not forbidden."""
    path = tree(**{"m.yaml": "models: {ours: {generator: studio}}"}) / "m.yaml"
    ours = Catalogue.load(path).model("ours")
    assert ours.refusals(prompt(*[picture("object")] * 20, size="4K", aspect_ratio="7:3")) == ()


def test_every_problem_of_a_projects_file_is_told_with_its_line(tree: MakeTree) -> None:
    """Slips that types see are told together, in the order of the file."""
    path = tree(
        **{
            "models.yaml": """\
            models:
              gemini-3-pro-image:
                imput_price: "2"
                image_price: "-1"
                sizes: [1K, 8K]
                aspect_ratios: ["16-9"]
                as_of: yesterday
                tiers: null
            """
        }
    )
    with pytest.raises(InputError) as caught:
        Catalogue.load(path / "models.yaml")
    lines = str(caught.value).splitlines()
    assert lines[0] == "models.yaml:3:5: unknown key 'imput_price'. Did you mean 'input_price'?"
    assert [line.split(": ")[0].split(":")[1] for line in lines] == ["3", "4", "5", "6", "7", "8"]


def test_names_that_lead_nowhere_are_told(tree: MakeTree) -> None:
    """A misspelt id would otherwise change nothing and say nothing."""
    path = tree(
        **{
            "models.yaml": """\
            models:
              gemini-3-pro-imge: {input_price: "3"}
              gemini-3-pro-image: {pixels: gemini-33}
              copy: {same_as: gemini-4}
              gone: {status: retired}
              old: {status: retired, replaced_by: gemini-3-pro-imag}
            """
        }
    )
    with pytest.raises(InputError) as caught:
        Catalogue.load(path / "models.yaml")
    assert str(caught.value).splitlines() == [
        "models.yaml:2:22: there is no model 'gemini-3-pro-imge' to change; a new one says its 'generator', or which model above it is the 'same_as'. Did you mean 'gemini-3-pro-image'?",
        "models.yaml:3:32: there is no pixel table 'gemini-33'. Did you mean 'gemini-3'?",
        "models.yaml:4:19: there is no model 'gemini-4' above.",
        "models.yaml:5:18: a retired model says by which one it is 'replaced_by'.",
        "models.yaml:6:39: there is no model 'gemini-3-pro-imag'. Did you mean 'gemini-3-pro-image'?",
    ]


def test_a_tier_nobody_stands_for_is_not_found(tree: MakeTree) -> None:
    """A project that puts the only model of a tier away is told which tiers are left."""
    path = tree(**{"m.yaml": "models: {gemini-3-pro-image: {status: legacy, replaced_by: our}, our: {generator: x}}"})
    with pytest.raises(NotFoundError, match=r"^There is no model for the tier 'pro'. Known: draft, standard.$"):
        Catalogue.load(path / "m.yaml").choose(Settings(tier="pro"))


def test_the_file_means_the_same_to_every_reader() -> None:
    """Plain YAML loaders turn 16:9 into 969 and dates into dates; what matters is in quotes."""
    plain = yaml.safe_load(FILE.read_text("utf-8"))
    for one in Catalogue.load().models:
        row = plain["models"][one.id]
        assert tuple(row.get("aspect_ratios", one.aspect_ratios)) == one.aspect_ratios
        assert tuple(row.get("sizes", one.sizes)) == one.sizes
        assert row["as_of"] == str(one.as_of)
        assert {type(row[key]) for key in row if key.endswith(("_price", "_share"))} <= {str, type(None)}
    assert {type(ratio) for table in plain["pixels"].values() for ratio in table} == {str}
    assert set(TIERS) == {tier for row in plain["models"].values() for tier in row.get("tiers", ())}
