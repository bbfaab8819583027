"""Every error of Stadsgraaf, with its HTTP status, its exit code and its problem details.

Implements the members of RFC 9457, https://www.rfc-editor.org/rfc/rfc9457

::

    StadsgraafError                  500  internal-error
    ├── RequestError                 400  bad-request
    │   ├── MissingParameter         400  missing-parameter
    │   ├── RepeatedParameter        400  repeated-parameter
    │   ├── InvalidParameter         400  invalid-parameter
    │   ├── NotUtf8                  400  not-utf8
    │   ├── MalformedQuery           400  malformed-query
    │   ├── MalformedData            400  malformed-data
    │   ├── QueryTooDeep             400  query-too-deep
    │   ├── QueryTooComplex          400  query-too-complex
    │   ├── NotSupported             400  not-supported
    │   ├── UpdateNotAllowed         400  update-not-allowed
    │   ├── ResultTooLarge           400  result-too-large
    │   ├── NotAuthenticated         401  not-authenticated
    │   ├── NotAllowed               403  not-allowed
    │   ├── ServiceNotAllowed        403  service-not-allowed
    │   ├── NotFound                 404  not-found
    │   │   └── NoSuchRelease        404  no-such-release
    │   ├── MethodNotAllowed         405  method-not-allowed
    │   ├── NotAcceptable            406  not-acceptable
    │   ├── RequestTimeout           408  request-timeout
    │   ├── NotReloaded              409  not-reloaded
    │   ├── Gone                     410  gone
    │   ├── PreconditionFailed       412  precondition-failed
    │   ├── QueryTooLong             413  query-too-long
    │   ├── BodyTooLarge             413  body-too-large
    │   ├── UriTooLong               414  uri-too-long
    │   ├── UnsupportedMediaType     415  unsupported-media-type
    │   │   └── UnsupportedCoding    415  unsupported-coding
    │   ├── RangeNotSatisfiable      416  range-not-satisfiable
    │   ├── ExpectationFailed        417  expectation-failed
    │   ├── TooManyRequests          429  too-many-requests
    │   │   └── ClientTimeUsed       429  client-time-used
    │   ├── HeadersTooLarge          431  headers-too-large
    │   ├── UnknownMethod            501  unknown-method
    │   └── VersionNotSupported      505  version-not-supported
    ├── StoreError                   500  store-error
    │   ├── EvaluationFailed         500  evaluation-failed
    │   ├── StoreUnavailable         502  store-unavailable
    │   │   └── StoreTimeout         504  store-timeout
    │   ├── NotPublished             502  not-published
    │   ├── ServiceFailed            502  service-failed
    │   │   └── ServiceTimeout       504  service-timeout
    │   ├── StoreBusy                503  store-busy
    │   ├── NotReady                 503  not-ready
    │   ├── QueryMemoryLimit         400  query-memory-limit
    │   ├── QueryStopped             503  query-stopped
    │   ├── ValidationFailed         500  validation-failed
    │   ├── ValidationLimit          413  validation-limit
    │   └── QueryTimeout             504  query-timeout
    ├── DataError                    (exit code 1)
    │   ├── SyntaxFault              a file that is not Turtle, or a query that is not SPARQL
    │   ├── EvidenceMismatch         a digest that differs from its passage
    │   ├── InvalidData              a dataset that breaks its rules, and has to keep them
    │   ├── UnreadableData           a dataset with a file that cannot be read
    │   ├── ReleaseShrinks           a dataset that lost more than half of its triples
    │   └── ReleaseDamaged           a release whose bytes are not those that were written
    ├── MachineFault                 (exit code 3)
    │   ├── ArchiveLocked            another build writes there
    │   ├── DiskFull
    │   ├── NoPermission
    │   └── ReadOnly                 a disk that cannot be written to
    └── UsageError                   (exit code 2)
        ├── NoSuchPath
        ├── NothingToServe
        ├── EngineMissing            a SHACL engine that is not installed
        ├── BadConfiguration         a profile or baseline of validation with a mistake
        ├── PortForbidden            a port that only root may listen on
        └── PortTaken

A member given to an error fills the sentence and stands in the problem details too; one that is a
``Text`` does so in the language asked for:

>>> error = MalformedQuery(line=1, column=8, reason="expected WHERE")
>>> error.detail("nl")
'De query is geen geldige SPARQL: regel 1, kolom 8: expected WHERE'
>>> error.problem()["column"]
8
"""

import errno
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, NamedTuple

__all__ = [
    "PROBLEMS",
    "ArchiveLocked",
    "BadConfiguration",
    "BodyTooLarge",
    "ClientTimeUsed",
    "DataError",
    "DiskFull",
    "EngineMissing",
    "EvaluationFailed",
    "EvidenceMismatch",
    "ExpectationFailed",
    "Gone",
    "HeadersTooLarge",
    "InvalidData",
    "InvalidParameter",
    "Language",
    "MachineFault",
    "MalformedData",
    "MalformedQuery",
    "MethodNotAllowed",
    "MissingParameter",
    "NoPermission",
    "NoSuchPath",
    "NoSuchRelease",
    "NotAcceptable",
    "NotAllowed",
    "NotAuthenticated",
    "NotFound",
    "NotPublished",
    "NotReady",
    "NotReloaded",
    "NotSupported",
    "NotUtf8",
    "NothingToServe",
    "PortForbidden",
    "PortTaken",
    "PreconditionFailed",
    "QueryMemoryLimit",
    "QueryStopped",
    "QueryTimeout",
    "QueryTooComplex",
    "QueryTooDeep",
    "QueryTooLong",
    "RangeNotSatisfiable",
    "ReadOnly",
    "ReleaseDamaged",
    "ReleaseShrinks",
    "RepeatedParameter",
    "RequestError",
    "RequestTimeout",
    "ResultTooLarge",
    "ServiceFailed",
    "ServiceNotAllowed",
    "ServiceTimeout",
    "StadsgraafError",
    "StoreBusy",
    "StoreError",
    "StoreTimeout",
    "StoreUnavailable",
    "SyntaxFault",
    "Text",
    "TooManyRequests",
    "UnknownMethod",
    "UnreadableData",
    "UnsupportedCoding",
    "UnsupportedMediaType",
    "UpdateNotAllowed",
    "UriTooLong",
    "UsageError",
    "ValidationFailed",
    "ValidationLimit",
    "VersionNotSupported",
    "of_the_machine",
]

Language = Literal["nl", "en"]

#: Where the page of a problem type lives; the slug follows.
PROBLEMS = "https://w3id.org/stadsgraaf/def/problem/"


class Text(NamedTuple):
    """One sentence in both languages."""

    en: str
    nl: str

    def say(self, language: Language) -> str:
        """The sentence in one of the languages."""
        return self.nl if language == "nl" else self.en


class _Members(dict[str, Any]):
    """Members for ``str.format_map``: one that was not given reads as an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


def _again(kind: "type[StadsgraafError]", members: dict[str, object]) -> "StadsgraafError":
    return kind(**members)


class StadsgraafError(Exception):
    """Base of all errors: ``except StadsgraafError as error: print(error.detail("nl"))``."""

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 3
    slug: ClassVar[str] = "internal-error"
    title: ClassVar[Text] = Text("Internal error", "Interne fout")
    sentence: ClassVar[Text] = Text(
        "The server met an error that it did not expect.",
        "De server kwam een fout tegen die hij niet verwachtte.",
    )

    def __init__(self, **members: object) -> None:
        self.members: Mapping[str, object] = members
        super().__init__(self.detail("en"))

    def __reduce__(self) -> tuple[object, ...]:
        """What makes it anew in the process that another one tells of it."""
        return _again, (type(self), dict(self.members))

    @property
    def type(self) -> str:
        """IRI of the problem type."""
        return PROBLEMS + self.slug

    @property
    def headers(self) -> dict[str, str]:
        """Response headers that go with this error, such as ``Retry-After`` in seconds."""
        retry = self.members.get("retry_after")
        return {} if retry is None else {"Retry-After": str(retry)}

    def detail(self, language: Language = "en") -> str:
        """The sentence of the error, with its members filled in."""
        return self.sentence.say(language).format_map(_Members(self._said(language)))

    def problem(self, language: Language = "en") -> dict[str, object]:
        """The problem details of RFC 9457, section 3, as a JSON object."""
        return {
            "type": self.type,
            "title": self.title.say(language),
            "status": self.status,
            "detail": self.detail(language),
        } | self._said(language)

    def _said(self, language: Language) -> dict[str, object]:
        return {
            name: member.say(language) if isinstance(member, Text) else member
            for name, member in self.members.items()
        }


class RequestError(StadsgraafError):
    """The request is at fault; member ``reason``."""

    status = 400
    exit_code = 2
    slug = "bad-request"
    title = Text("Bad request", "Ongeldig verzoek")
    sentence = Text("The request is not valid: {reason}", "Het verzoek is niet geldig: {reason}")


class MissingParameter(RequestError):
    """A parameter that the request needs is not there; member ``name``."""

    slug = "missing-parameter"
    title = Text("Missing parameter", "Parameter ontbreekt")
    sentence = Text(
        "The parameter “{name}” is missing.",
        "De parameter “{name}” ontbreekt.",
    )


class RepeatedParameter(RequestError):
    """A parameter that may stand once stands twice; member ``name``."""

    slug = "repeated-parameter"
    title = Text("Repeated parameter", "Parameter herhaald")
    sentence = Text(
        "The parameter “{name}” may be given only once.",
        "De parameter “{name}” mag maar één keer voorkomen.",
    )


class InvalidParameter(RequestError):
    """A parameter has a value that cannot be; members ``name`` and ``reason``."""

    slug = "invalid-parameter"
    title = Text("Invalid parameter", "Ongeldige parameter")
    sentence = Text(
        "The parameter “{name}” is not valid: {reason}",
        "De parameter “{name}” is niet geldig: {reason}",
    )


class NotUtf8(RequestError):
    """Bytes that should be UTF-8 are not; member ``part``."""

    slug = "not-utf8"
    title = Text("Not UTF-8", "Geen UTF-8")
    sentence = Text("The {part} is not valid UTF-8.", "Geen geldige UTF-8: {part}.")


class MalformedQuery(RequestError):
    """The query is not SPARQL; members ``reason``, and ``line`` and ``column`` from 1."""

    exit_code = 1
    slug = "malformed-query"
    title = Text("Malformed query", "Ongeldige query")
    sentence = Text(
        "The query is not valid SPARQL: line {line}, column {column}: {reason}",
        "De query is geen geldige SPARQL: regel {line}, kolom {column}: {reason}",
    )


class MalformedData(RequestError):
    """What was sent is not RDF; members ``reason``, and ``line`` and ``column`` from 1.

    ``faults`` are the further ones, each with these members.
    """

    slug = "malformed-data"
    title = Text("Malformed data", "Ongeldige RDF")
    sentence = Text(
        "This is not valid RDF: line {line}, column {column}: {reason}",
        "Dit is geen geldige RDF: regel {line}, kolom {column}: {reason}",
    )


class QueryTooDeep(RequestError):
    """The query nests deeper than allowed; member ``limit``."""

    slug = "query-too-deep"
    title = Text("Query too deep", "Query te diep genest")
    sentence = Text(
        "The query nests deeper than {limit} levels.",
        "De query is dieper genest dan {limit} niveaus.",
    )


class QueryTooComplex(RequestError):
    """The query would exhaust the parser or the planner; member ``reason``."""

    slug = "query-too-complex"
    title = Text("Query too complex", "Query te ingewikkeld")
    sentence = Text(
        "The query is too complex to plan: {reason}",
        "De query is te ingewikkeld om te plannen: {reason}",
    )


class NotSupported(RequestError):
    """The query asks for something that this endpoint does not have; member ``reason``."""

    slug = "not-supported"
    title = Text("Not supported", "Niet ondersteund")
    sentence = Text("This is not supported: {reason}", "Dit wordt niet ondersteund: {reason}")


class UpdateNotAllowed(RequestError):
    """A SPARQL Update was sent to an endpoint that only reads."""

    slug = "update-not-allowed"
    title = Text("Update not allowed", "Wijzigen kan hier niet")
    sentence = Text(
        "This endpoint is read-only; it does not accept SPARQL Update.",
        "Dit endpoint is alleen om te lezen; het accepteert geen SPARQL Update.",
    )


class ResultTooLarge(RequestError):
    """The result is larger than allowed; members ``limit`` and ``unit``."""

    slug = "result-too-large"
    title = Text("Result too large", "Resultaat te groot")
    sentence = Text(
        "The result is larger than {limit} {unit}: add LIMIT, or take the dump.",
        "Het resultaat is groter dan {limit} {unit}: voeg LIMIT toe of neem de dump.",
    )


class NotAuthenticated(RequestError):
    """The request has no valid credentials; member ``reason``."""

    status = 401
    slug = "not-authenticated"
    title = Text("Not authenticated", "Niet geauthenticeerd")
    sentence = Text(
        "This needs valid credentials: {reason}",
        "Hiervoor is een geldig bewijs van toegang nodig: {reason}",
    )

    @property
    def headers(self) -> dict[str, str]:
        """The challenge that RFC 9110, section 15.5.2 asks for, in the scheme of RFC 6750."""
        return super().headers | {"WWW-Authenticate": 'Bearer realm="administration"'}


class NotAllowed(RequestError):
    """The client may not do this; member ``reason``."""

    status = 403
    slug = "not-allowed"
    title = Text("Not allowed", "Niet toegestaan")
    sentence = Text("This is not allowed: {reason}", "Dit is niet toegestaan: {reason}")


class ServiceNotAllowed(RequestError):
    """The query calls a SERVICE that is not on the allow-list; members ``service``, ``available``.

    ``reason`` says what is wrong with a service that is on the list.
    """

    status = 403
    slug = "service-not-allowed"
    title = Text("SERVICE not allowed", "SERVICE niet toegestaan")
    sentence = Text(
        "The query calls SERVICE {service}, which this endpoint does not allow.",
        "De query roept SERVICE {service} aan; dat staat dit endpoint niet toe.",
    )


class NotFound(RequestError):
    """Nothing has this address; member ``what``."""

    status = 404
    slug = "not-found"
    title = Text("Not found", "Niet gevonden")
    sentence = Text("There is nothing at {what}.", "Er is niets op {what}.")


class NoSuchRelease(NotFound):
    """No release has this name, or it is not kept; members ``release`` and ``known`` (a list)."""

    slug = "no-such-release"
    title = Text("No such release", "Onbekende uitgave")
    sentence = Text(
        "There is no release “{release}” here; see “known”.",
        "Er is hier geen uitgave “{release}”; zie “known”.",
    )


class MethodNotAllowed(RequestError):
    """The address does not take this method; members ``method`` and ``allowed`` (a list)."""

    status = 405
    slug = "method-not-allowed"
    title = Text("Method not allowed", "Methode niet toegestaan")
    sentence = Text(
        "This address does not accept {method}.",
        "Dit adres accepteert geen {method}.",
    )

    @property
    def headers(self) -> dict[str, str]:
        """The ``Allow`` header that RFC 9110, section 15.5.6 asks for."""
        allowed = self.members.get("allowed")
        names = allowed if isinstance(allowed, list | tuple) else ()
        return super().headers | {"Allow": ", ".join(map(str, names))}


class NotAcceptable(RequestError):
    """No offered media type satisfies ``Accept``; member ``available``, a list of media types."""

    status = 406
    slug = "not-acceptable"
    title = Text("Not acceptable", "Niet leverbaar")
    sentence = Text(
        "None of the media types asked for can be given; see “available”.",
        "Geen van de gevraagde mediatypen kan geleverd worden; zie “available”.",
    )


class RequestTimeout(RequestError):
    """The request did not come in time; member ``seconds``."""

    status = 408
    slug = "request-timeout"
    title = Text("Request timeout", "Verzoek te traag")
    sentence = Text(
        "The request was not complete within {seconds} seconds.",
        "Het verzoek was niet compleet binnen {seconds} seconden.",
    )


class NotReloaded(RequestError):
    """There is no other release to switch to; member ``reason``: the old one goes on."""

    status = 409
    exit_code = 1
    slug = "not-reloaded"
    title = Text("Not reloaded", "Niet herladen")
    sentence = Text(
        "The current release stays in place: {reason}",
        "De huidige uitgave blijft staan: {reason}",
    )


class Gone(RequestError):
    """What was here is not published any more; members ``what`` and ``reason``."""

    status = 410
    slug = "gone"
    title = Text("Gone", "Vervallen")
    sentence = Text("{what} is no longer published: {reason}", "{what} is vervallen: {reason}")


class PreconditionFailed(RequestError):
    """What the client has is of another release: ``PreconditionFailed(etag='"0f3c"')``."""

    status = 412
    slug = "precondition-failed"
    title = Text("Precondition failed", "Aan de voorwaarde is niet voldaan")
    sentence = Text(
        "This is not the version that the request asks for: its entity tag is {etag}.",
        "Dit is niet de versie waar het verzoek om vraagt: de entity tag ervan is {etag}.",
    )


class QueryTooLong(RequestError):
    """The query has too many bytes; member ``limit``, in bytes."""

    status = 413
    slug = "query-too-long"
    title = Text("Query too long", "Query te lang")
    sentence = Text(
        "The query is longer than {limit} bytes.",
        "De query is langer dan {limit} bytes.",
    )


class BodyTooLarge(RequestError):
    """The request body is too large; member ``limit``, in bytes."""

    status = 413
    slug = "body-too-large"
    title = Text("Body too large", "Verzoek te groot")
    sentence = Text(
        "The request body is larger than {limit} bytes.",
        "De inhoud van het verzoek is groter dan {limit} bytes.",
    )


class UriTooLong(RequestError):
    """The address of the request is too long; member ``limit``, in bytes."""

    status = 414
    slug = "uri-too-long"
    title = Text("Address too long", "Adres te lang")
    sentence = Text(
        "The address is longer than {limit} bytes: send the query by POST.",
        "Het adres is langer dan {limit} bytes: stuur de query met POST.",
    )


class UnsupportedMediaType(RequestError):
    """The body has a media type that is not taken; members ``given``, ``supported`` (a list)."""

    status = 415
    slug = "unsupported-media-type"
    title = Text("Unsupported media type", "Mediatype niet ondersteund")
    sentence = Text(
        "A body of type “{given}” is not accepted here; see “supported”.",
        "Inhoud van type “{given}” wordt hier niet geaccepteerd; zie “supported”.",
    )
    #: The field of the answer that says what is taken, RFC 9110, section 15.5.16.
    field: ClassVar[str] = "Accept"

    @property
    def headers(self) -> dict[str, str]:
        """What would have been taken."""
        supported = self.members.get("supported")
        names = supported if isinstance(supported, list | tuple) else ()
        return super().headers | {self.field: ", ".join(map(str, names))}


class UnsupportedCoding(UnsupportedMediaType):
    """The body is packed in a way that is not taken; members ``given``, ``supported`` (a list)."""

    slug = "unsupported-coding"
    title = Text("Unsupported coding", "Codering niet ondersteund")
    sentence = Text(
        "A body encoded as “{given}” is not accepted here; see “supported”.",
        "Inhoud met codering “{given}” wordt hier niet geaccepteerd; zie “supported”.",
    )
    field = "Accept-Encoding"


class RangeNotSatisfiable(RequestError):
    """No byte of the file is in the ranges asked for: ``RangeNotSatisfiable(length=1200)``."""

    status = 416
    slug = "range-not-satisfiable"
    title = Text("Range not satisfiable", "Bereik niet leverbaar")
    sentence = Text(
        "None of the bytes asked for is in the file, which has {length} bytes.",
        "Geen van de gevraagde bytes is in het bestand, dat {length} bytes heeft.",
    )

    @property
    def headers(self) -> dict[str, str]:
        """How long the file is, as RFC 9110, section 15.5.17 asks for."""
        return super().headers | {"Content-Range": f"bytes */{self.members['length']}"}


class ExpectationFailed(RequestError):
    """The request expects what nobody here does: ``ExpectationFailed(expected="200-ok")``."""

    status = 417
    slug = "expectation-failed"
    title = Text("Expectation failed", "Verwachting niet vervuld")
    sentence = Text(
        "This server cannot meet the expectation of the request: {expected}",
        "Deze server kan niet voldoen aan wat het verzoek verwacht: {expected}",
    )


class TooManyRequests(RequestError):
    """The client asks too much; member ``retry_after``, in seconds."""

    status = 429
    slug = "too-many-requests"
    title = Text("Too many requests", "Te veel verzoeken")
    sentence = Text(
        "Too many requests at once from this client: try again in {retry_after} s.",
        "Te veel verzoeken tegelijk van deze client: probeer het over {retry_after} s opnieuw.",
    )


class ClientTimeUsed(TooManyRequests):
    """The client used its time; members ``limit`` (seconds per minute), ``retry_after``."""

    slug = "client-time-used"
    title = Text("Evaluation time used", "Rekentijd verbruikt")
    sentence = Text(
        "This client used its {limit} s of evaluation per minute: try again in {retry_after} s.",
        "Deze client heeft zijn {limit} s rekentijd per minuut verbruikt: "
        "probeer het over {retry_after} s opnieuw.",
    )


class HeadersTooLarge(RequestError):
    """The request's headers are too large; member ``limit``, in bytes."""

    status = 431
    slug = "headers-too-large"
    title = Text("Headers too large", "Headers te groot")
    sentence = Text(
        "The headers are larger than {limit} bytes.",
        "De headers zijn groter dan {limit} bytes.",
    )


class UnknownMethod(RequestError):
    """No address here takes a method of this name; member ``method``."""

    status = 501
    slug = "unknown-method"
    title = Text("Unknown method", "Onbekende methode")
    sentence = Text(
        "No address here accepts the method {method}.",
        "Geen adres hier accepteert de methode {method}.",
    )


class VersionNotSupported(RequestError):
    """The request is in a version of HTTP that is not spoken here."""

    status = 505
    slug = "version-not-supported"
    title = Text("HTTP version not supported", "HTTP-versie niet ondersteund")
    sentence = Text("This server speaks HTTP/1.1.", "Deze server spreekt HTTP/1.1.")


class StoreError(StadsgraafError):
    """The store could not answer; member ``reason``."""

    slug = "store-error"
    title = Text("Store error", "Fout in de opslag")
    sentence = Text("The store failed: {reason}", "De opslag faalde: {reason}")


class EvaluationFailed(StoreError):
    """The engine gave up on a query for a reason of its own; member ``reason``."""

    slug = "evaluation-failed"
    title = Text("Evaluation failed", "Uitvoeren mislukt")
    sentence = Text(
        "The query could not be evaluated: {reason}",
        "De query kon niet worden uitgevoerd: {reason}",
    )


class StoreUnavailable(StoreError):
    """The store does not answer, or answers garbage; member ``reason``."""

    status = 502
    slug = "store-unavailable"
    title = Text("Store unavailable", "Opslag onbereikbaar")
    sentence = Text("The store is not available: {reason}", "De opslag is onbereikbaar: {reason}")


class StoreTimeout(StoreUnavailable):
    """The store behind this endpoint is too slow, or says so itself; member ``limit`` in seconds."""

    status = 504
    slug = "store-timeout"
    title = Text("Store timeout", "Opslag te traag")
    sentence = Text(
        "The store behind this endpoint did not answer in time ({limit} s).",
        "De opslag achter dit endpoint antwoordde niet op tijd ({limit} s).",
    )


class NotPublished(StoreError):
    """A release could not be loaded into a store; member ``reason``."""

    status = 502
    slug = "not-published"
    title = Text("Not published", "Niet gepubliceerd")
    sentence = Text(
        "The release was not published; what could be read before still can: {reason}",
        "De uitgave is niet gepubliceerd; wat leesbaar was, is dat nog steeds: {reason}",
    )


class ServiceFailed(StoreError):
    """An endpoint that the query calls in SERVICE did not answer well; ``service``, ``reason``."""

    status = 502
    slug = "service-failed"
    title = Text("Service failed", "Service faalde")
    sentence = Text(
        "The service {service}, which the query calls, failed: {reason}",
        "De service {service}, die de query aanroept, faalde: {reason}",
    )


class ServiceTimeout(ServiceFailed):
    """An endpoint that the query calls did not answer in time; ``service``, ``limit`` in seconds."""

    status = 504
    slug = "service-timeout"
    title = Text("Service timeout", "Service te traag")
    sentence = Text(
        "The service {service}, which the query calls, did not answer within {limit} s.",
        "De service {service}, die de query aanroept, antwoordde niet binnen {limit} s.",
    )


class StoreBusy(StoreError):
    """All workers are taken and the queue is full; member ``retry_after``, in seconds."""

    status = 503
    slug = "store-busy"
    title = Text("Server busy", "Server bezet")
    sentence = Text(
        "The server is busy: try again in {retry_after} s.",
        "De server is bezet: probeer het over {retry_after} s opnieuw.",
    )


class NotReady(StoreError):
    """The server lives and cannot answer questions now; members ``reason`` and ``retry_after``."""

    status = 503
    slug = "not-ready"
    title = Text("Not ready", "Niet gereed")
    sentence = Text(
        "This server cannot answer questions now: {reason}",
        "Deze server kan nu geen vragen beantwoorden: {reason}",
    )


class QueryMemoryLimit(StoreError):
    """The query asked for more memory than allowed; member ``limit``, in MiB.

    Asking again does not help, so it is no 503.
    """

    status = 400
    slug = "query-memory-limit"
    title = Text("Query out of memory", "Query kost te veel geheugen")
    sentence = Text(
        "The query needed more than {limit} MiB of memory: make it smaller.",
        "De query had meer dan {limit} MiB geheugen nodig: maak hem kleiner.",
    )


class QueryStopped(StoreError):
    """Who looks after the server stopped the query; member ``retry_after``, in seconds."""

    status = 503
    slug = "query-stopped"
    title = Text("Query stopped", "Query gestopt")
    sentence = Text(
        "An administrator stopped this query.",
        "Een beheerder heeft deze query gestopt.",
    )


class ValidationFailed(StoreError):
    """The process that validates ended in a way that it should not."""

    slug = "validation-failed"
    title = Text("Validation failed", "Validatie mislukt")
    sentence = Text(
        "The validation ended without a report.", "De validatie eindigde zonder rapport."
    )


class ValidationLimit(StoreError):
    """A validation took too much; member ``reason`` says of what."""

    status = 413
    slug = "validation-limit"
    title = Text("Validation took too much", "Validatie kostte te veel")
    sentence = Text(
        "The validation was stopped: {reason}. Send less data at a time.",
        "De validatie is gestopt: {reason}. Stuur minder data tegelijk.",
    )


class QueryTimeout(StoreError):
    """The query took longer than allowed; member ``limit``, in seconds."""

    status = 504
    slug = "query-timeout"
    title = Text("Query timeout", "Query duurde te lang")
    sentence = Text(
        "The query was stopped after {limit} s: make it smaller, or add LIMIT.",
        "De query is na {limit} s gestopt: maak hem kleiner of voeg LIMIT toe.",
    )


class DataError(StadsgraafError):
    """What people wrote is at fault; member ``reason``."""

    exit_code = 1
    slug = "data-error"
    title = Text("Fault in the data", "Fout in de data")
    sentence = Text(
        "There is a fault in the data: {reason}", "Er zit een fout in de data: {reason}"
    )


class SyntaxFault(DataError):
    """A file cannot be read; members ``file``, ``line``, ``column`` (from 1) and ``reason``."""

    slug = "syntax-fault"
    title = Text("Syntax error", "Syntaxisfout")
    sentence = Text("{file}:{line}:{column}: {reason}", "{file}:{line}:{column}: {reason}")


class EvidenceMismatch(DataError):
    """A passage is not what a claim says it is; member ``reason``."""

    slug = "evidence-mismatch"
    title = Text("Evidence does not match", "Bewijs klopt niet")
    sentence = Text("The evidence does not match: {reason}", "Het bewijs klopt niet: {reason}")


class InvalidData(DataError):
    """The dataset breaks rules that it has to keep; member ``count``, a number of findings."""

    slug = "invalid-data"
    title = Text("Invalid data", "Ongeldige data")
    sentence = Text(
        "The dataset has {count} violation(s); it is not published."
        " Use --no-validate to publish it all the same.",
        "De dataset heeft {count} overtreding(en); hij wordt niet gepubliceerd."
        " Gebruik --no-validate om hem toch te publiceren.",
    )


class UnreadableData(DataError):
    """Files of the dataset cannot be read; member ``count``, a number of mistakes in them."""

    slug = "unreadable-data"
    title = Text("Unreadable data", "Onleesbare data")
    sentence = Text(
        "The dataset is not published, because part of it cannot be read: {count} mistake(s), listed"
        " above.",
        "De dataset wordt niet gepubliceerd, omdat een deel ervan niet te lezen is: {count} fout(en),"
        " hierboven genoemd.",
    )


class ReleaseShrinks(DataError):
    """A new release has less than half the triples; members ``before`` and ``after``."""

    slug = "release-shrinks"
    title = Text("Release shrinks", "Uitgave krimpt")
    sentence = Text(
        "The new release would have {after} triples where the old one has {before}:"
        " use --force if that is meant.",
        "De nieuwe uitgave zou {after} triples hebben waar de oude er {before} heeft:"
        " gebruik --force als dat de bedoeling is.",
    )


class ReleaseDamaged(DataError):
    """A release is not what was written; members ``release`` and ``reason``."""

    slug = "release-damaged"
    title = Text("Release damaged", "Uitgave beschadigd")
    sentence = Text(
        "The release {release} is damaged: {reason}",
        "De uitgave {release} is beschadigd: {reason}",
    )


class MachineFault(StadsgraafError):
    """The machine does not give what is needed; member ``reason``."""

    slug = "machine-fault"
    title = Text("Fault of the machine", "Fout van de machine")
    sentence = Text(
        "The machine does not allow this: {reason}", "De machine laat dit niet toe: {reason}"
    )


class ArchiveLocked(MachineFault):
    """Another build, switch or rollback is at work; members ``path`` and ``pid``."""

    slug = "archive-locked"
    title = Text("Archive locked", "Archief bezet")
    sentence = Text(
        "{path} is locked by pid {pid}, which is writing a release there.",
        "{path} is bezet door pid {pid}, dat er een uitgave schrijft.",
    )


class DiskFull(MachineFault):
    """There is no space left on the device; member ``path``."""

    slug = "disk-full"
    title = Text("Disk full", "Schijf vol")
    sentence = Text(
        "There is no space left on the device of {path}.",
        "Er is geen ruimte meer op de schijf van {path}.",
    )


class NoPermission(MachineFault):
    """The user that runs this may not read or write there; member ``path``."""

    slug = "no-permission"
    title = Text("No permission", "Geen toestemming")
    sentence = Text(
        "This user may not read or write {path}.",
        "Deze gebruiker mag {path} niet lezen of schrijven.",
    )


class ReadOnly(MachineFault):
    """The disk is mounted to be read only; member ``path``."""

    slug = "read-only"
    title = Text("Disk is read-only", "Schijf alleen te lezen")
    sentence = Text(
        "{path} is on a disk that can only be read.",
        "{path} staat op een schijf die alleen te lezen is.",
    )


def of_the_machine(error: OSError) -> StadsgraafError | None:
    """What the machine refused, in words; None for an error that says nothing of the machine.

    >>> of_the_machine(OSError(28, "No space left on device", "/data")).slug
    'disk-full'
    """
    path = error.filename or Text("the output", "de uitvoer")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(path=path)
    if error.errno in (errno.EACCES, errno.EPERM):
        return NoPermission(path=path)
    if error.errno == errno.EROFS:
        return ReadOnly(path=path)
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return NoSuchPath(path=path)
    return None


class UsageError(StadsgraafError):
    """The command was called wrongly; member ``reason``."""

    status = 400
    exit_code = 2
    slug = "usage-error"
    title = Text("Usage error", "Verkeerd gebruik")
    sentence = Text("{reason}", "{reason}")


class NoSuchPath(UsageError):
    """A path that was named does not exist; member ``path``."""

    slug = "no-such-path"
    title = Text("No such path", "Pad bestaat niet")
    sentence = Text("{path} does not exist.", "{path} bestaat niet.")


class NothingToServe(UsageError):
    """A folder has no Turtle in it; members ``path`` and ``others``, what else it has."""

    slug = "nothing-to-serve"
    title = Text("Nothing to serve", "Niets te serveren")
    sentence = Text(
        "{path} holds no Turtle file (*.ttl){others}.",
        "In {path} staat geen Turtle-bestand (*.ttl){others}.",
    )


class EngineMissing(UsageError):
    """A SHACL engine is not installed; members ``engine`` and ``install``, the package."""

    slug = "engine-missing"
    title = Text("Engine not installed", "Engine niet geïnstalleerd")
    sentence = Text(
        "The SHACL engine {engine} is not installed: pip install '{install}'.",
        "De SHACL-engine {engine} is niet geïnstalleerd: pip install '{install}'.",
    )


class BadConfiguration(UsageError):
    """A file that configures validation has a mistake; members ``file``, ``line``, ``reason``."""

    slug = "bad-configuration"
    title = Text("Mistake in a configuration", "Fout in een configuratie")
    sentence = Text("{file}:{line}: {reason}", "{file}:{line}: {reason}")


class PortForbidden(UsageError):
    """Only root may listen there; members ``host`` and ``port``."""

    slug = "port-forbidden"
    title = Text("Port not allowed", "Poort niet toegestaan")
    sentence = Text(
        "This user may not listen on {host}:{port}: choose a port from 1024 on with --port.",
        "Deze gebruiker mag niet luisteren op {host}:{port}: kies met --port een poort vanaf 1024.",
    )


class PortTaken(UsageError):
    """Another program listens there; members ``host`` and ``port``."""

    slug = "port-taken"
    title = Text("Port taken", "Poort bezet")
    sentence = Text(
        "Another program listens on {host}:{port}: choose another with --port.",
        "Op {host}:{port} luistert al een programma: kies een andere met --port.",
    )
