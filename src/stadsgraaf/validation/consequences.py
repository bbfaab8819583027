"""One mistake, one finding: what only follows from another finding is left out.

A literal that is not well-formed breaks the shape's pattern as well, and every query that compares
it; a misspelt property is missing under its right name; a thing that nobody describes is of no
class; what a shape of the dataset says of a place, a built-in rule need not repeat. Who mends the
first has mended the others.
"""

from collections import defaultdict
from collections.abc import Iterable

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation.finding import Finding

__all__ = ["VERIFY", "without_consequences"]


_COUNTS = frozenset({"MinCount", "QualifiedMinCount"})
_LABELS = (f"<{PREFIXES['skos']}prefLabel>", f"<{PREFIXES['rdfs']}label>")
#: Built-in rules that say of data what shapes often say too.
VERIFY = ("skos/", "label/", "owl/", "data/")


def without_consequences(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that stand on their own."""
    given = list(findings)
    causes = _Causes(given)
    return [finding for finding in given if not causes.explain(finding)]


class _Causes:
    """What may have brought other findings about."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._literals: set[tuple[str, str, str]] = set()
        self._paths: dict[str, set[str]] = defaultdict(set)
        self._unknown: set[str] = set()
        self._meant: set[tuple[str, str]] = set()
        self._judged: set[tuple[str, object]] = set()
        self._pathed: set[tuple[str, str]] = set()
        for finding in findings:
            if finding.name == "lexical/literal":
                self._literals.add((finding.focus, finding.path, finding.value))
                self._paths[finding.focus].add(finding.path[1:-1])
            elif finding.name.startswith("term/"):
                self._unknown.add(finding.value)
                if finding.meant:
                    self._meant.add((finding.focus, f"<{finding.meant}>"))
            elif finding.component:
                self._judged.add((finding.focus, finding.span))
                self._pathed.add((finding.focus, finding.path))

    def explain(self, finding: Finding) -> bool:
        """Whether another finding brought this one about."""
        if finding.name.startswith(VERIFY):
            return (
                (finding.focus, finding.span) in self._judged
                or (bool(finding.path) and (finding.focus, finding.path) in self._pathed)
                or (
                    finding.name == "label/missing-language"
                    and any((finding.focus, path) in self._pathed for path in _LABELS)
                )
                or finding.value in self._unknown
            )
        if finding.name == "shacl/engine":
            # rdflib fails on some literals that are not well-formed
            return any(finding.mentions & paths for paths in self._paths.values())
        if not finding.component:
            return False
        return (
            (finding.focus, finding.path, finding.value) in self._literals
            or finding.value in self._unknown
            or bool(finding.mentions & self._paths.get(finding.focus, set()))
            or (finding.component == "Closed" and finding.path in self._unknown)
            or (finding.component in _COUNTS and (finding.focus, finding.path) in self._meant)
        )
