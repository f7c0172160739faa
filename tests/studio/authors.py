"""Forms of those who write recipes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .asking import Page

Sent = dict[str, Any]

MINE = """\
title: Mine
task: create
parameters:
  subject: {type: text, title: Subject, required: true}
examples:
  otter: {values: {subject: an otter}}
  fox: {values: {subject: a fox}}
"""

BELOW = "title: Below\nextends: mine\nexamples:\n  hen: {values: {subject: a hen}}\n"


def begun(page: Page, address: str = "/write/recipes/mine") -> Sent:
    """Return what the form of a page sends as it is."""
    sent: Sent = page.form(address, "write")
    texts = sent["file.text"]
    sent["file.text"] = [text.removeprefix("\n") for text in ([texts] if isinstance(texts, str) else texts)]
    return sent


def with_text(sent: Sent, *texts: str) -> Sent:
    """Return a form with other texts: that of the recipe, and that of its template."""
    return sent | {"file.text": [*texts, *sent["file.text"][len(texts) :]]}


def with_template(sent: Sent, text: str) -> Sent:
    """Return a form with another template."""
    return with_text(sent, sent["file.text"][0], text)


def seen(page: Page, sent: Sent) -> Sent:
    """Return a form whose difference was shown."""
    mark = re.search(r'name="seen" value="(\w+)"', page.post("/write/see", sent).text)
    assert mark is not None
    return sent | {"seen": mark[1]}
