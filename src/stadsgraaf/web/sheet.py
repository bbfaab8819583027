"""A result as a workbook for spreadsheets: Office Open XML, ECMA-376.

Numbers and days are cells of their type. Everything else is text and stays text: a cell that begins
like a formula is marked so that it never becomes one, https://owasp.org/www-community/attacks/CSV_Injection

Run as ``python -m stadsgraaf.web.sheet FORM MIB``, a process of its own: what a worker answered comes in
as SPARQL JSON, or N-Triples when the form is ``graph``, and the workbook goes out.
"""

import sys
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from pyoxigraph import Literal

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.store import sandbox
from stadsgraaf.web.asking import Table, Term
from stadsgraaf.web.excerpt import read_solutions, read_triples

__all__ = ["workbook"]

_LONGEST_CELL: Final = 32_767
#: Beyond this, a spreadsheet's numbers are no longer exact.
_LARGEST: Final = 10**15
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_XSD: Final = PREFIXES["xsd"]
_NUMBERS: Final = frozenset(
    _XSD + name for name in ("integer", "int", "long", "short", "decimal", "double", "float")
)
#: What XML cannot carry, and the library does not escape.
_NONE_OF_XML: Final = dict.fromkeys((0xFFFE, 0xFFFF), "\ufffd")
#: When every workbook says that it was made: the same result gives the same bytes.
_ALWAYS: Final = datetime(2000, 1, 1, tzinfo=UTC)
#: The first day that a spreadsheet counts rightly.
_FIRST_DAY: Final = date(1900, 3, 1)


def workbook(table: Table) -> bytes:
    """A workbook with one sheet: the variables as its head, a row for every solution."""
    file = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"created": _ALWAYS})
    sheet = book.add_worksheet()
    head = book.add_format({"bold": True})
    formats = {
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "quoted": book.add_format({"quote_prefix": True}),
    }
    if table.truth is not None:
        sheet.write_boolean(0, 0, table.truth)
    for column, name in enumerate(table.variables):
        _write_text(sheet, 0, column, name, head)
    for number, row in enumerate(table.rows, 1):
        for column, name in enumerate(table.variables):
            if name in row:
                _write(sheet, number, column, row[name], formats)
    sheet.freeze_panes(1, 0)
    book.close()
    return file.getvalue()


def _write(sheet: Any, row: int, column: int, term: Term, formats: dict[str, Any]) -> None:
    datatype = term.datatype.value if isinstance(term, Literal) else ""
    if datatype in _NUMBERS and (number := _number(term.value)) is not None:
        sheet.write_number(row, column, number)
    elif datatype == _XSD + "boolean":
        sheet.write_boolean(row, column, term.value in ("true", "1"))
    elif datatype == _XSD + "date" and (day := _day(term.value)):
        sheet.write_datetime(row, column, day, formats["day"])
    else:
        quoted = formats["quoted"] if term.value.startswith(_FORMULA) else None
        _write_text(sheet, row, column, term.value, quoted)


def _write_text(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    sheet.write_string(row, column, text[:_LONGEST_CELL].translate(_NONE_OF_XML), style)


def _number(text: str) -> float | None:
    """The number, when a spreadsheet can hold it exactly enough; else it stays text."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < _LARGEST else None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day >= _FIRST_DAY else None


def _main(form: str, mib: int) -> int:
    workbook(Table(("x",), []))  # what is loaded late is loaded before the doors are shut
    sandbox.deny_system_calls()
    sandbox.limit_growth(mib)
    read = read_triples if form == "graph" else read_solutions
    try:
        sys.stdout.buffer.write(workbook(read(sys.stdin.buffer.read())))
        sys.stdout.buffer.flush()
    except MemoryError:
        return sandbox.OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], int(sys.argv[2])))
