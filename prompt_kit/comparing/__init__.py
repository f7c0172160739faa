"""Makes the same prompt over one or two axes, and shows the pictures side by side on one sheet."""

from prompt_kit.comparing.axes import parsed
from prompt_kit.comparing.cells import Cell, Table
from prompt_kit.comparing.comparison import CompareOptions, ComparisonProgress, acompare, compare
from prompt_kit.comparing.results import Comparison, Result
from prompt_kit.comparing.table import table

__all__ = [
    "Cell",
    "CompareOptions",
    "Comparison",
    "ComparisonProgress",
    "Result",
    "Table",
    "acompare",
    "compare",
    "parsed",
    "table",
]
