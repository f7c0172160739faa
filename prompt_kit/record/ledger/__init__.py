"""The database of what was asked, what may have been paid and what was.

SQLite by default, PostgreSQL by URL. Importing this loads SQLAlchemy, which takes a while: import it where
it is used.
"""

from prompt_kit.record.ledger.breakdown import By, SpendingLine
from prompt_kit.record.ledger.ledger import Ledger
from prompt_kit.record.ledger.settling import End
from prompt_kit.record.ledger.tables import SCHEMA, Entry, Planned, RequestState, Spending

__all__ = ["SCHEMA", "By", "End", "Entry", "Ledger", "Planned", "RequestState", "Spending", "SpendingLine"]
