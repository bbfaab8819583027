"""What each SHACL constraint found and how to mend it, in plain words.

https://www.w3.org/TR/shacl/#core-components

The message of a shape says what its author wants; these sentences say what is the matter when
there is no message, and why the shape objects when there is one.
"""

from collections.abc import Mapping

from stadsgraaf.errors import Text

__all__ = ["PARAMETERS", "sentences"]

#: The parameter of a component that its sentence names as ``{wanted}``.
PARAMETERS = {
    "Class": "class",
    "Datatype": "datatype",
    "NodeKind": "nodeKind",
    "MinCount": "minCount",
    "MaxCount": "maxCount",
    "MinExclusive": "minExclusive",
    "MinInclusive": "minInclusive",
    "MaxExclusive": "maxExclusive",
    "MaxInclusive": "maxInclusive",
    "MinLength": "minLength",
    "MaxLength": "maxLength",
    "Pattern": "pattern",
    "LanguageIn": "languageIn",
    "UniqueLang": "uniqueLang",
    "Equals": "equals",
    "Disjoint": "disjoint",
    "LessThan": "lessThan",
    "LessThanOrEquals": "lessThanOrEquals",
    "Not": "not",
    "And": "and",
    "Or": "or",
    "Xone": "xone",
    "Node": "node",
    "QualifiedMinCount": "qualifiedMinCount",
    "QualifiedMaxCount": "qualifiedMaxCount",
    "QualifiedValueShape": "qualifiedValueShape",
    "Closed": "closed",
    "HasValue": "hasValue",
    "In": "in",
    "SPARQL": "sparql",
    "Expression": "expression",
}

_REASONS: dict[str, Text] = {
    "Class": Text("{value} is not a {wanted}.", "{value} is geen {wanted}."),
    "Datatype": Text(
        "{value} is not a valid literal of datatype {wanted}.",
        "{value} is geen geldige literal van datatype {wanted}.",
    ),
    "Datatype rdf:langString": Text(
        "{value} is no text with a language.", "{value} is geen tekst met een taal."
    ),
    "NodeKind": Text(
        "{value} is not of the kind {wanted}.", "{value} is niet van de soort {wanted}."
    ),
    "MinCount": Text(
        "{focus} has fewer than {wanted} values of {path}.",
        "{focus} heeft minder dan {wanted} waarden van {path}.",
    ),
    "MinCount 1": Text("{focus} has no {path}.", "{focus} heeft geen {path}."),
    "MaxCount 1": Text("{focus} has more than one {path}.", "{focus} heeft meer dan één {path}."),
    "MaxCount 0": Text("{focus} may not have {path}.", "{focus} mag {path} niet hebben."),
    "MaxCount": Text(
        "{focus} has more than {wanted} values of {path}.",
        "{focus} heeft meer dan {wanted} waarden van {path}.",
    ),
    "MinExclusive": Text(
        "{value} is not greater than {wanted}.", "{value} is niet groter dan {wanted}."
    ),
    "MinInclusive": Text("{value} is less than {wanted}.", "{value} is kleiner dan {wanted}."),
    "MaxExclusive": Text(
        "{value} is not less than {wanted}.", "{value} is niet kleiner dan {wanted}."
    ),
    "MaxInclusive": Text("{value} is greater than {wanted}.", "{value} is groter dan {wanted}."),
    "MinLength": Text(
        "{value} has fewer than {wanted} characters.", "{value} heeft minder dan {wanted} tekens."
    ),
    "MaxLength": Text(
        "{value} has more than {wanted} characters.", "{value} heeft meer dan {wanted} tekens."
    ),
    "Pattern": Text(
        "{value} does not match the pattern {wanted}.",
        "{value} past niet bij het patroon {wanted}.",
    ),
    "LanguageIn": Text(
        "{value} is in none of the languages {wanted}.",
        "{value} is in geen van de talen {wanted}.",
    ),
    "UniqueLang": Text(
        "{focus} has more than one {path} in the same language.",
        "{focus} heeft meer dan één {path} in dezelfde taal.",
    ),
    "Equals": Text(
        "{path} and {wanted} do not have the same values.",
        "{path} en {wanted} hebben niet dezelfde waarden.",
    ),
    "Disjoint": Text(
        "{value} is a value of both {path} and {wanted}.",
        "{value} is een waarde van zowel {path} als {wanted}.",
    ),
    "LessThan": Text(
        "{value} is not less than the value of {wanted}.",
        "{value} is niet kleiner dan de waarde van {wanted}.",
    ),
    "LessThanOrEquals": Text(
        "{value} is greater than the value of {wanted}.",
        "{value} is groter dan de waarde van {wanted}.",
    ),
    "Not": Text("{value} has the shape {wanted}.", "{value} heeft de vorm {wanted}."),
    "And": Text(
        "{value} must meet all of these, and does not: {wanted}.",
        "{value} moet aan al deze voldoen, en doet dat niet: {wanted}.",
    ),
    "Or": Text(
        "{value} meets none of these, and must meet one: {wanted}.",
        "{value} voldoet aan geen van deze, en moet aan een voldoen: {wanted}.",
    ),
    "Xone": Text(
        "{value} must meet exactly one of these: {wanted}.",
        "{value} moet aan precies een van deze voldoen: {wanted}.",
    ),
    "Node": Text(
        "{value} does not have the shape {wanted}.", "{value} heeft niet de vorm {wanted}."
    ),
    "QualifiedMinCount": Text(
        "{focus} has fewer than {wanted} values of {path} of the shape asked for.",
        "{focus} heeft minder dan {wanted} waarden van {path} met de gevraagde vorm.",
    ),
    "QualifiedMaxCount": Text(
        "{focus} has more than {wanted} values of {path} of the shape asked for.",
        "{focus} heeft meer dan {wanted} waarden van {path} met de gevraagde vorm.",
    ),
    "Closed": Text(
        "{path} is not a property that {focus} may have.",
        "{path} is geen eigenschap die {focus} mag hebben.",
    ),
    "HasValue": Text(
        "{wanted} is not among the values of {path} of {focus}.",
        "{wanted} is geen van de waarden van {path} van {focus}.",
    ),
    "In": Text("{value} is none of {wanted}.", "{value} is geen van {wanted}."),
    "Expression": Text(
        "What {shape} computes of {focus} is not true.",
        "Wat {shape} van {focus} berekent is niet waar.",
    ),
    "SPARQL": Text("{focus} breaks the rule {shape}.", "{focus} breekt de regel {shape}."),
}

_MENDS: dict[str, Text] = {
    "Class": Text(
        "Take a {wanted}, or give {value} this type.",
        "Neem een {wanted}, of geef {value} dit type.",
    ),
    "Datatype": Text("Write it as “…”^^{wanted}.", "Schrijf het als “…”^^{wanted}."),
    "Datatype rdf:langString": Text(
        "Give it a language, such as “…”@nl.", "Geef het een taal, zoals “…”@nl."
    ),
    "NodeKind": Text("Write a {wanted} here.", "Schrijf hier een {wanted}."),
    "MinCount": Text("Add {path}.", "Voeg {path} toe."),
    "MaxCount": Text("Keep at most {wanted}.", "Houd er ten hoogste {wanted}."),
    "MaxCount 0": Text("Remove it.", "Haal het weg."),
    "MinExclusive": Text("Take a greater value.", "Neem een grotere waarde."),
    "MinInclusive": Text("Take a value from {wanted} on.", "Neem een waarde vanaf {wanted}."),
    "MaxExclusive": Text("Take a smaller value.", "Neem een kleinere waarde."),
    "MaxInclusive": Text("Take a value up to {wanted}.", "Neem een waarde tot en met {wanted}."),
    "MinLength": Text("Write more.", "Schrijf meer."),
    "MaxLength": Text("Shorten it.", "Maak het korter."),
    "Pattern": Text("Write it in that form.", "Schrijf het in die vorm."),
    "LanguageIn": Text("Give it one of these languages.", "Geef het een van deze talen."),
    "UniqueLang": Text("Keep one for each language.", "Houd er één per taal."),
    "Equals": Text("Give both the same values.", "Geef beide dezelfde waarden."),
    "Disjoint": Text("Remove it from one of them.", "Haal het bij een van beide weg."),
    "LessThan": Text("Mend one of the two.", "Verbeter een van de twee."),
    "LessThanOrEquals": Text("Mend one of the two.", "Verbeter een van de twee."),
    "Closed": Text(
        "Remove it, mend its name, or let the shape allow it.",
        "Haal haar weg, verbeter de naam, of laat de vorm haar toe.",
    ),
    "Not": Text("Take away what gives it that shape.", "Haal weg wat het die vorm geeft."),
    "And": Text("Add what all of them ask for.", "Voeg toe wat zij alle vragen."),
    "Or": Text("Add what one of them asks for.", "Voeg toe wat een ervan vraagt."),
    "Xone": Text(
        "Add what one of them asks for, or take away what meets another too.",
        "Voeg toe wat een ervan vraagt, of haal weg wat ook aan een ander voldoet.",
    ),
    "QualifiedMinCount": Text(
        "Add one that has this shape, or mend one that nearly has.",
        "Voeg er een toe met deze vorm, of verbeter er een die haar bijna heeft.",
    ),
    "QualifiedMaxCount": Text(
        "Keep at most {wanted} that have it.", "Houd er hoogstens {wanted} die haar hebben."
    ),
    "HasValue": Text("Add {wanted}.", "Voeg {wanted} toe."),
    "In": Text("Choose one of these.", "Kies een van deze."),
}


def sentences(component: str, texts: Mapping[str, str]) -> tuple[Text, Text]:
    """What a constraint found, and how to mend it; ``texts`` fills in the names.

    >>> names = {"focus": "ex:a", "path": "ex:p", "wanted": "1"}
    >>> sentences("MinCount", names)[0].en
    'ex:a has no ex:p.'
    """
    special = f"{component} {texts.get('wanted', '')}"
    reason = _REASONS.get(special) or _REASONS.get(component) or _REASONS["SPARQL"]
    mend = _MENDS.get(special) or _MENDS.get(component) or Text("", "")
    known = _Texts(texts)
    return (
        Text(reason.en.format_map(known), reason.nl.format_map(known)),
        Text(mend.en.format_map(known), mend.nl.format_map(known)),
    )


class _Texts(dict[str, str]):
    """What is not named reads as an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"
