"""Names folders of persons, whose own names may hold anything."""

from __future__ import annotations

import hashlib


def folder_name(person: str) -> str:
    """Return the name of a person's folder, which is safe and says nothing; nobody named has a folder, too."""
    return hashlib.sha256(person.encode("utf-8", "surrogatepass")).hexdigest()[:12]
