"""One address of every type of page, of our own dataset and of somebody's folder."""

from typing import Final
from urllib.parse import urlencode

_MUNICIPALITY = "https://w3id.org/stadsgraaf/def/ont/Municipality"
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_ARTICLE = "https://w3id.org/stadsgraaf/id/document/article-2017-09-13"

#: Each type of page, and the address below ``/nl`` or ``/en`` of one of its kind.
PAGES: Final = {
    "home": "/",
    "browse": "/browse",
    "class of things": "/browse?" + urlencode({"class": _MUNICIPALITY}),
    "search form": "/search",
    "search results": "/search?q=amers",
    "search spelled wrong": "/search?q=amersfort",
    "search without result": "/search?q=qqqqq",
    "claims": "/claims",
    "map": "/map",
    "map of a network": "/map?" + urlencode({"thing": "https://w3id.org/stadsgraaf/id/network/g5"}),
    "timeline": "/timeline",
    "vocabulary": "/vocabulary",
    "articles": "/article",
    "data": "/data",
    "queries": "/queries",
    "query": "/queries/list-founders",
    "query with a form": "/queries/list-network-members",
    "query that is asked yes or no": "/queries/ask-platform-exists",
    "query that asks elsewhere": "/queries/list-mayors",
    "workbench": "/sparql",
    "workbench with a result": "/sparql?"
    + urlencode({"query": "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 20"}),
    "accessibility": "/accessibility",
    "privacy": "/privacy",
    "validation form": "/shacl",
    "rules": "/def/rule",
    "rule": "/def/rule/skos/broader-cycle",
    "problem type": "/def/problem/not-found",
    "municipality": "/doc/municipality/gm0307",
    "network": "/doc/network/g5",
    "person": "/doc/person/mark-rutte",
    "organisation": "/doc/organisation/tweede-kamer",
    "claim": "/doc/claim/f146",
    "agreement": "/doc/agreement/smarter-cities-covenant",
    "event": "/doc/event/smart-cities-nyc-2017",
    "document": "/doc/document/vorsten-rutte-iii",
    "platform": "/doc/platform/amersfoort",
    "membership": "/doc/membership/michel-bezuijen-mayor-of-rijswijk",
    "concept": "/doc/def/theme/mobility",
    "concept scheme": "/doc/def/theme",
    "class": "/doc/def/ont/Claim",
    "property": "/doc/def/ont/worksOn",
    "ontology": "/doc/def/ont",
    "shape": "/doc/def/shape/Claim",
    "named graph": "/graph/facts",
    "dataset": "/doc/dataset/stadsgraaf",
    "thing of another": "/resource?" + urlencode({"iri": _LICENCE}),
}
#: Pages that say what is wrong, with their status.
FAULTY: Final = {
    "nothing there": ("/doc/nothing", 404),
    "wrong parameter": ("/search?page=0", 400),
    "wrong value": ("/queries/list-network-members?date=2017-02-30", 400),
    "malformed query": ("/sparql?" + urlencode({"query": "SELECT * { ?s ?p }"}), 400),
}
FOREIGN: Final = {
    "home": "/",
    "browse": "/browse",
    "thing": "/resource?" + urlencode({"iri": "http://elsewhere.example/ns#one"}),
    "class": "/resource?" + urlencode({"iri": "http://elsewhere.example/ns#Person"}),
    "search": "/search?q=one",
    "queries": "/queries",
    "workbench": "/sparql",
    "data": "/data",
}
