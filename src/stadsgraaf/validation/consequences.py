"""One mistake, one finding: what only follows from another finding is left out.

A literal that is not well-formed breaks the shape's pattern as well; a misspelt property is
missing under its right name; a thing that nobody describes is of no class. Who mends the first has
mended the others.
"""

from collections.abc import Iterable

from stadsgraaf.validation.finding import Finding

__all__ = ["without_consequences"]


_COUNTS = frozenset({"MinCount", "QualifiedMinCount"})


def without_consequences(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that stand on their own."""
    given = list(findings)
    values = {
        (finding.focus, finding.path, finding.value)
        for finding in given
        if finding.name == "lexical/literal"
    }
    unknown = {finding.value for finding in given if finding.name.startswith("term/")}
    meant = {
        (finding.focus, f"<{finding.meant}>")
        for finding in given
        if finding.name.startswith("term/") and finding.meant
    }
    return [
        finding
        for finding in given
        if not finding.component
        or not (
            (finding.focus, finding.path, finding.value) in values
            or finding.value in unknown
            or (finding.component == "Closed" and finding.path in unknown)
            or (finding.component in _COUNTS and (finding.focus, finding.path) in meant)
        )
    ]
