"""Makes the same prompt over one or two axes, and shows the pictures side by side on one sheet."""

from prompt_kit.comparing.axes import parsed
from prompt_kit.comparing.comparison import Comparison, Options, Progress, acompare, compare
from prompt_kit.comparing.results import Result
from prompt_kit.comparing.table import Cell, Table, table

__all__ = ["Cell", "Comparison", "Options", "Progress", "Result", "Table", "acompare", "compare", "parsed", "table"]
