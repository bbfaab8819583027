"""The stages of validation, each from a dataset to findings.

Each looks at what the one before let through. A thing in a statement that could not be read counts
as there, so that one syntax error does not bring a hundred findings of absence.
"""

from collections.abc import Callable, Iterator

from stadsgraaf.validation.finding import Finding
from stadsgraaf.validation.stages.difference import difference
from stadsgraaf.validation.stages.evidence import evidence
from stadsgraaf.validation.stages.formatting import formatting
from stadsgraaf.validation.stages.lexical import lexical
from stadsgraaf.validation.stages.names import terms
from stadsgraaf.validation.stages.queries import queries
from stadsgraaf.validation.stages.shapes import shapes
from stadsgraaf.validation.stages.subject import Subject
from stadsgraaf.validation.stages.syntax import syntax
from stadsgraaf.validation.stages.verify import verify

__all__ = ["APART", "BY_FILE", "SCOPED", "STAGES", "WHOLE", "Subject"]

#: In order. The first two look at files, the others at the dataset as a whole.
#: One that gives None has work going on elsewhere: what comes after it need not wait for that.
STAGES: dict[str, Callable[[Subject], Iterator[Finding | None]]] = {
    "syntax": syntax,
    "lexical": lexical,
    "terms": terms,
    "shacl": shapes,
    "verify": verify,
    "evidence": evidence,
    "queries": queries,
    "formatting": formatting,
    "difference": difference,
}

#: Stages that look at the dataset as a whole: of no use when a file could not be read at all.
WHOLE = frozenset({"terms", "shacl", "verify", "evidence", "queries", "difference"})

#: Stages that need not look at what a change cannot affect.
SCOPED = frozenset({"shacl", "verify", "evidence", "queries", "formatting"})

#: Stages that need no other one and can go on beside them.
APART = frozenset({"formatting"})

#: Stages that look at each file by itself, whatever the others say.
BY_FILE = frozenset({"lexical"})
