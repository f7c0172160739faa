"""The history of all runs, by recipe, person, state, review and day, from an index of their records.

The index only saves time: it is made anew when it is missing or damaged, and may be deleted. Only records of runs that
came or changed since the last look are opened.
"""

from prompt_kit.record.index.copies import original_of
from prompt_kit.record.index.history import History
from prompt_kit.record.index.pages import HistoryChoices, HistoryPage, PastPicture, PastRun, PicturePage
from prompt_kit.record.index.sets import PictureSet

__all__ = [
    "History",
    "HistoryChoices",
    "HistoryPage",
    "PastPicture",
    "PastRun",
    "PicturePage",
    "PictureSet",
    "original_of",
]
