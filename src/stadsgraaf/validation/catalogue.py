"""Every built-in rule: its name, what it means, how to mend what it finds, an example of each.

The examples are run as the rules' tests: the bad one is found, the good one is not. A verify rule
is a SPARQL query in ``checks/`` and tells all this in its header.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from stadsgraaf.errors import Text
from stadsgraaf.queries import read_yaml
from stadsgraaf.records import RuleRecord
from stadsgraaf.validation.finding import NO_TEXT, RULES, Finding, Severity, Span

__all__ = ["Rule", "rule", "rules"]


@dataclass(frozen=True)
class Rule:
    """One rule. ``good`` and ``bad`` are Turtle, or what ``form`` says: the ending of such a file.

    ``before`` is what the last release said, for rules on what changed; ``source`` the text of the
    source, for rules on evidence; ``beside`` the data, for rules on a file beside them. ``encoding``
    is that in which the bad example is saved. A rule that no text breaks for sure says why in
    ``unprovoked``, and has no examples.

    ``message`` and ``mend`` may name ``{this}``, ``{path}`` and ``{value}``.

    ``query`` is the SPARQL of a verify rule: each solution is a finding, at ``?this``, ``?path``
    and ``?value``.
    """

    name: str
    severity: Severity
    title: Text
    why: Text
    mend: Text
    message: Text
    good: str
    bad: str
    query: str = ""
    before: str = ""
    source: str = ""
    beside: str = ""
    form: str = "ttl"
    encoding: str = "utf-8"
    unprovoked: Text = NO_TEXT

    @property
    def iri(self) -> str:
        """The IRI of the rule."""
        return RULES + self.name

    def finding(
        self,
        *,
        span: Span,
        message: Text,
        engine: str = "",
        value: str = "",
        excerpt: str = "",
        meant: str = "",
    ) -> Finding:
        """What the rule found at a place: its severity, why it is wrong, and how to mend it."""
        return Finding(
            rule=self.iri,
            name=self.name,
            severity=self.severity,
            span=span,
            message=message,
            reason=self.why,
            mend=self.mend,
            engine=engine,
            value=value,
            excerpt=excerpt,
            meant=meant,
        )

    @property
    def _examples(self) -> tuple[str, ...]:
        return self.before, self.source, self.beside, self.bad, self.good

    def as_json(self) -> RuleRecord:
        """The rule as a JSON object; texts by language tag."""
        return {
            "name": self.name,
            "iri": self.iri,
            "severity": self.severity.value,
            "title": self.title._asdict(),
            "why": self.why._asdict(),
            "mend": self.mend._asdict(),
            "before": self.before.strip(),
            "source": self.source,
            "beside": self.beside.strip(),
            "encoding": self.encoding,
            "unprovoked": self.unprovoked._asdict(),
            "good": self.good.strip(),
            "bad": self.bad.strip(),
            "query": self.query.strip(),
        }

    def explain(self, language: str) -> str:
        """A page about the rule, in Markdown."""
        dutch = language == "nl"
        words = _DUTCH if dutch else _ENGLISH

        def say(text: Text) -> str:
            return text.nl if dutch else text.en

        kind = _KINDS.get(self.form, "turtle")
        kinds = (*["turtle", "", "turtle"], kind, kind)
        saved = f" ({words[8]} {self.encoding})" if self.encoding != "utf-8" else ""
        titles = (*words[2:5], words[5] + saved, words[6])
        return (
            f"# {self.name} – {say(self.title)}\n\n"
            f"{self.severity} · <{self.iri}>\n\n"
            f"## {words[0]}\n\n{say(self.why)}\n\n"
            f"## {words[1]}\n\n{say(self.mend)}\n\n"
            + "\n".join(
                f"## {title}\n\n```{kind}\n{example.strip()}\n```\n"
                for title, kind, example in zip(titles, kinds, self._examples, strict=True)
                if example
            )
            + (f"## {words[7]}\n\n{say(self.unprovoked)}\n" if self.unprovoked.en else "")
        )


#: What Markdown calls a format, by the ending of a file.
_KINDS = {"rq": "sparql", "jsonld": "json", "nt": "ntriples", "json": "json"}
_ENGLISH = (
    "Why",
    "What to do",
    "The last release",
    "The source",
    "The data",
    "Wrong",
    "Right",
    "Why there is no example",
    "saved as",
)
_DUTCH = (
    "Waarom",
    "Wat te doen",
    "De vorige versie",
    "De bron",
    "De data",
    "Fout",
    "Goed",
    "Waarom er geen voorbeeld is",
    "bewaard als",
)
_PACKAGE = "stadsgraaf.validation"


def _text(entry: Mapping[str, Any], key: str) -> Text:
    english = str(entry[key]).strip()
    return Text(english, str(entry[f"{key}-nl"]).strip())


def _rule(name: str, entry: Mapping[str, Any], query: str = "") -> Rule:
    return Rule(
        name=name,
        severity=Severity(entry.get("severity", "violation")),
        title=_text(entry, "title"),
        why=_text(entry, "why"),
        mend=_text(entry, "mend"),
        message=_text(entry, "message" if "message" in entry else "title"),
        unprovoked=_text(entry, "unprovoked") if "unprovoked" in entry else NO_TEXT,
        good=str(entry.get("good", "")),
        bad=str(entry.get("bad", "")),
        query=query,
        before=str(entry.get("before", "")),
        source=str(entry.get("source", "")),
        beside=str(entry.get("beside", "")),
        encoding=str(entry.get("encoding", "utf-8")),
        form=str(entry.get("form", "rq" if name.startswith("query/") else "ttl")),
    )


def _read() -> Iterator[Rule]:
    here = files(_PACKAGE)
    built_in = read_yaml(here.joinpath("rules.yaml").read_text(encoding="utf-8"))
    for name, entry in built_in.items():
        yield _rule(name, entry)
    for folder in sorted(here.joinpath("checks").iterdir(), key=lambda item: item.name):
        if not folder.is_dir():
            continue
        for item in sorted(folder.iterdir(), key=lambda item: item.name):
            if item.name.endswith(".rq"):
                yield read_check(
                    f"{folder.name}/{item.name.removesuffix('.rq')}",
                    item.read_text(encoding="utf-8"),
                )


def read_check(name: str, text: str) -> Rule:
    """A verify rule from the text of its file. Raises KeyError when its header lacks something."""
    lines = text.splitlines()
    header = [line[2:].removeprefix(" ") for line in lines if line.startswith("#+")]
    query = "\n".join(line for line in lines if not line.startswith("#+")).strip() + "\n"
    return _rule(name, read_yaml("\n".join(header)), query)


@cache
def rules() -> Mapping[str, Rule]:
    """All built-in rules by name."""
    return {found.name: found for found in _read()}


def rule(name: str) -> Rule:
    """One rule. Raises KeyError when there is none of that name."""
    return rules()[name]
