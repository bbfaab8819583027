"""What validation found, as quality measurements.

https://www.w3.org/TR/vocab-dqv/
"""

from typing import Final

from pyoxigraph import NamedNode

from stadsgraaf.dataset import report_node
from stadsgraaf.metadata.profile import Names, Profile, Statements, bilingual, iri, text

__all__ = ["quality"]

_METRICS: Final = {
    "violation": ("aantal overtredingen", "number of violations"),
    "warning": ("aantal waarschuwingen", "number of warnings"),
    "info": ("aantal tips", "number of hints"),
}


def quality(said: Statements, names: Names, profile: Profile) -> None:
    """How many findings of each severity the validation report has."""
    if not profile.findings:
        return
    page, base = names.document.value, profile.base_iri
    report = report_node(base) if base else NamedNode(f"{page}#validation-report")
    dimension = NamedNode(f"{page}#validity")
    said.add(report, "rdf:type", iri("sh:ValidationReport"))
    said.add(dimension, "rdf:type", iri("dqv:Dimension"))
    said.add(dimension, "skos:prefLabel", *bilingual("geldigheid", "validity"))
    for severity, (dutch, english) in _METRICS.items():
        metric = NamedNode(f"{page}#metric-{severity}")
        measurement = NamedNode(f"{page}#measurement-{severity}")
        said.add(metric, "rdf:type", iri("dqv:Metric"))
        said.add(metric, "skos:definition", *bilingual(dutch, english))
        said.add(metric, "dqv:expectedDataType", iri("xsd:integer"))
        said.add(metric, "dqv:inDimension", dimension)
        said.add(names.dataset, "dqv:hasQualityMeasurement", measurement)
        said.add(measurement, "rdf:type", iri("dqv:QualityMeasurement"))
        said.add(measurement, "dqv:computedOn", names.dataset)
        said.add(measurement, "dqv:isMeasurementOf", metric)
        said.add(measurement, "dqv:value", text(profile.findings.get(severity, 0), "integer"))
        said.add(measurement, "prov:wasDerivedFrom", report)
