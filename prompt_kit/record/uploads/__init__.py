"""Pictures that people give to a page: checked, cleaned of what is private, and kept until they are deleted.

``runs/uploads/`` has a folder for each person, with a picture and a small JSON file for each upload. What a run sends
is kept among its references besides, so that a deleted upload does not harm it.
"""

from prompt_kit.record.uploads.store import Upload, UploadStore

__all__ = ["Upload", "UploadStore"]
