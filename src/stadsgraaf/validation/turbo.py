"""pyshacl-turbo, a SHACL engine in Rust, as an optional extra: ``pip install stadsgraaf[turbo]``.

https://www.w3.org/TR/shacl/

Data and shapes go in as they are written: neither rdflib nor a store changes a literal on the way.
"""

import warnings
from collections.abc import Sequence

import rdflib
from pyoxigraph import RdfFormat, Triple, serialize

from stadsgraaf.errors import EngineMissing
from stadsgraaf.validation import bridge
from stadsgraaf.validation.results import Result, read_report

__all__ = ["require", "validate"]


def validate(
    triples: Sequence[Triple], shapes: rdflib.Graph, *, advanced: bool = False
) -> tuple[list[Result], list[str], str]:
    """The results, warnings of recursion, and why there are none when it refuses the shapes.

    ``advanced`` evaluates SHACL-AF too.

    Raises EngineMissing when the extra is not installed.
    """
    require()
    import pyshacl_turbo  # noqa: PLC0415 – an extra
    from pyshacl_turbo.rdf import Input  # noqa: PLC0415 – as above

    # a line of N-Triples is one of N-Quads
    lines = serialize(_plain(triples), format=RdfFormat.N_TRIPLES) or b""
    given = Input(lines.decode(), "nquads", None, {}, preserve_ids=True)
    with warnings.catch_warnings(record=True) as warned, bridge.quiet():
        warnings.simplefilter("always", pyshacl_turbo.ShapeRecursionWarning)
        try:
            _, report, text = pyshacl_turbo.validate(
                given, shacl_graph=shapes, advanced=advanced, _normalize_report_literals=False
            )
        except (RuntimeError, ValueError, TypeError, NotImplementedError) as error:
            return [], [], f"{type(error).__name__}: {error}"
        if not isinstance(report, rdflib.Graph):
            return [], [], str(text)
        results = list(dict.fromkeys(read_report(report)))
    return results, [str(one.message) for one in warned], ""


def require() -> None:
    """Raise EngineMissing when the extra is not installed."""
    try:
        import pyshacl_turbo.rdf  # noqa: PLC0415, F401 – an extra, perhaps not there
    except ImportError:
        raise EngineMissing(engine="turbo", install="stadsgraaf[turbo]") from None


def _plain(triples: Sequence[Triple]) -> Sequence[Triple]:
    """Without triple terms (RDF 1.2), of which SHACL 1.0 knows nothing."""
    if not any(isinstance(triple.object, Triple) for triple in triples):
        return triples
    return [triple for triple in triples if not isinstance(triple.object, Triple)]
