"""Changes of prompts as plain data for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prompt_kit.review.diff.passages import Gap

if TYPE_CHECKING:
    from prompt_kit.review.diff.changes import Changes, ExampleChange, RecipeChange
    from prompt_kit.review.diff.passages import Row


def plain(changes: Changes) -> dict[str, Any]:
    """Return everything that is known about changes of prompts."""
    return {
        "old": changes.old,
        "new": changes.new,
        "prompts": changes.prompts,
        "counts": dict(changes.counts),
        "notes": list(changes.notes),
        "again": [
            {"out": gone, "in": came, "prompts": prompts, "recipes": recipes}
            for gone, came, prompts, recipes in changes.again
        ],
        "recipes": [_recipe(recipe) for recipe in changes.recipes],
    }


def _recipe(recipe: RecipeChange) -> dict[str, Any]:
    return {
        "kind": recipe.kind,
        "name": recipe.name,
        "was": recipe.was or None,
        "status": recipe.status,
        "prompts": recipe.total,
        "problems": list(recipe.problems),
        "former_problems": list(recipe.former_problems),
        "examples": [_example(example) for example in recipe.examples],
    }


def _example(example: ExampleChange) -> dict[str, Any]:
    return {
        "name": example.name,
        "was": example.was or None,
        "status": example.status,
        "facts": [{"name": name, "out": was or None, "in": is_now or None} for name, was, is_now in example.facts],
        "problems": list(example.problems),
        "former_problems": list(example.former_problems),
        "rows": [_row(row) for row in example.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    if isinstance(row, Gap):
        return {"kind": "gap", "sentences": row.sentences}
    return {"kind": row.kind, "spans": [[span.kind, span.text] for span in row.spans]}
