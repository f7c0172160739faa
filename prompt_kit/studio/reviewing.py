"""The pictures that wait for approval in one place, and what people say of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from prompt_kit.errors import PromptKitError
from prompt_kit.record.index.narrowing import MOST
from prompt_kit.record.reviews import picture_of, reviews_in
from prompt_kit.record.reviews.pictures import with_reviews
from prompt_kit.record.runs.listing import summary
from prompt_kit.studio.access import person_of
from prompt_kit.studio.looking import run_view
from prompt_kit.studio.naming import lower_first, name_of, numbered
from prompt_kit.studio.narrowing import REVIEW_STATES, narrowing
from prompt_kit.studio.pages import is_part, page
from prompt_kit.studio.roles import narrowed, shown_choices
from prompt_kit.studio.runfiles import picture_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from prompt_kit.record.index import PastPicture, PicturePage
    from prompt_kit.record.reviews import Review, ReviewState, Verdict
    from prompt_kit.studio.looking import PictureView, RunView
    from prompt_kit.studio.narrowing import Narrowing
    from prompt_kit.studio.studio import Studio

router = APIRouter()

AT_ONCE: Final = 24
"""So many pictures are shown before "Show more"."""

GROUPS: Final = {"form": "Form", "recipe": "Recipe"}
_SAID: Final = {"approve": "Approved", "reject": "Rejected", "comment": "Comment kept"}


@dataclass(frozen=True, slots=True)
class PictureCase:
    """One picture to decide about, with what was said of it."""

    run: str
    name: str
    recipe: str
    person: str
    at: datetime | None
    state: ReviewState
    said: tuple[Review, ...]
    """Verdicts and comments on these bytes, the oldest first."""
    approved_before: str = ""
    """The last approved picture of the same recipe, as run and file name."""
    problem: str = ""
    typed: str = ""
    """What was typed as a reason and is not kept yet."""
    called: str = ""
    """What it shows."""
    place: int = 1
    """Its number among the pictures of its form; of a refinement, that of the picture it comes from."""
    version: int = 1
    """Its place in its line of refinements, from 1."""
    form_called: str = ""
    """What the first pictures of its form show."""
    replaced_by: str = ""
    """The newest approved picture that was made from this approved one, as run and file name."""
    others: tuple[PictureView, ...] = ()
    """What was made here from the same answer, such as its cut-out."""

    @property
    def title(self) -> str:
        """What it is called among the pictures of its form."""
        return numbered(self.place, self.version)

    @property
    def decision(self) -> Review | None:
        """The verdict that counts; ``None`` as long as nobody has decided."""
        given = [review for review in self.said if review.verdict != "comment"]
        return given[-1] if given and self.state != "waiting" else None

    @property
    def earlier(self) -> tuple[Review, ...]:
        """What else was said, the oldest first."""
        return tuple(review for review in self.said if review is not self.decision)

    @property
    def full_title(self) -> str:
        """The same with what it shows, for where it stands alone."""
        return f"{self.title} of {self.called}"

    @property
    def key(self) -> str:
        """Names it within the page."""
        return f"{self.run}-{self.name}".replace("/", "-").replace(".", "-")

    @property
    def address(self) -> str:
        """The last part of its address."""
        return f"{self.run}/{self.name}"


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """The pictures of one form or recipe."""

    name: str
    """The id of the form's first run, or the name of the recipe."""
    cases: tuple[PictureCase, ...]


@dataclass(frozen=True, slots=True)
class ReviewList:
    """What the page shows, as it stands in its address."""

    narrowed: Narrowing
    state: ReviewState
    by: str
    proofs: bool
    """Whether proofs are shown, too."""

    def query(self, **more: str) -> str:
        """Return the part of the page's address after its question mark, with more in it."""
        own = {"state": self.state, "by": self.by, "proofs": "yes" if self.proofs else ""}
        named = {"recipe": self.narrowed.recipe, "person": self.narrowed.person}
        return urlencode({name: value for name, value in {**named, **own, **more}.items() if value})

    def pictures(self, request: Request, cursor: str) -> PicturePage:
        """Return the pictures that it shows."""
        studio: Studio = request.app.state.studio
        wanted = narrowed(request, self.narrowed.wanted)
        return studio.kit.pictures(
            review=self.state,
            recipe=wanted["recipe"],
            person=wanted["person"],
            without=() if self.proofs else studio.proof_generators,
            limit=AT_ONCE,
            cursor=cursor,
        )

    def of(self, person: str) -> str:
        """Return the same query for what one person made, or for everybody where none is named."""
        return replace(self, narrowed=self.narrowed.of(person)).query()


@router.get("/review")
def review(request: Request, cursor: str = "") -> HTMLResponse:
    """Show the pictures in a state of review, or the next ones of them for the end of the list."""
    studio: Studio = request.app.state.studio
    asked = _list_of(request.query_params)
    studio.count_again()
    listed = asked.pictures(request, cursor)
    shown: dict[str, Any] = {
        "asked": asked,
        "listed": listed,
        "groups": groups_of(request, listed.pictures, asked.by),
        "review_names": REVIEW_STATES,
        "back": asked.query(),
        "run_id": "",
    }
    if is_part(request):
        return page(request, "cases.html", **shown)
    choices = shown_choices(request, studio.kit.history_choices())
    return page(request, "review.html", **shown, choices=choices, ways=GROUPS, later=bool(cursor))


@router.post("/review/{day}/{name}/{picture}")
async def decide(request: Request, day: str, name: str, picture: str) -> Response:
    """Keep what a person says of a picture."""
    form = await request.form()
    texts = {key: value for key, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_decide, request, (day, name, picture), texts)


@router.get("/review/approved.zip")
def approved(request: Request) -> StreamingResponse:
    """Send the approved pictures with their sidecars as a zip file; of the versions of a picture only the newest.

    Older ones, which a later approved version has replaced, come along when somebody asks for them.
    """
    studio: Studio = request.app.state.studio
    wanted = narrowed(request, narrowing(request.query_params).wanted)
    name = "-".join(filter(None, ("approved", wanted["recipe"] if wanted["recipe"].isascii() else "")))
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name)[:80]
    newest = request.query_params.get("older") != "yes"
    pieces = studio.kit.zip_approved(recipe=wanted["recipe"], person=wanted["person"], newest=newest)
    headers = {"Content-Disposition": f'attachment; filename="{safe}.zip"'}
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)


def groups_of(request: Request, pictures: Iterable[PastPicture], by: str) -> list[CaseGroup]:
    """Return pictures by form or recipe, each with what was said of it; those of the newest form stand first."""
    before: dict[str, str] = {}
    groups: dict[str, list[PictureCase]] = {}
    for past in pictures:
        groups.setdefault(past.recipe if by == "recipe" else past.set_id, []).append(_case(request, past, before))
    if by == "recipe":
        return [CaseGroup(name, tuple(groups[name])) for name in sorted(groups)]
    return [CaseGroup(name, tuple(sorted(cases, key=in_order))) for name, cases in groups.items()]


def in_order(case: PictureCase) -> tuple[int, int, str, str]:
    """Return by what the pictures of a form are ordered: their numbers, each before its versions."""
    return case.place, case.version, case.run, case.name


def _case(request: Request, past: PastPicture, before: dict[str, str]) -> PictureCase:
    """Return a picture of the history; ``before`` remembers the last approved picture of each recipe."""
    studio: Studio = request.app.state.studio
    problem = ""
    said: tuple[Review, ...] = ()
    try:
        reviews = reviews_in(past.path.parent)
        said = with_reviews(past.path, reviews).reviews if reviews else ()
    except PromptKitError as error:
        problem = str(error)
    if past.recipe not in before:
        before[past.recipe] = _last_approved(request, past.recipe)
    own = f"{past.run}/{past.name}"
    other = before[past.recipe] if before[past.recipe] != own else ""
    return PictureCase(
        past.run,
        past.name,
        past.recipe,
        past.person,
        past.started,
        past.state,
        said,
        other,
        problem=problem,
        called=name_of(past.subject, studio.title(past.recipe)),
        place=past.number,
        version=past.version,
        form_called=name_of(past.set_subject, studio.title(past.recipe)),
        replaced_by=past.replaced_by,
    )


def _last_approved(request: Request, recipe: str, without: str = "") -> str:
    """Return the newest approved picture of a recipe but for one, as run and file name; empty when there is none."""
    if not recipe:
        return ""
    studio: Studio = request.app.state.studio
    listed = studio.kit.pictures(**narrowed(request, {"review": "approved", "recipe": recipe}), limit=2)
    names = (f"{past.run}/{past.name}" for past in listed.pictures)
    return next((name for name in names if name != without), "")


def _decide(request: Request, where: tuple[str, str, str], texts: Mapping[str, str]) -> Response:
    studio: Studio = request.app.state.studio
    path = picture_file(request, *where)
    verdict, reason, problem = texts.get("verdict", ""), texts.get("reason", ""), ""
    try:
        studio.kit.review(
            path.parent,
            path.name,
            cast("Verdict", verdict),
            person=person_of(request),
            reason=reason.strip(),
            shown=number_said(texts.get("said")),
        )
    except PromptKitError as error:
        problem = " ".join(problem.message for problem in error.problems)
    else:
        studio.count_again()
    asked = dict(parse_qsl(texts.get("back", "")[:2_000]))
    back = _list_of(asked)
    there = next((name for name in ("run", "set") if name in asked), "")
    run = f"{where[0]}/{where[1]}" if there else ""
    case = _case_now(request, path, problem=problem, typed=reason if problem else "", with_others=bool(run))
    if not problem and not is_part(request):
        return RedirectResponse(_way_back(asked, back, case), 303)
    said = problem or f"{_SAID.get(verdict, '')}: {lower_first(case.full_title)}."
    query = urlencode({there: run}) if run else back.query()
    shown: dict[str, Any] = {"case": case, "back": query, "said": said, "review_names": REVIEW_STATES, "run_id": run}
    if is_part(request) and not run:
        shown["counted"] = back.pictures(request, "").total
    return page(request, "verdict.html" if is_part(request) else "decide.html", 422 if problem else 200, **shown)


def number_said(text: object) -> int | None:
    """Return how many reviews a form had shown; ``None`` when it does not say it."""
    return int(text) if isinstance(text, str) and text.isdecimal() and len(text) < 7 else None  # noqa: PLR2004 - more are never shown


def _way_back(asked: Mapping[str, str], back: ReviewList, case: PictureCase) -> str:
    """Return the address of the page on which a verdict was given."""
    if "run" in asked:
        return f"/runs/{case.run}#case-{case.key}"
    if "set" in asked:
        return f"/sets/{case.run}#case-{case.key}"
    if "a" in asked:
        return f"/compare?{urlencode({name: asked.get(name, '') for name in ('a', 'b')})}"
    return f"/review?{back.query()}"


def cases_of(request: Request, run: RunView) -> list[PictureCase]:
    """Return the pictures of a run, to decide about each where all of them are seen."""
    before: dict[str, str] = {}
    past = {past.name: past for past in _past_pictures(request, run.id)}
    cases = []
    for view in run.results:
        recipe = run.summary.recipe
        if recipe not in before:
            before[recipe] = _last_approved(request, recipe)
        cases.append(
            PictureCase(
                run.id,
                view.name,
                recipe,
                run.summary.person,
                run.summary.started,
                view.state,
                view.reviews,
                before[recipe] if before[recipe] != view.address else "",
                called=run.subject,
                place=view.place,
                version=view.version,
                form_called=run.form_subject,
                replaced_by=past[view.name].replaced_by if view.name in past else "",
                others=_others(run, view),
            )
        )
    return cases


def _others(run: RunView, view: PictureView) -> tuple[PictureView, ...]:
    return tuple(other for other in run.made_from(view) if other.name != view.name)


def _past_pictures(request: Request, run: str) -> Sequence[PastPicture]:
    """Return the pictures of a run as the history has them; none when that cannot be read."""
    studio: Studio = request.app.state.studio
    try:
        pictures: Sequence[PastPicture] = studio.kit.pictures(run=run, limit=MOST).pictures
    except PromptKitError:
        return ()
    return pictures


def _case_now(request: Request, path: Path, *, problem: str, typed: str, with_others: bool) -> PictureCase:
    """Return a picture as it is now, after something was said of it."""
    run = summary(path.parent)
    view = run_view(request.app.state.studio, path.parent)
    try:
        reviewed = with_reviews(picture_of(path.parent, path.name), reviews_in(path.parent))
    except PromptKitError as error:  # a damaged file of reviews
        problem = problem or str(error)
        given = (run.id, path.name, run.recipe, run.person, run.started)
        return PictureCase(*given, "waiting", (), "", problem, typed, called=view.subject)
    other = _last_approved(request, run.recipe, f"{run.id}/{path.name}")
    return PictureCase(
        run.id,
        path.name,
        run.recipe,
        run.person,
        run.started,
        reviewed.state,
        reviewed.reviews,
        other,
        problem=problem,
        typed=typed,
        called=view.subject,
        place=view.picture(path.name).place,
        version=view.picture(path.name).version,
        form_called=view.form_subject,
        replaced_by=next((past.replaced_by for past in _past_pictures(request, run.id) if past.name == path.name), ""),
        others=_others(view, view.picture(path.name)) if with_others else (),
    )


def _list_of(asked: Mapping[str, str]) -> ReviewList:
    state = asked.get("state", "")
    return ReviewList(
        narrowing({name: asked.get(name, "") for name in ("recipe", "person")}),
        cast("ReviewState", state if state in REVIEW_STATES else "waiting"),
        asked["by"] if asked.get("by") in GROUPS else "form",
        proofs=asked.get("proofs") == "yes",
    )
