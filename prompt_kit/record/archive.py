"""What a project keeps of its work: history, reviews, spending, drafts and uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.errors import ForbiddenError, WorkspaceError
from prompt_kit.support.calls import check_options
from prompt_kit.support.hashing import hash_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

    from typing_extensions import Unpack

    from prompt_kit.project import Project
    from prompt_kit.record.drafts import DraftStore, PreferenceStore
    from prompt_kit.record.exporting import Exported
    from prompt_kit.record.index import HistoryChoices, HistoryPage, PastPicture, PicturePage, PictureSet
    from prompt_kit.record.index.narrowing import Wanted
    from prompt_kit.record.ledger import By, SpendingLine
    from prompt_kit.record.reviews import Review, ReviewedPicture, Verdict
    from prompt_kit.record.uploads import UploadStore
    from prompt_kit.record.versions import Version


class Archive:
    """All that is kept of the work in a project, for looking at and for saying something about it."""

    def __init__(self, project: Project) -> None:
        self.project: Final = project
        self._looked_at: set[Path] = set()
        """The runs of which it was looked up whether they had asked for anything."""

    def review(  # noqa: PLR0913 - three name the picture and the verdict
        self,
        run: str | Path,
        picture: str,
        verdict: Verdict,
        *,
        person: str = "",
        reason: str = "",
        shown: int | None = None,
    ) -> Review:
        """Approve a picture, reject it or comment on it; what was said before stays, and the last verdict counts.

        Args:
            run: The run, by its id or folder.
            picture: The file name of the picture.
            verdict: ``approve``, ``reject`` or ``comment``.
            person: Who says it.
            reason: Why, or the comment; only an approval goes without.
            shown: How many reviews of the picture the person was shown; where somebody has decided otherwise since,
                nothing is kept. Left out, it does not matter.

        Raises:
            ForbiddenError: When the team does not let this person approve and reject.
            InputError: When a reason is missing or too long, or somebody has decided otherwise since.
            NotFoundError: When there is no such run or picture.
            WorkspaceError: When it cannot be written.
        """
        person = self.project.person(person.strip())
        if verdict != "comment" and not self.project.may("approve", person):
            raise ForbiddenError(f"'{person}' may not approve and reject pictures here. Ask whoever keeps the policy.")
        from prompt_kit.record.reviews import picture_of, review
        from prompt_kit.record.runs.listing import folder_of

        path = picture_of(folder_of(run, self.project.runs_folder), picture)
        return review(path, verdict, person=person, reason=reason, shown=shown)

    def reviews(self, run: str | Path) -> tuple[ReviewedPicture, ...]:
        """Return the pictures of a run, each with what people said of it.

        Raises:
            InputError: When the file of reviews is damaged.
            NotFoundError: When there is no such run.
            WorkspaceError: When something cannot be read.
        """
        from prompt_kit.record.reviews import reviewed
        from prompt_kit.record.runs.listing import folder_of

        return reviewed(folder_of(run, self.project.runs_folder))

    def history(self, **wanted: Unpack[Wanted]) -> HistoryPage:
        """Return a page of the runs that are wanted, the newest first; no more than new and changed records are opened.

        A run that was left before it asked for anything is ended.

        Args:
            wanted: See `record.index.narrowing.Wanted`: ``recipe``, ``person``, ``state``, ``review``, ``since``, …

        Raises:
            InputError: When the cursor or the state of review is none.
            WorkspaceError: When the runs cannot be read.
            TypeError: When there is no such option.
        """
        from prompt_kit.record.index import History
        from prompt_kit.record.index.narrowing import Wanted
        from prompt_kit.record.unasked import begun_long_ago, end_unasked

        check_options("history", wanted, Wanted)
        history = History(self.project.runs_folder)
        page = history.runs(wanted)
        begun = set(history.begun(begun_long_ago())) - self._looked_at
        self._looked_at |= begun
        return history.runs(wanted) if end_unasked(self.project, begun) else page

    def history_choices(self) -> HistoryChoices:
        """Return the recipes, persons and generators of all runs, and the first and the last day.

        Raises:
            WorkspaceError: When the runs cannot be read.
        """
        from prompt_kit.record.index import History

        return History(self.project.runs_folder).choices()

    def pictures(self, **wanted: Unpack[Wanted]) -> PicturePage:
        """Return a page of the pictures that are wanted, such as those that wait for approval.

        Args:
            wanted: As for `history`.

        Raises:
            InputError: When the cursor or the state of review is none.
            WorkspaceError: When the runs cannot be read.
            TypeError: When there is no such option.
        """
        from prompt_kit.record.index import History
        from prompt_kit.record.index.narrowing import Wanted

        check_options("pictures", wanted, Wanted)
        return History(self.project.runs_folder).pictures(wanted)

    def picture_set(self, run: str) -> PictureSet:
        """Return the pictures of the form that a run was ordered from, numbered through as they were made.

        Args:
            run: The id of the run; a refinement belongs to the form of what it refines.

        Raises:
            NotFoundError: When there is no such run.
            WorkspaceError: When the runs cannot be read.
        """
        from prompt_kit.record.index import History

        return History(self.project.runs_folder).picture_set(run)

    def export_approved(self, folder: Path, *, recipe: str = "", person: str | None = None) -> Exported:
        """Copy the approved pictures into a folder, each with its sidecar.

        Args:
            folder: The folder; it is made if it is not there.
            recipe: Leaves out those of other recipes.
            person: Leaves out what was made for others.

        Raises:
            WorkspaceError: When the runs cannot be read, or the folder cannot be written.
        """
        from prompt_kit.record.exporting import export

        return export(self._all_pictures(review="approved", recipe=recipe, person=person), folder)

    def versions(self, run: str | Path, picture: str) -> tuple[Version, ...]:
        """Return the tree of refinements that a picture belongs to, from its first ancestor on.

        Args:
            run: The run, by its id or folder.
            picture: The file name of the picture.

        Raises:
            InputError: When the record of the run is damaged.
            NotFoundError: When there is no such run or picture.
            WorkspaceError: When the folder of runs cannot be read.
        """
        from prompt_kit.record.versions import versions

        return versions(run, picture, self.project.runs_folder)

    def zip_approved(self, *, recipe: str = "", person: str | None = None, newest: bool = False) -> Iterator[bytes]:
        """Return a zip file of the approved pictures with their sidecars, part by part as it is made.

        Args:
            recipe: Leaves out those of other recipes.
            person: Leaves out what was made for others.
            newest: Leaves out those from which a picture was refined that is approved, too.

        Raises:
            WorkspaceError: When the runs cannot be read.
        """
        from prompt_kit.record.exporting import zipped_pictures

        pictures = self._all_pictures(review="approved", recipe=recipe, person=person)
        return zipped_pictures(picture for picture in pictures if not (newest and picture.replaced_by))

    def spending(self, *, by: By, since: date | None = None, until: date | None = None) -> tuple[SpendingLine, ...]:
        """Return what was spent, by ``day`` in their order, or by ``recipe``, ``person`` or ``model``, most first.

        Args:
            by: By what it is divided.
            since: The first day, in UTC.
            until: The last day, in UTC.

        Raises:
            InputError: When it is divided by something else.
            WorkspaceError: When the ledger cannot be read.
        """
        from prompt_kit.record.ledger import Ledger

        with Ledger.open(self.project.ledger_url) as ledger:
            return ledger.spent_by(by, since=since, until=until)

    def budget_left(self, person: str = "") -> Decimal | None:
        """Return what may still be spent under the tightest limit of a run, today and this month; ``None`` is no limit.

        Args:
            person: Whose own budget counts, too, where a team has a policy.

        Raises:
            WorkspaceError: When the ledger cannot be read.
        """
        from prompt_kit.record.ledger import Ledger

        budget, person = self.project.budget, self.project.person(person)
        if budget.run is budget.day is budget.month is budget.of_person(person) is None:
            return None
        with Ledger.open(self.project.ledger_url) as ledger:
            return ledger.left(budget, person=person)

    @property
    def drafts(self) -> DraftStore:
        """What persons are filling in."""
        from prompt_kit.record.drafts import DraftStore

        return DraftStore(self.project.runs_folder / "drafts")

    @property
    def preferences(self) -> PreferenceStore:
        """The favourites and last recipes of persons."""
        from prompt_kit.record.drafts import PreferenceStore

        return PreferenceStore(self.project.runs_folder / "people")

    @property
    def uploads(self) -> UploadStore:
        """Pictures that people gave to a page."""
        from prompt_kit.record.uploads import UploadStore

        return UploadStore(self.project.runs_folder / "uploads")

    def thumbnail(self, path: Path, size: int = 320, *, sha256: str = "") -> Path | None:
        """Return the file of a small copy (WebP) of a run's picture; ``None`` when it cannot be read here.

        Copies are kept in the user's cache.

        Args:
            path: The picture.
            size: Longest side of the copy, in pixels: 160, 320, 640 or 1280; the next larger one is taken.
            sha256: The hash of the picture's bytes, where it is there already.

        Raises:
            WorkspaceError: When the copy cannot be written.
        """
        from prompt_kit.pixels.thumbnails import kept_thumbnail
        from prompt_kit.support.cachefolder import cache_folder

        try:
            name = sha256 or hash_of(path)
        except WorkspaceError:
            return None
        return kept_thumbnail(path, size, cache_folder() / "thumbnails" / name[:2], name)

    def _all_pictures(self, **wanted: Unpack[Wanted]) -> Iterator[PastPicture]:
        while True:
            page = self.pictures(**wanted)
            yield from page.pictures
            if not page.cursor:
                return
            wanted["cursor"] = page.cursor
