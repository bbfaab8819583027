"""A workbook holds what the result holds, and nothing in it becomes a formula."""

import zipfile
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import Literal, NamedNode

from stadsgraaf.web.asking import Table, Term
from stadsgraaf.web.sheet import workbook

XSD = "http://www.w3.org/2001/XMLSchema#"
NS = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def typed(text: str, datatype: str) -> Literal:
    return Literal(text, datatype=NamedNode(XSD + datatype))


def cells(table: Table) -> dict[str, tuple[str, str]]:
    """Type and content of every cell, by its name; formulas would be of a type of their own."""
    with zipfile.ZipFile(BytesIO(workbook(table))) as archive:
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
        strings = ET.fromstring(archive.read("xl/sharedStrings.xml"))
    texts = ["".join(each.itertext()) for each in strings.findall("s:si", NS)]
    found = {}
    for cell in sheet.iterfind(".//s:c", NS):
        assert cell.find("s:f", NS) is None, "a formula"
        content = cell.findtext("s:v", "", NS)
        kind = cell.get("t", "n")
        found[cell.get("r", "")] = (kind, texts[int(content)] if kind == "s" else content)
    return found


def cell(term: Term) -> tuple[str, str]:
    return cells(Table(("x",), [{"x": term}]))["A2"]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "|cmd", "%x", "a"],
)
def test_text_stays_text(text: str) -> None:
    assert cell(Literal(text)) == ("s", text.replace("\r", "_x000D_"))  # as ECMA-376 writes it


def test_numbers_truth_and_days_are_cells_of_their_type() -> None:
    assert cell(typed("-12.5", "decimal")) == ("n", "-12.5")
    assert cell(typed("931000", "integer")) == ("n", "931000")
    assert cell(typed("true", "boolean")) == ("b", "1")
    assert cell(typed("2017-09-13", "date")) == ("n", "42991")


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        ("12345678901234567890", "integer"),
        ("NaN", "double"),
        ("INF", "double"),
        ("x", "integer"),
        ("2017-02-30", "date"),
        ("0044-03-15", "date"),
        ("2017-09-13Z", "date"),
    ],
)
def test_what_a_spreadsheet_cannot_hold_stays_text(text: str, datatype: str) -> None:
    assert cell(typed(text, datatype)) == ("s", text)


def test_the_head_names_the_variables_and_missing_values_are_empty() -> None:
    table = Table(("a", "b"), [{"b": NamedNode("urn:x")}])
    assert cells(table) == {"A1": ("s", "a"), "B1": ("s", "b"), "B2": ("s", "urn:x")}


def test_the_same_result_gives_the_same_bytes() -> None:
    table = Table(("a",), [{"a": Literal("é")}])
    assert workbook(table) == workbook(table)
