"""What people say of pictures: each is approved, rejected or commented on, and nothing of it is ever removed.

``reviews.jsonl`` in a run's folder has a line for each. Of several verdicts on a picture the last one counts. A picture
is its name and the hash of its bytes, so that a verdict never counts for other bytes.
"""

from prompt_kit.record.reviews.file import REVIEWS, reviews_in
from prompt_kit.record.reviews.pictures import ReviewedPicture, picture_of, review, reviewable, reviewed, reviewed_by
from prompt_kit.record.reviews.schema import Review, ReviewState, Verdict

__all__ = [
    "REVIEWS",
    "Review",
    "ReviewState",
    "ReviewedPicture",
    "Verdict",
    "picture_of",
    "review",
    "reviewable",
    "reviewed",
    "reviewed_by",
    "reviews_in",
]
