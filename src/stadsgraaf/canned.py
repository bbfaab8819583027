"""A canned query: a question with a name, as people write it and as a release lists it.

>>> known = CannedQuery("known", Text("Is it?", "Is het?"), Text("", ""), "ASK { ?s ?p ?o }", "ask")
>>> CannedQuery.from_json(known.as_json()) == known
True
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stadsgraaf.errors import Language, Text
from stadsgraaf.media import Form
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.parameters import Parameter, bound

__all__ = ["CannedQuery"]


@dataclass(frozen=True)
class CannedQuery:
    """One canned query.

    ``columns`` are what variables of the answer are called on its page. A ``figure`` measures the
    dataset and stands on the page of statistics. Of the ``tags`` one means something here:
    ``start`` puts the question on the landing page.
    """

    name: str
    summary: Text
    description: Text
    sparql: str
    form: Form
    parameters: tuple[Parameter, ...] = ()
    columns: Mapping[str, Text] = field(default_factory=dict)
    competency: str | None = None
    figure: bool = False
    tags: tuple[str, ...] = ()

    def bindings(
        self, given: Mapping[str, str], prefixes: Mapping[str, str] = PREFIXES
    ) -> dict[str, str]:
        """Terms by variable name: what was given as text, else the defaults.

        Raises what `bound` raises.
        """
        return bound(self.parameters, given, prefixes)

    def heads(self, language: Language) -> dict[str, str]:
        """What the columns of its answer are called: as it says, or as its parameters."""
        heads = {each.name: each.label.say(language) for each in self.parameters}
        return heads | {name: said.say(language) for name, said in self.columns.items()}

    def as_json(self) -> dict[str, object]:
        """The query as the release's catalogue lists it."""
        return {
            "name": self.name,
            "summary": self.summary._asdict(),
            "description": self.description._asdict(),
            "competency": self.competency,
            "figure": self.figure,
            "tags": list(self.tags),
            "form": self.form,
            "sparql": self.sparql,
            "parameters": [parameter.as_json() for parameter in self.parameters],
            "columns": {name: label._asdict() for name, label in self.columns.items()},
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "CannedQuery":
        """The query that `as_json` wrote."""
        return cls(
            name=entry["name"],
            summary=Text(**entry["summary"]),
            description=Text(**entry["description"]),
            sparql=entry["sparql"],
            form=entry["form"],
            parameters=tuple(map(Parameter.from_json, entry["parameters"])),
            columns={name: Text(**label) for name, label in entry.get("columns", {}).items()},
            competency=entry["competency"],
            figure=entry.get("figure", False),
            tags=tuple(entry.get("tags", ())),
        )
