"""One mistake, one finding: what only follows from another finding is left out.

A literal that is not well-formed breaks the shape's pattern as well, and every query that compares
it, and so does a value of another kind or form than asked for; a misspelt property is missing under
its right name; a thing that nobody describes is of no class; what a shape of the dataset says of a
place, a built-in rule need not repeat, nor the same shape in the same words. Who mends the first has
mended the others.
"""

from collections import defaultdict
from collections.abc import Iterable

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation.finding import Finding

__all__ = ["may_follow", "without_consequences"]


_COUNTS = frozenset({"MinCount", "QualifiedMinCount"})
#: Constraints on what a value is: one that fails there fails those on what it says too.
_FORMS = frozenset(
    {"Datatype", "NodeKind", "Pattern"}
    | {f"{end}{kind}" for end in ("Min", "Max") for kind in ("Inclusive", "Exclusive")}
)
#: Constraints on what kind of value it is: one that fails there fails those on its form too.
_KINDS = frozenset({"Datatype", "NodeKind"})
_OF_A_KIND = _FORMS - _KINDS | {"MinLength", "MaxLength", "LanguageIn", "In"}
_LIMITS = frozenset(
    {
        f"{end}{kind}"
        for end in ("Min", "Max")
        for kind in ("Count", "Length", "Inclusive", "Exclusive")
    }
    | {"QualifiedMinCount", "QualifiedMaxCount"}
)
_SAYS = frozenset({"SPARQL", "Class", "Node", "LessThan", "LessThanOrEquals"})
#: Built-in rules of which one is broken whenever another is.
_CAUSED = {
    "label/missing-language": "label/no-language",
    "skos/one-way-top": "skos/top-with-broader",
    "skos/unnamed-top": "skos/broader-cycle",
    "data/self-reference": "skos/broader-cycle",
    "owl/wrong-datatype": "owl/wrong-kind-of-value",
}
_LABELS = (f"<{PREFIXES['skos']}prefLabel>", f"<{PREFIXES['rdfs']}label>")
#: Built-in rules that say of data what shapes often say too.
_VERIFY = ("skos/", "label/", "owl/", "data/")


def without_consequences(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that stand on their own."""
    given = _once(findings)
    causes = _Causes(given)
    return [finding for finding in given if not causes.explain(finding)]


def may_follow(finding: Finding) -> bool:
    """Whether a finding is one of those that what a shape finds may bring about."""
    return finding.component in _SAYS | _OF_A_KIND or finding.name.startswith(
        (*_VERIFY, "shacl/engine", "term/slip")
    )


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Without what a shape says again of a place in the same words, by another constraint."""
    found: dict[object, Finding] = {}
    # the same one stays in whatever order an engine tells them
    for number, finding in enumerate(sorted(findings, key=lambda one: (one.component, one.focus))):
        # what is wrong within a thing is told there once, however many things point at it
        focus = "" if finding.component == "Node" and finding.details else finding.focus
        said = (finding.rule, focus, finding.path, finding.value, finding.span)
        again = bool(finding.component) and finding.component != "SPARQL"
        found.setdefault((*said, finding.message) if again else number, finding)
    return list(found.values())


class _Causes:
    """What may have brought other findings about."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._literals: set[tuple[str, str, str]] = set()
        self._paths: dict[str, set[str]] = defaultdict(set)
        self._unknown: set[str] = set()
        self._meant: set[tuple[str, str]] = set()
        self._named: set[tuple[str, str]] = set()
        self._of_values: set[str] = set()
        self._impossible: set[object] = set()
        self._judged: set[tuple[str, object]] = set()
        self._pathed: set[tuple[str, str]] = set()
        self._misformed: set[tuple[str, str, str]] = set()
        self._mistyped: set[tuple[str, str, str]] = set()
        self._valued: set[tuple[str, str]] = set()
        self._values: dict[str, set[str]] = defaultdict(set)
        self._classless: set[tuple[str, str, str]] = set()
        for finding in findings:
            if finding.name != "term/slip":
                self._learn(finding)

    def _learn(self, finding: Finding) -> None:
        self._named.add((finding.name, finding.focus))
        self._of_values.add(finding.value)
        if finding.name == "shacl/contradiction":
            self._impossible.add(finding.declared)
        elif finding.name == "lexical/literal":
            self._literals.add((finding.focus, finding.path, finding.value))
            self._paths[finding.focus].add(finding.path[1:-1])
        elif finding.name == "lexical/address":
            self._unknown.add(f"<{finding.value}>")
        elif finding.name.startswith("term/"):
            self._unknown.add(finding.value)
            if finding.meant:
                self._meant.add((finding.focus, f"<{finding.meant}>"))
        elif finding.component:
            self._learn_result(finding)

    def _learn_result(self, finding: Finding) -> None:
        place = (finding.focus, finding.path, finding.value)
        self._judged.add((finding.focus, finding.span))
        self._pathed.add((finding.focus, finding.path))
        self._values[finding.value].add(finding.path)
        if finding.component != "SPARQL":
            self._valued.add((finding.path, finding.value))
        for detail in finding.details:
            self._judged.add((detail.focus, detail.span))
        if finding.component == "Class":
            self._classless.add(place)
        if finding.component in _KINDS:
            self._mistyped.add(place)
        if finding.component in _FORMS and finding.value:
            self._misformed.add(place)
            self._paths[finding.focus].add(finding.path[1:-1])

    def explain(self, finding: Finding) -> bool:
        """Whether another finding brought this one about."""
        if finding.name == "term/slip":
            return finding.value in self._of_values
        if finding.name.startswith(_VERIFY):
            return (
                (finding.focus, finding.span) in self._judged
                or (bool(finding.path) and (finding.focus, finding.path) in self._pathed)
                or (
                    finding.name == "label/missing-language"
                    and any((finding.focus, path) in self._pathed for path in _LABELS)
                )
                or finding.value in self._unknown
                or (_CAUSED.get(finding.name, ""), finding.focus) in self._named
            )
        if finding.name == "shacl/engine":
            # rdflib fails on some literals that are not well-formed
            return any(finding.mentions & paths for paths in self._paths.values())
        return bool(finding.component) and (
            self._of_a_form(finding)
            or (finding.component in _LIMITS and finding.declared in self._impossible)
            or (finding.focus, finding.path, finding.value) in self._literals
            or finding.value in self._unknown
            or bool(finding.mentions & self._paths.get(finding.focus, set()))
            or (finding.component == "Closed" and finding.path in self._unknown)
            or (
                finding.component in _COUNTS | {"Closed"}
                and (finding.focus, finding.path) in self._meant
            )
            or self._of_a_value(finding)
        )

    def _of_a_value(self, finding: Finding) -> bool:
        """Whether all that a value lacks of a shape is told elsewhere."""
        if finding.component != "Node" or not finding.details:
            return False
        if (finding.focus, finding.path, finding.value) in self._classless:
            lacks = _COUNTS | {"Class"}
            if all(one.component in lacks for one in finding.details):
                return True
        return all(one.component and self.explain(one) for one in finding.details)

    def _of_a_form(self, finding: Finding) -> bool:
        """Whether a value is of another form, or what uses it is a property, as told elsewhere."""
        place = (finding.focus, finding.path, finding.value)
        return (
            (finding.component in _SAYS and place in self._misformed)
            or (finding.component in _OF_A_KIND and place in self._mistyped)
            # what is said of a property, by way of a value of it
            or (finding.component == "SPARQL" and (finding.focus, finding.value) in self._valued)
            or (
                finding.component == "SPARQL"
                and bool(finding.path)
                and self._is_value(finding.path)
            )
        )

    def _is_value(self, path: str) -> bool:
        # never in a circle, of which nothing would be told
        return any(other not in self._values for other in self._values.get(path, ()))
