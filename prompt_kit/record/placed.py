"""Orders that people placed on a page: on the disk before the page says so, and until their end is known.

``runs/orders/<token>.json`` holds one order with the prompt as it was rendered, so that a restarted page goes on with
exactly what was asked for, whatever has become of the recipe. The token is that of the form, which makes a second
click the same order.

Beside them stand empty files, so that nobody reads all orders to find a few: ``open/<token>`` of those whose end is not
known, and ``about/<hash>/<time>-<token>`` of those from one draft, or that refine one picture.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from prompt_kit.errors import InputError, NotFoundError, WorkspaceError
from prompt_kit.prompt import Prompt
from prompt_kit.record.runs.reading import ENCODING
from prompt_kit.record.runs.references import keep_reference
from prompt_kit.record.runs.rerun import kept_references
from prompt_kit.support import files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ORDERS: Final = "orders"

OrderState: TypeAlias = Literal["open", "asks", "ended", "cancelled"]
"""``open`` is being made, or will be; ``asks`` waits until somebody allows that something may be paid twice."""

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
    files.make_folder(path.parent)
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


def placed_orders(root: Path) -> Iterator[PlacedOrder]:
    """Yield every order, the newest first; damaged files are passed over."""
    orders = [order for path in files.listed(root / ORDERS) if (order := _read(path))]
    yield from sorted(orders, key=lambda order: order.at, reverse=True)


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
