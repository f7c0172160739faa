"""Makes the same prompt over one or two axes, and shows the pictures side by side on one sheet."""

from prompt_kit.comparing.axes import parsed
from prompt_kit.comparing.cells import Cell, Table
from prompt_kit.comparing.comparison import CompareOptions, ComparisonProgress, compared
from prompt_kit.comparing.results import CellResult, Comparison
from prompt_kit.comparing.table import table

__all__ = [
    "Cell",
    "CellResult",
    "CompareOptions",
    "Comparison",
    "ComparisonProgress",
    "Table",
    "compared",
    "parsed",
    "table",
]
