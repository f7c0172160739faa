"""What a picture can be downloaded as: finished, at the size of a channel, cut out, and as the model sent it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from prompt_kit.pixels.channels import CHANNELS, fit
from prompt_kit.studio.chosen import chosen_channel, wanted_address, wanted_label
from prompt_kit.studio.looking import run_view, size_of
from prompt_kit.studio.pages import page
from prompt_kit.studio.runfiles import picture_file

if TYPE_CHECKING:
    from prompt_kit.pixels.channels import Fit
    from prompt_kit.studio.chosen import ChosenChannel
    from prompt_kit.studio.looking import PictureView, RunView

router = APIRouter()


@dataclass(frozen=True, slots=True)
class DownloadOffer:
    """What one picture can be downloaded as."""

    finished: PictureView
    """What was wanted: the picture, its cut-out, or the original with it put in."""
    others: tuple[PictureView, ...]
    """What else there is of the same answer, such as the picture as the model sent it."""
    width: int
    """Of the finished picture, in pixels; 0 when it cannot be read."""
    height: int
    fits: tuple[Fit, ...]
    """How it fits the channels: that of the form's channel first, then those that keep all of it."""
    chosen: ChosenChannel | None

    @property
    def chosen_fit(self) -> Fit | None:
        """How it fits the channel that was chosen in the form; ``None`` when there was no choice of one."""
        wanted = self.chosen.channel.name if self.chosen else ""
        return next((fit for fit in self.fits if fit.channel.name == wanted), None)

    @property
    def fitting(self) -> tuple[Fit, ...]:
        """The sizes that are wanted most: that of the form's channel, else those that keep all of the picture."""
        wanted = self.chosen_fit
        return (wanted,) if wanted else tuple(fit for fit in self.fits if not fit.is_cut)

    @property
    def address(self) -> str:
        """The address of what most people want: the size of the chosen channel, else the finished picture."""
        return wanted_address(self.finished.address, self.chosen if self.chosen_fit else None)

    @property
    def label(self) -> str:
        """What the button for it says."""
        return wanted_label(self.chosen if self.chosen_fit else None)


def offer_of(run: RunView, own: PictureView) -> DownloadOffer:
    """Return what a picture can be downloaded as."""
    finished = run.finished(own)
    width, height = size_of(finished.path)
    fits = [fit(width, height, channel) for channel in CHANNELS.values()] if width and height else []
    others = tuple(other for other in run.made_from(own) if other.name != finished.name)
    chosen = chosen_channel(run.record, run.asked)
    wanted = chosen.channel.name if chosen else ""
    ordered = tuple(sorted(fits, key=lambda fit: (fit.channel.name != wanted, fit.is_cut)))
    return DownloadOffer(finished, others, width, height, ordered, chosen)


@router.get("/wanted/{day}/{name}/{picture}")
def wanted(request: Request, day: str, name: str, picture: str) -> Response:
    """Lead to the download that most people want of a picture."""
    path = picture_file(request, day, name, picture)
    run = run_view(request.app.state.studio, path.parent)
    return RedirectResponse(offer_of(run, run.picture(path.name)).address, 303)


@router.get("/sizes/{day}/{name}/{picture}")
def sizes(request: Request, day: str, name: str, picture: str) -> HTMLResponse:
    """Show everything that a picture can be downloaded as, for a menu."""
    path = picture_file(request, day, name, picture)
    run = run_view(request.app.state.studio, path.parent)
    return page(request, "sizes.html", offer=offer_of(run, run.picture(path.name)))
