"""Every link of our whole site: ``make links``.

Asks every address that can be reached from the landing page, in each language, in this process; of the
questions in SPARQL that pages lead to, which differ in the thing alone, a number of each form. Prints
what is not there, and links to parts that a page lacks; exit code 1 when there are any.
"""

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path.append(str(ROOT / "web"))

from crawling import Crawl  # noqa: E402 – the path stands above
from samples import publish  # noqa: E402 – as above
from visiting import open_site  # noqa: E402 – as above

from stadsgraaf.settings import Settings  # noqa: E402 – as above

#: Questions of each form that are asked, each answer in each format.
MOST_QUESTIONS = 50
#: Addresses after which it is told how far the walk is.
STEP = 5_000


def walk(crawl: Crawl) -> int:
    """Ask everything; how many addresses that were."""
    visited = 0
    for visited, _ in enumerate(crawl.pages(), 1):
        if visited % STEP == 0:
            sys.stderr.write(f"{visited} addresses\n")
    return visited


def main() -> int:
    """Walk, print, and say whether anything was wrong."""
    article = ROOT.parent.parent / "shared" / "source" / "article.txt"
    settings = Settings(article=str(article) if article.is_file() else "")
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        client = open_site(publish(ROOT.parent, Path(folder)), settings)
        known = set[str]()
        for language, other in (("nl", "en"), ("en", "nl")):
            begun = time.monotonic()
            crawl = Crawl(
                client, f"/{language}/", most_questions=MOST_QUESTIONS, other=other, known=known
            )
            visited = walk(crawl)
            for fault in (*crawl.dead, *crawl.unanchored):
                sys.stdout.write(f"{fault}\n")
            wrong = len(crawl.dead) + len(crawl.unanchored)
            took = time.monotonic() - begun
            sys.stdout.write(
                f"{language}: {visited} addresses, {wrong} broken links, {took:.0f} s\n"
            )
            faults += wrong
        client.close()
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
