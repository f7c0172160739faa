"""The first page: every recipe and preset with a picture, grouped by what people want to do."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from prompt_kit.errors import ForbiddenError, PromptKitError
from prompt_kit.recipe.searching import fitting, nearest
from prompt_kit.review.writing.texts import own_names
from prompt_kit.studio.access import is_sure, named, person_cookie, person_of
from prompt_kit.studio.pages import page
from prompt_kit.studio.proofs import gallery_proof
from prompt_kit.support.words import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.recipe.library import Head
    from prompt_kit.record.drafts import DraftContent
    from prompt_kit.studio.studio import Studio

router = APIRouter()

PURPOSES: Final = {
    "marketing": "Advertise and post",
    "photography": "Photograph",
    "editing": "Change a picture you have",
    "people": "Show people and characters",
    "design": "Design",
    "illustration": "Draw",
    "story": "Tell a story",
    "information": "Explain",
}
"""What people want to do, by the category of recipes; other categories come after these."""

PRESETS: Final = "Made for your team"
FAVOURITES: Final = "Your favourites"
USED: Final = "Used last"
FITTING: Final = "What fits your words"
NEAREST: Final = "What comes nearest"
MOST_FITTING: Final = 12
"""So many cards a search shows at the most."""
MOST_USED: Final = 4
"""So many of the recipes that were used last stand at the top: a row on a wide screen."""


@dataclass(frozen=True, slots=True)
class Card:
    """A recipe or preset in the gallery."""

    name: str
    head: Head
    group: str
    favourite: bool = False


def cards_of(studio: Studio, person: str) -> list[Card]:
    """Return every recipe and preset: favourites and the last ones used first, then the project's own and presets.

    All others follow by purpose.
    """
    library = studio.library
    presets = [Card(name, head, PRESETS) for name, head in library.heads("preset").items()]
    own = own_names(library, "recipe")
    heads = library.heads("recipe").items()
    presets += [Card(name, head, PRESETS) for name, head in heads if name in own]
    presets.sort(key=lambda card: card.head.title.casefold())
    recipes = [
        Card(name, head, PURPOSES.get(head.category, spoken(head.category or "other")))
        for name, head in heads
        if name not in own
    ]
    order = {title: number for number, title in enumerate(PURPOSES.values())}
    cards = presets + sorted(recipes, key=lambda card: (order.get(card.group, len(order)), card.group, card.head.title))
    known = studio.kit.preferences.of(person)
    by_name = {card.name: replace(card, favourite=card.name in known.favourites) for card in cards}
    liked = [replace(by_name[name], group=FAVOURITES) for name in known.favourites if name in by_name]
    used = [name for name in known.used if name in by_name and name not in known.favourites][:MOST_USED]
    recent = [replace(by_name[name], group=USED) for name in used]
    return [*liked, *recent, *by_name.values()]


def found_in(cards: list[Card], search: str, texts: Mapping[str, str]) -> tuple[list[Card], bool]:
    """Return the cards that fit a search, each once, and whether any does; when none does, the nearest."""
    by_name = {card.name: card for card in cards}
    heads = {name: card.head for name, card in by_name.items()}
    names = fitting(search, heads, texts)[:MOST_FITTING]
    shown = names or nearest(search, heads)
    return [replace(by_name[name], group=FITTING if names else NEAREST) for name in shown], bool(names)


@router.get("/")
def gallery(request: Request, search: str = "") -> HTMLResponse:
    """Show what there is to choose from."""
    studio: Studio = request.app.state.studio
    cards, fits = cards_of(studio, person_of(request)), True
    if search.strip():
        cards, fits = found_in(cards, search, studio.library.texts)
    groups: dict[str, list[Card]] = {}
    for card in cards:
        groups.setdefault(card.group, []).append(card)
    count = len({card.name for card in cards})
    return page(request, "gallery.html", groups=groups, search=search, fits=fits, count=count)


@router.get("/recipes/{name}/proof.webp")
def proof(request: Request, name: str) -> Response:
    """Return the picture of a recipe for the gallery: the proof of one of its examples."""
    studio: Studio = request.app.state.studio
    try:
        data = gallery_proof(studio.recipe(name))
    except PromptKitError:
        return Response(status_code=404)
    return Response(data, media_type="image/webp", headers={"Cache-Control": "private, max-age=3600"})


@router.post("/favourites/{name}")
async def favour(request: Request, name: str) -> Response:
    """Put a recipe among a person's favourites, or take it out."""
    sent = await request.form()
    studio: Studio = request.app.state.studio
    liked = sent.get("favourite") == "yes"
    await run_in_threadpool(studio.kit.preferences.favour, person_of(request), name, favourite=liked)
    return RedirectResponse("/", 303)


@router.post("/person")
async def keep_name(request: Request) -> Response:
    """Remember who uses this browser."""
    if is_sure(request):
        raise ForbiddenError("You are named by how you came to this page, so you cannot call yourself otherwise.")
    sent = await request.form()
    back = urlsplit(request.headers.get("referer", "/"))
    name, draft = named(str(sent.get("person") or "")), dict(parse_qsl(back.query)).get("draft", "")
    if draft and not person_of(request):
        await run_in_threadpool(_take_along, request.app.state.studio, draft, name)
    where = "/" + quote(back.path.lstrip("/\\"))
    answer = RedirectResponse(f"{where}?{urlencode({'draft': draft})}" if draft else where, 303)
    person_cookie(request, answer, name)
    return answer


def _take_along(studio: Studio, draft: str, name: str) -> None:
    """Give a person's first draft the name that the person gives afterwards, so that nothing typed is lost."""
    with suppress(PromptKitError):
        kept = studio.kit.drafts.load("", draft)
        content: DraftContent = {
            "values": kept.values,
            "references": {slot: list(ids) for slot, ids in kept.references.items()},
            "settings": kept.settings,
        }
        studio.kit.drafts.save(name, kept.recipe, content, draft=draft)
