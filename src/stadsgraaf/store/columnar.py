"""Solutions as columns with types, for data frames: Apache Arrow, as stream and as file, and Parquet.

https://arrow.apache.org/docs/format/Columnar.html · https://parquet.apache.org/docs/file-format/

Run as ``python -m stadsgraaf.store.columnar FORMAT MIB``, a process of its own: the results come in
as SPARQL TSV and go out whole, or not at all. It is the only one that loads pyarrow, which is large;
it has no network, and so many MiB of memory.

A column has the type that all its values fit: ``int64``, ``double``, ``decimal128``, ``bool``,
``date32``, ``timestamp``; any other one is text. What kind of terms it holds is in the metadata of
its field: ``kind`` (uri, literal, bnode, triple, mixed), and where all have the same one, ``datatype``,
``language`` and ``direction``.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.util import find_spec
from typing import Any, BinaryIO, Final

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.store import sandbox

__all__ = ["is_available", "write"]

_XSD: Final = PREFIXES["xsd"]
_INTEGERS: Final = frozenset(
    _XSD + name
    for name in [
        "integer",
        "nonPositiveInteger",
        "negativeInteger",
        "long",
        "int",
        "short",
        "byte",
        "nonNegativeInteger",
        "unsignedLong",
        "unsignedInt",
        "unsignedShort",
        "unsignedByte",
        "positiveInteger",
    ]
)
_FLOATS: Final = frozenset((_XSD + "double", _XSD + "float"))
_LARGEST: Final = 2**63
_DIGITS: Final = 38
#: Lexical forms, https://www.w3.org/TR/xmlschema11-2/: Python reads other texts as values too, such as 1_0.
_INTEGER: Final = re.compile(r"[+-]?[0-9]+\Z")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\Z")
_DOUBLE: Final = re.compile(
    r"(?:[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN)\Z"
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
#: Not finer than the microseconds that a moment of Python has.
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?\Z"
)
_ROWS_OF_A_BATCH: Final = 65_536


def is_available() -> bool:
    """Whether pyarrow is installed; it is not loaded for that."""
    return find_spec("pyarrow") is not None


def write(source: BinaryIO, chosen: str, target: BinaryIO) -> None:
    """Read SPARQL TSV, write it as ``Arrow`` (a stream) or ``Parquet``."""
    import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415 – this process only

    names, columns, rows = _read(source)
    fields, arrays = [], []
    for name, column in zip(names, columns, strict=True):
        kind, values, make = _typed(column)
        array = pa.array(values, type=make(pa))
        fields.append(pa.field(name, array.type, metadata=kind))
        arrays.append(array)
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    if not names:  # how many solutions there are is all that there is
        table = pa.table({"": pa.nulls(rows)}).select([])
    if chosen == "Parquet":
        import pyarrow.parquet as pq  # type: ignore[import-untyped]  # noqa: PLC0415 – as above

        pq.write_table(table, target)
    else:
        begin = pa.ipc.new_file if chosen == "Feather" else pa.ipc.new_stream
        with begin(target, table.schema) as writer:
            writer.write_table(table, max_chunksize=_ROWS_OF_A_BATCH)


def _read(source: BinaryIO) -> tuple[list[str], list[list[Any]], int]:
    """Names and columns, and how many solutions there are."""
    result = parse_query_results(source, QueryResultsFormat.TSV)
    if isinstance(result, QueryBoolean):
        return ["boolean"], [[Literal(bool(result))]], 1
    assert isinstance(result, QuerySolutions)  # noqa: S101 – there is no third
    names = [variable.value for variable in result.variables]
    columns: list[list[Any]] = [[] for _ in names]
    rows = 0
    for row in result:
        rows += 1
        for column, term in zip(columns, row, strict=True):
            column.append(term)
    return names, columns, rows


_Make = Callable[[Any], Any]


def _typed(column: Sequence[Any]) -> tuple[Mapping[str, str], list[Any], _Make]:
    """What a column holds, its values, and what makes their Arrow type."""
    terms = [term for term in column if term is not None]
    metadata = _metadata(terms)
    datatypes = {term.datatype.value for term in terms if isinstance(term, Literal)}
    if terms and all(isinstance(term, Literal) for term in terms):
        try:
            values, make = _native(datatypes, column)
        except (ValueError, ArithmeticError, LookupError):
            pass  # a value that its type does not have, or Arrow's does not
        else:
            return metadata, values, make
    return metadata, [_lexical(term) for term in column], lambda pa: pa.string()


def _lexical(term: Any) -> str | None:
    if term is None or isinstance(term, Triple):
        return None if term is None else str(term)
    value: str = term.value
    return value


def _metadata(terms: Sequence[Any]) -> dict[str, str]:
    kinds = {_kind(term) for term in terms}
    metadata = {"kind": kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "unbound"}
    if metadata["kind"] == "literal":
        for key, found in (
            ("datatype", {term.datatype.value for term in terms}),
            ("language", {term.language or "" for term in terms}),
            ("direction", {str(term.direction or "") for term in terms}),
        ):
            value = found.pop() if len(found) == 1 else ""
            metadata |= {key: value} if value else {}
    return metadata


def _kind(term: Any) -> str:
    names = ((NamedNode, "uri"), (BlankNode, "bnode"), (Literal, "literal"))
    return next((name for kind, name in names if isinstance(term, kind)), "triple")


def _native(datatypes: set[str], column: Sequence[Any]) -> tuple[list[Any], _Make]:
    """Values of Python that Arrow has a type for. Raises ValueError when there is none."""
    if datatypes <= _INTEGERS:
        return _each(column, _integer), lambda pa: pa.int64()
    if datatypes <= _FLOATS | _INTEGERS | {_XSD + "decimal"} and datatypes & _FLOATS:
        return _each(column, _float), lambda pa: pa.float64()
    if datatypes <= _INTEGERS | {_XSD + "decimal"}:
        return _decimals(column)
    if datatypes == {_XSD + "boolean"}:
        return _each(column, _boolean), lambda pa: pa.bool_()
    if datatypes == {_XSD + "date"}:
        return _each(column, _date), lambda pa: pa.date32()
    if datatypes == {_XSD + "dateTime"}:
        return _moments(column)
    raise ValueError(datatypes)


def _each(column: Sequence[Any], convert: Callable[[str], Any]) -> list[Any]:
    return [None if term is None else convert(term.value) for term in column]


def _form(pattern: re.Pattern[str], text: str) -> str:
    """The text. Raises ValueError when it has not the form."""
    if not pattern.match(text):
        raise ValueError(text)
    return text


def _integer(text: str) -> int:
    number = int(_form(_INTEGER, text))
    if not -_LARGEST <= number < _LARGEST:
        raise ValueError(text)
    return number


def _float(text: str) -> float:
    return float(_form(_DOUBLE, text).replace("INF", "inf"))


def _decimal(text: str) -> Decimal:
    return Decimal(_form(_DECIMAL, text))


def _date(text: str) -> date:
    return date.fromisoformat(_form(_DATE, text))


def _boolean(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text]


def _decimals(column: Sequence[Any]) -> tuple[list[Any], _Make]:
    values = _each(column, _decimal)
    scale = max(
        (-int(value.as_tuple().exponent) for value in values if value is not None), default=0
    )
    scale = max(0, scale)
    whole = max((value.adjusted() + 1 for value in values if value), default=1)
    if max(1, whole) + scale > _DIGITS:
        raise ValueError(scale)
    return values, lambda pa: pa.decimal128(_DIGITS, scale)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(_form(_MOMENT, text))


def _moments(column: Sequence[Any]) -> tuple[list[Any], _Make]:
    values = _each(column, _moment)
    zoned = {value.tzinfo is not None for value in values if value is not None}
    if len(zoned) > 1:
        raise ValueError(zoned)
    if zoned == {True}:
        values = [value and value.astimezone(UTC) for value in values]
        return values, lambda pa: pa.timestamp("us", tz="UTC")
    return values, lambda pa: pa.timestamp("us")


def _main(chosen: str, mib: int) -> int:
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # the others reserve more than they use
    import pyarrow as pa  # noqa: PLC0415 – loaded before the doors are shut
    import pyarrow.parquet  # noqa: PLC0415 – the same

    pa.set_cpu_count(1)
    sandbox.deny_system_calls()
    sandbox.limit_growth(mib)
    try:
        write(sys.stdin.buffer, chosen, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except (MemoryError, pa.ArrowMemoryError):
        return sandbox.OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], int(sys.argv[2])))
