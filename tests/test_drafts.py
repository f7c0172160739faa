"""What a person is filling in is kept on the server: whole, for that person only, and not without end."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.kit import Kit
from prompt_kit.project import Project
from prompt_kit.record.drafts.drafts import MOST

if TYPE_CHECKING:
    from pathlib import Path

VALUES = {"subject": "a fox\n<script>", "traits": ["red", ""], "count": 2, "lines": {"text": "half \ud83d", "on": True}}


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """A project in the test's own folder."""
    return Kit(Project(root=tmp_path))


def test_what_was_typed_comes_back(kit: Kit) -> None:
    """Texts, lists, pictures and settings, as they were in the form, wrong values too."""
    draft = kit.drafts.save(
        "ann", "sticker", {"values": VALUES, "references": {"logo": ["a-1"]}, "settings": {"size": "9K"}}
    )
    loaded = Kit(kit.project).drafts.load("ann", draft.id)
    assert loaded == draft
    assert (loaded.values, loaded.references, loaded.settings) == (VALUES, {"logo": ("a-1",)}, {"size": "9K"})


def test_a_draft_is_replaced_and_the_newest_is_first(kit: Kit) -> None:
    """Each key that is typed saves the same draft."""
    first = kit.drafts.save("ann", "sticker", {"values": {"subject": "a f"}})
    second = kit.drafts.save("ann", "logo", {})
    kit.drafts.save("ann", "sticker", {"values": {"subject": "a fox"}}, draft=first.id)

    assert [(draft.id, draft.values) for draft in kit.drafts.list("ann")] == [
        (first.id, {"subject": "a fox"}),
        (second.id, {}),
    ]
    assert [draft.id for draft in kit.drafts.list("ann", "logo")] == [second.id]


def test_drafts_belong_to_their_person(kit: Kit) -> None:
    """Another person neither sees, loads nor deletes them, whatever the name is."""
    draft = kit.drafts.save("../../ann", "sticker", {})
    for other in ("", "ann", "Ann"):
        assert kit.drafts.list(other) == ()
        assert kit.drafts.delete(other, draft.id) is False
        with pytest.raises(NotFoundError):
            kit.drafts.load(other, draft.id)
    assert kit.drafts.delete("../../ann", draft.id) is True
    assert kit.drafts.list("../../ann") == ()


@pytest.mark.parametrize(
    "draft", ["../../../ledger", "a/b-c-d-e", "short", "x" * 41, "A" * 16, ".........", "aaaaaaaa\0"]
)
def test_an_id_leads_to_no_other_file(kit: Kit, draft: str) -> None:
    """It comes from the address of a page."""
    for use in (kit.drafts.load, kit.drafts.delete):
        with pytest.raises(InputError, match="not the id of a draft"):
            use("ann", draft)
    with pytest.raises(InputError, match="not the id of a draft"):
        kit.drafts.save("ann", "sticker", {}, draft=draft)


def endless() -> list[Any]:
    ring: list[Any] = []
    ring.append(ring)
    return ring


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"values": {"subject": "x" * 500_001}}, "at most 500 kB are kept"),
        ({"values": {"subject": object()}}, "something else than texts, numbers and lists"),
        ({"values": {"subject": float("nan")}}, "something else than texts, numbers and lists"),
        ({"values": {"subject": endless()}}, "something else than texts, numbers and lists"),
        ({"values": "all"}, "values"),
        ({"references": {"logo": "a"}}, "references"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_the_old_draft_stays(kit: Kit, content: Any, message: str) -> None:
    """A browser may send anything."""
    draft = kit.drafts.save("ann", "sticker", {"values": {"subject": "a fox"}})
    with pytest.raises(InputError, match=message):
        kit.drafts.save("ann", "sticker", content, draft=draft.id)
    assert kit.drafts.load("ann", draft.id) == draft


def test_the_oldest_draft_makes_room(kit: Kit) -> None:
    """Whoever never deletes a draft can go on typing."""
    oldest = kit.drafts.save("ann", "sticker", {})
    (path,) = kit.drafts.root.rglob("*.json")
    os.utime(path, (1, 1))
    for number in range(MOST - 1):
        (path.parent / f"{number:016}.json").write_bytes(path.read_bytes())
    newest = kit.drafts.save("ann", "logo", {})

    assert len([*path.parent.iterdir()]) == MOST
    assert kit.drafts.load("ann", newest.id) == newest
    with pytest.raises(NotFoundError):
        kit.drafts.load("ann", oldest.id)


def test_a_damaged_draft_does_not_hide_the_others(kit: Kit) -> None:
    """It is left out of the list; to load it says what to do."""
    kept = kit.drafts.save("ann", "sticker", {})
    damaged = kit.drafts.save("ann", "sticker", {})
    next(kit.drafts.root.rglob(f"{damaged.id}.json")).write_text("{", "utf-8")
    assert kit.drafts.list("ann") == (kept,)
    with pytest.raises(InputError, match="damaged. Delete it"):
        kit.drafts.load("ann", damaged.id)


def test_the_last_recipes_and_the_favourites_are_remembered(kit: Kit) -> None:
    """For each person; a recipe that is used again comes to the front."""
    for recipe in (*(f"recipe-{number}" for number in range(25)), "logo", "sticker", "logo"):
        kit.preferences.use("ann", recipe)
    kit.preferences.favour("ann", "sticker", favourite=True)
    kit.preferences.favour("ann", "logo", favourite=True)
    kit.preferences.favour("ann", "sticker", favourite=True)
    kit.preferences.favour("ann", "pattern", favourite=False)

    preferences = Kit(kit.project).preferences.of("ann")
    assert preferences.used[:3] == ("logo", "sticker", "recipe-24")
    assert len(preferences.used) == 20
    assert preferences.favourites == ("sticker", "logo")
    assert kit.preferences.favour("ann", "sticker", favourite=False).favourites == ("logo",)
    assert kit.preferences.of("ben").used == ()


def test_two_tabs_lose_no_favourite(kit: Kit) -> None:
    """Reading and writing are one step."""
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: kit.preferences.favour("ann", f"recipe-{n}", favourite=True), range(40)))
    assert len(kit.preferences.of("ann").favourites) == 40
