"""The HTML of every type of page is valid, by html-validate's reading of the HTML standard."""

import json
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from addresses import FAULTY, FOREIGN, PAGES
from chromium import NODE_MODULES

#: The standard's rules, and those of WCAG; not its matters of taste.
RULES = {
    "extends": ["html-validate:standard", "html-validate:a11y"],
    "rules": {
        # a region that scrolls must have a stop; a list of styled links keeps its role in Safari
        "no-redundant-role": "off",
        "prefer-native-element": "off",
        "tel-non-breaking": "off",
        "no-trailing-whitespace": "off",
        "void-style": "off",
        "doctype-style": "off",
    },
}


def save(base: str, path: str, file: Path) -> None:
    request = urllib.request.Request(base + path, headers={"Accept": "text/html"})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            file.write_bytes(response.read())
    except urllib.error.HTTPError as error:
        file.write_bytes(error.read())


def faults(folder: Path) -> list[str]:
    """What html-validate holds against the pages in a folder."""
    command = NODE_MODULES / ".bin" / "html-validate"
    if not shutil.which("node") or not command.is_file():
        pytest.skip("html-validate is not there: no page was checked against the standard")
    (folder / ".htmlvalidate.json").write_text(json.dumps({"root": True, **RULES}))
    done = subprocess.run(
        [command, "--formatter=json", "*.html"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return [
        f"{Path(file['filePath']).name}:{each['line']} {each['ruleId']}: {each['message']}"
        for file in json.loads(done.stdout)
        for each in file["messages"]
    ]


def test_every_type_of_page_is_valid_html(own_site: str, foreign_site: str, tmp_path: Path) -> None:
    pages = PAGES | {name: path for name, (path, _) in FAULTY.items()}
    for language in ("nl", "en"):
        for name, path in pages.items():
            save(own_site, f"/{language}{path}", tmp_path / f"{language}-{name}.html")
    for name, path in FOREIGN.items():
        save(foreign_site, f"/en{path}", tmp_path / f"foreign-{name}.html")
    assert len(list(tmp_path.glob("*.html"))) == 2 * len(pages) + len(FOREIGN)
    found = faults(tmp_path)
    assert not found, "\n".join(found)


def test_the_check_finds_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "wrong.html").write_text(
        '<!DOCTYPE html>\n<html lang="nl"><head><title>x</title></head>\n'
        '<body><p id="a"></p><div id="a"><img src="x"></div></body></html>\n'
    )
    assert {each.split()[1].rstrip(":") for each in faults(tmp_path)} >= {"no-dup-id", "wcag/h37"}
