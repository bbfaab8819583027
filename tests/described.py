"""The shapes that descriptions of datasets are held against, and what they find."""

from pathlib import Path

from pyshacl import validate
from rdflib import Graph, Namespace

SH = Namespace("http://www.w3.org/ns/shacl#")
SHAPES = [
    "dcat-ap/shapes.ttl",
    "dcat-ap/range.ttl",
    "dcat-ap/shapes_recommended.ttl",
    "dcat-ap/mdr-vocabularies.shape.ttl",
    "dcat-ap/deprecateduris.ttl",
    "dcat-ap-nl/dcat-ap-nl-SHACL.ttl",
    "dcat-ap-nl/dcat-ap-nl-SHACL-klassebereik.ttl",
    "dcat-ap-nl/dcat-ap-nl-SHACL-klassebereik-codelijsten.ttl",
    "dcat-ap-nl/dcat-ap-nl-SHACL-aanbevolen.ttl",
    "dcat-ap-nl/dcat-ap-nl-LBL.ttl",
    "dcat-ap-nl/dcat-ap-nl-OPT.ttl",
]


def shapes_in(path: Path) -> Graph:
    """A file of shapes without its references to shapes that nothing defines.

    pySHACL refuses the whole file for them; other engines pass over them.
    """
    shapes = Graph().parse(path)
    for reference in (SH.property, SH.node):
        for subject, shape in list(shapes.subject_objects(reference)):
            if (shape, None, None) not in shapes:
                shapes.remove((subject, reference, shape))
    return shapes


def violations(description: Graph, path: Path) -> set[tuple[str, str, str]]:
    """Focus node, path and message of every Violation; what a result gives as detail is none."""
    _, report, _ = validate(
        description, shacl_graph=shapes_in(path), inference="none", advanced=True
    )
    return {
        (
            str(report.value(result, SH.focusNode)),
            str(report.value(result, SH.resultPath)),
            str(report.value(result, SH.resultMessage)),
        )
        for result in report.objects(None, SH.result)
        if (result, SH.resultSeverity, SH.Violation) in report
    }
