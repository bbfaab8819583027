"""A question as a few lines of code that ask it: for a shell, Python, R and JavaScript.

Each runs as it stands, with nothing but what comes with the language:

>>> [snippet.language for snippet in snippets("https://example.org/sparql", "ASK {}", "text/csv")]
['curl', 'Python', 'R', 'JavaScript']
"""

import json
import shlex
from dataclasses import dataclass

__all__ = ["Snippet", "fetching", "snippets"]


@dataclass(frozen=True)
class Snippet:
    """Code in a language."""

    language: str
    code: str

    @property
    def slug(self) -> str:
        """Its name within a page."""
        return self.language.lower()


def snippets(endpoint: str, query: str, media_type: str) -> list[Snippet]:
    """How to send a query to an endpoint, in the body of a POST, and read the answer."""
    return [
        Snippet(
            "curl",
            f"curl {shlex.quote(endpoint)} \\\n  -H 'Accept: {media_type}' \\\n"
            f"  --data-urlencode {shlex.quote('query=' + query)}\n",
        ),
        Snippet(
            "Python",
            "from urllib.parse import urlencode\nfrom urllib.request import Request, urlopen\n\n"
            f"query = {_python(query)}\n"
            f"request = Request(\n    {_text(endpoint)},\n"
            '    data=urlencode({"query": query}).encode(),\n'
            f'    headers={{"Accept": {_text(media_type)}}},\n)\n'
            'with urlopen(request) as answer:\n    print(answer.read().decode("utf-8"))\n',
        ),
        Snippet(
            "R",
            f"query <- {_r(query)}\naddress <- paste0({_text(endpoint)}, "
            f'"?format=", URLencode({_text(media_type)}, reserved = TRUE),\n'
            '  "&query=", URLencode(query, reserved = TRUE))\n' + _read_in_r(media_type),
        ),
        Snippet(
            "JavaScript",
            f"const query = {_text(query)};\n"
            f'const answer = await fetch({_text(endpoint)}, {{\n  method: "POST",\n'
            f"  headers: {{ Accept: {_text(media_type)} }},\n"
            "  body: new URLSearchParams({ query }),\n});\nconsole.log(await answer.text());\n",
        ),
    ]


def fetching(address: str, media_type: str) -> list[Snippet]:
    """How to get what answers at an address."""
    return [
        Snippet("curl", f"curl {shlex.quote(address)}\n"),
        Snippet(
            "Python",
            "from urllib.request import urlopen\n\n"
            f"with urlopen({_text(address)}) as answer:\n"
            '    print(answer.read().decode("utf-8"))\n',
        ),
        Snippet("R", f"address <- {_text(address)}\n" + _read_in_r(media_type)),
        Snippet(
            "JavaScript",
            f"const answer = await fetch({_text(address)});\nconsole.log(await answer.text());\n",
        ),
    ]


def _read_in_r(media_type: str) -> str:
    if media_type == "text/csv":
        return 'print(read.csv(url(address), encoding = "UTF-8"))\n'
    return 'cat(readLines(url(address), encoding = "UTF-8"), sep = "\\n")\n'


def _text(text: str) -> str:
    """A text as Python, R and JavaScript all write it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _python(query: str) -> str:
    """The query as it stands, over several lines, unless something in it forbids that."""
    if '"""' in query or "\\" in query or query.endswith('"') or "\r" in query:
        return repr(query)
    return f'"""{query}"""'


def _r(query: str) -> str:
    """A raw string of R 4: as many dashes as it takes."""
    dashes = ""
    while f'){dashes}"' in query:
        dashes += "-"
    return f'r"{dashes}({query}){dashes}"'
