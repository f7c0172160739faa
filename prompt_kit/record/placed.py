"""Orders that people placed on a page: on the disk before the page says so, and until their end is known.

``runs/orders/<token>.json`` holds one order with the prompt as it was rendered, so that a restarted page goes on with
exactly what was asked for, whatever has become of the recipe. The token is that of the form, which makes a second
click the same order.

Beside them stand empty files, so that nobody reads all orders to find a few: ``open/<token>`` of those whose end is not
known, and ``about/<hash>/<time>-<token>`` of those from one draft, or that refine one picture.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from prompt_kit.errors import InputError, NotFoundError, WorkspaceError
from prompt_kit.prompt import Prompt
from prompt_kit.record.runs.reading import ENCODING
from prompt_kit.record.runs.references import keep_reference
from prompt_kit.record.runs.rerun import kept_references
from prompt_kit.support import files

if TYPE_CHECKING:
    from pathlib import Path

ORDERS: Final = "orders"
OPEN: Final = "open"
ABOUT: Final = "about"

MOST_SHOWN: Final = 50
"""So many orders of one draft, the newest, are read."""

OrderState: TypeAlias = Literal["open", "asks", "ended", "cancelled"]
"""``open`` is being made, or will be; ``asks`` waits until somebody allows that something may be paid twice."""

ENDED: Final[frozenset[OrderState]] = frozenset({"ended", "cancelled"})
"""Nothing more comes of these."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_STATES: Final = frozenset(get_args(OrderState))


@dataclass(frozen=True)
class PlacedOrder:
    """One order that somebody placed."""

    token: str
    """Names it; the form that placed it has the same, so that it is placed once."""
    recipe: str
    prompt: dict[str, Any] = field(repr=False)
    """What `Prompt.to_dict` returned."""
    count: int
    generator: str
    person: str = ""
    draft: str = ""
    """The id of the form's draft."""
    parent: str = ""
    """The id of the run that it refines."""
    parent_picture: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    state: OrderState = "open"
    run: str = ""
    """The id of its run, once that has begun."""
    message: str = ""
    """Why it did not come to a run, or what it asks."""
    resend: bool = False
    """Whether what may have been paid may be sent again."""

    @property
    def refines(self) -> str:
        """The picture that it refines, as run and file name; empty when it refines none."""
        return f"{self.parent}/{self.parent_picture}" if self.parent else ""

    @property
    def frame(self) -> tuple[int, int] | None:
        """Width and height of the format that was asked for, or of the photo that is changed; ``None`` without both."""
        asked = str(self.prompt.get("settings", {}).get("aspect_ratio") or "")
        width, _, height = asked.partition(":")
        if width.isdecimal() and height.isdecimal() and int(width) and int(height):
            return int(width), int(height)
        parts = [part for turn in self.prompt.get("turns", [])[:1] for part in turn.get("parts", [])]
        base: dict[str, int] = next((part for part in parts if part.get("role") == "base"), {})
        return (base["width"], base["height"]) if base.get("width") and base.get("height") else None

    def rendered(self, root: Path) -> Prompt:
        """Return the prompt as it was rendered when the order was placed.

        Raises:
            InputError: When a picture of it is gone, or the file was changed.
        """
        return Prompt.from_dict(self.prompt, kept_references(self.prompt, root))


def place(root: Path, order: PlacedOrder, prompt: Prompt) -> bool:
    """Put an order on the disk, with the pictures it needs; return ``False`` when it was placed before.

    Raises:
        InputError: When a picture of the prompt is gone, or the token is none.
        WorkspaceError: When it cannot be written.
    """
    path = _path(root, order.token)
    if path.exists():
        return False
    for image in {image.sha256: image for turn in prompt.turns for image in turn.images}.values():
        keep_reference(root, image)
    for mark in (_open_mark(root, order.token), *(_about(root, about) / order.token for about in _abouts(order))):
        # Before the order, so that no order is without them.
        files.make_folder(mark.parent)
        files.replace(mark, b"")
    try:
        files.write_new(path, _json(order))
    except WorkspaceError as error:
        if isinstance(error.__cause__, FileExistsError):
            return False
        raise
    return True


def change(root: Path, token: str, **changes: Any) -> PlacedOrder:
    """Return an order after a change of its state, which is on the disk then.

    Raises:
        NotFoundError: When there is no such order.
        WorkspaceError: When it cannot be written.
    """
    changed = replace(placed(root, token), **changes)
    files.replace(_path(root, token), _json(changed))
    if changed.state in ENDED:
        _remove(_open_mark(root, token))
    return changed


def placed(root: Path, token: str) -> PlacedOrder:
    """Return an order by its token.

    Raises:
        NotFoundError: When there is none.
    """
    order = _read(_path(root, token))
    if order is None:
        raise NotFoundError("order", token)
    return order


def placed_orders(root: Path, about: str, person: str | None = None) -> list[PlacedOrder]:
    """Return the newest orders from a draft, or that refine a picture, the newest first; damaged files are passed over.

    Args:
        root: The folder of all runs.
        about: The draft's id, or the picture as `PlacedOrder.refines` names it.
        person: Leaves out the orders of others, however many they are.
    """
    marks = sorted(files.listed(_about(root, about)), key=_written, reverse=True)
    there = (order for mark in marks if (order := _read(root / ORDERS / f"{mark.name}.json")))
    orders = islice((order for order in there if person is None or order.person == person), MOST_SHOWN)
    return sorted(orders, key=lambda order: order.at, reverse=True)


def open_orders(root: Path) -> list[PlacedOrder]:
    """Return the orders whose end is not known, the oldest first; damaged files are passed over."""
    marks = [mark for mark in files.listed(root / ORDERS / OPEN) if _TOKEN.fullmatch(mark.name)]
    orders = [order for mark in marks if (order := _read(root / ORDERS / f"{mark.name}.json"))]
    return sorted((order for order in orders if order.state not in ENDED), key=lambda order: order.at)


def forget_ended(root: Path, before: datetime) -> int:
    """Remove the orders that ended before a moment, and return how many; their runs stay.

    Raises:
        WorkspaceError: When the folder cannot be read.
    """
    ended = [
        path
        for path in files.listed(root / ORDERS)
        if path.suffix == ".json" and _written(path) < before.timestamp() and not _open_mark(root, path.stem).exists()
    ]
    for path in ended:
        _remove(path)
    for folder in files.listed(root / ORDERS / ABOUT):
        for mark in files.listed(folder):
            if _written(mark) < before.timestamp() and not (root / ORDERS / f"{mark.name}.json").exists():
                _remove(mark)
        with suppress(OSError):
            folder.rmdir()  # keeps what is not empty
    return len(ended)


def lock_of(root: Path, token: str) -> Path:
    """Return the lock that a process holds as long as it makes an order.

    Raises:
        NotFoundError: When the token is none.
    """
    return _path(root, token).parent / OPEN / f"{token}.lock"


def _open_mark(root: Path, token: str) -> Path:
    return root / ORDERS / OPEN / token


def _about(root: Path, about: str) -> Path:
    return root / ORDERS / ABOUT / hashlib.sha256(about.encode("utf-8", "replace")).hexdigest()[:24]


def _abouts(order: PlacedOrder) -> list[str]:
    return [about for about in (order.draft, order.refines) if about]


def _written(path: Path) -> float:
    """Return when a file was written last; 0 when it is gone."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _path(root: Path, token: str) -> Path:
    if not _TOKEN.fullmatch(token):
        raise NotFoundError("order", token)
    return root / ORDERS / f"{token}.json"


def _json(order: PlacedOrder) -> bytes:
    plain = {**order.__dict__, "at": order.at.isoformat()}
    return json.dumps(plain, ensure_ascii=False, indent=1).encode(*ENCODING)


def _read(path: Path) -> PlacedOrder | None:
    with suppress(OSError, ValueError, TypeError, KeyError, InputError):
        plain = json.loads(path.read_bytes())
        order = PlacedOrder(**{**plain, "at": datetime.fromisoformat(plain["at"])})
        if order.state in _STATES and order.token == path.stem and isinstance(order.prompt, dict):
            return order
    return None
