"""What a person is filling in, so that nothing typed is lost, and the recipes a person uses.

``runs/drafts/`` has a folder for each person, with a small JSON file for each draft; ``runs/people/`` has a file with
the favourites and the last recipes of each.
"""

from prompt_kit.record.drafts.drafts import Draft, DraftContent, DraftStore
from prompt_kit.record.drafts.preferences import Preferences, PreferenceStore

__all__ = ["Draft", "DraftContent", "DraftStore", "PreferenceStore", "Preferences"]
