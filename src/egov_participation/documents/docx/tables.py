"""Tables: cells with what they span, in rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml.etree import _Element as Element

from egov_participation.documents.docx.markup import W, number, switched, value
from egov_participation.documents.structure import Cell

_MOST_ROWS = 1000
_WRAPPERS = (W + "sdt", W + "sdtContent", W + "customXml", W + "ins", W + "moveTo")


def rows_of(table: Element, words: Callable[[Element], str]) -> tuple[tuple[Cell, ...], ...]:
    """The rows of a ``w:tbl``.

    A cell merged downwards stands once, in its first row, with the number of ``rows`` it takes; a row that then has no
    cell of its own stays, empty.

    Args:
        words: Gives the words of a cell, its paragraphs parted by line feeds.
    """
    found: list[list[Cell]] = []
    growing: dict[int, tuple[int, int]] = {}
    """For each column of the grid: row and place of the cell that a continued merge there belongs to."""
    for row in _inside(table, W + "tr"):
        properties = row.find(W + "trPr")
        header = bool(switched(properties, "tblHeader"))
        before = None if properties is None else number(properties.find(W + "gridBefore"))
        column = max(before or 0, 0)
        cells: list[Cell] = []
        for cell in _inside(row, W + "tc"):
            style = cell.find(W + "tcPr")
            span = None if style is None else number(style.find(W + "gridSpan"))
            columns = min(max(span or 1, 1), 100)
            merge = None if style is None else style.find(W + "vMerge")
            continued = merge is not None and value(merge) != "restart"
            if continued and column in growing:
                at, place = growing[column]
                above = found[at][place]
                found[at][place] = Cell(above.text, above.columns, min(len(found) - at + 1, _MOST_ROWS), above.header)
            else:
                if merge is not None:
                    growing[column] = (len(found), len(cells))
                else:
                    growing.pop(column, None)
                cells.append(Cell(words(cell), columns, 1, header))
            column += columns
        found.append(cells)
    return tuple(tuple(row) for row in found)


def _inside(parent: Element, tag: str) -> Iterator[Element]:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, tag)
