"""The house: imports go one way, and serving never loads what only building needs."""

import ast
import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

import stadsgraaf

PACKAGE = Path(stadsgraaf.__file__).parent

#: Left to right; a module may import from its own layer's left, and from its own package.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"closing", "environment", "errors"}),
    frozenset(
        {
            "coding",
            "configuration",
            "media",
            "namespaces",
            "percent",
            "ranking",
            "records",
            "remembering",
            "sorting",
        }
    ),
    frozenset({"canonical", "comparing", "datatypes", "folder", "naming", "settings"}),
    frozenset({"answers", "logs", "parameters", "standing"}),
    frozenset({"canned", "turtle"}),
    frozenset({"queries"}),
    frozenset({"contexts", "dataset", "formatting", "unreadable"}),
    frozenset({"bulk"}),
    frozenset({"metadata", "exports", "evidence", "labels", "store", "suppression"}),
    frozenset({"copies", "coverage", "difference", "guarding", "indexing", "revisions"}),
    frozenset({"changes", "comparison"}),
    frozenset({"validation"}),
    frozenset({"lookup"}),
    frozenset({"release", "departures"}),
    frozenset({"archive", "remains", "writing"}),
    frozenset({"publishing", "redaction", "surveying", "verification"}),
    frozenset({"composition"}),
    frozenset({"build"}),
    frozenset({"web"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
#: Neighbours in a layer that may not know each other, or a later layer's forbidden knowledge.
FORBIDDEN = {
    "store": {
        "turtle",
        "dataset",
        "bulk",
        "queries",
        "parameters",
        "metadata",
        "canonical",
        "exports",
        "validation",
        "indexing",
        "labels",
        "naming",
    },
    "web": {
        "validation",
        "dataset",
        "bulk",
        "turtle",
        "composition",
        "build",
        "indexing",
        "canonical",
        "exports",
    },
    "release": {"validation", "dataset", "bulk"},
}


def layer(module: str) -> int:
    return next(number for number, names in enumerate(LAYERS) if module in names)


def modules() -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        name = relative.parts[0].removesuffix(".py")
        if ("node_modules" not in relative.parts and relative.name != "__init__.py") or (
            len(relative.parts) > 1 and "node_modules" not in relative.parts
        ):
            found.setdefault(name, []).append(path)
    return found


#: ``from stadsgraaf.a.b import c`` and ``from stadsgraaf import a, b``, also over several lines.
IMPORT = re.compile(r"^\s*from stadsgraaf(?:\.([\w.]+))? import (\([^)]*\)|.*)$", re.MULTILINE)


def imports(path: Path) -> set[str]:
    """Names of the modules and packages directly below ``stadsgraaf`` that a file imports."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"^\s*from \.|^\s*import stadsgraaf\.", text, re.MULTILINE), path
    found: set[str] = set()
    for module, names in IMPORT.findall(text):
        if module:
            found.add(module.split(".")[0])
        else:
            words = re.sub("#.*", "", names.strip("()")).replace("\n", " ").split(",")
            found |= {word.split(" as ")[0].strip() for word in words}
    return found - {"", "__version__"}


def test_every_module_has_a_layer() -> None:
    assert set(modules()) <= set().union(*LAYERS)


def test_layers_share_no_module() -> None:
    assert all(not left & right for left, right in pairwise(LAYERS))
    assert sum(map(len, LAYERS)) == len(frozenset().union(*LAYERS))


@pytest.mark.parametrize("module", sorted(modules()))
def test_imports_go_left(module: str) -> None:
    for path in modules()[module]:
        for imported in imports(path) - {module}:
            assert layer(imported) < layer(module), f"{path} imports {imported}"
            assert imported not in FORBIDDEN.get(module, set()), f"{path} imports {imported}"


def test_serving_loads_neither_rdflib_nor_pyshacl() -> None:
    code = (
        "import sys, stadsgraaf.web.app, stadsgraaf.cli;"
        "print(sorted({'rdflib', 'pyshacl', 'stadsgraaf.validation'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_validating_loads_pyshacl_and_the_grammar_of_sparql_when_they_are_needed() -> None:
    code = (
        "import sys, stadsgraaf.validation, stadsgraaf.validation.formats;"
        "print(sorted({'pyshacl', 'pyparsing', 'stadsgraaf.comparison'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_exception_to_the_rules_has_its_reason(root: Path) -> None:
    bare = re.compile(r"# noqa(: ?[A-Z]+\d+(, ?[A-Z]+\d+)*)?\s*$")
    found = [
        f"{path.relative_to(root)}:{number}"
        for folder in ("src/stadsgraaf", "tests")
        for path in (root / folder).rglob("*.py")
        if "node_modules" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []


def test_no_two_files_of_tests_have_one_name(root: Path) -> None:
    """They are imported by their names alone."""
    names = Counter(path.name for path in (root / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []


def test_nothing_about_cities_is_in_the_code(root: Path) -> None:
    names = {"amersfoort", "rotterdam", "gemeente", "municipality", "hilversum", "rutte", "btg"}
    for path in (root / "src").rglob("*.py"):
        if "node_modules" in path.parts:
            continue
        words = set(re.findall("[a-z]+", path.read_text(encoding="utf-8").lower()))
        assert not words & names, path


def _exported(tree: ast.Module) -> set[str] | None:
    for each in tree.body:
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "__all__":
            return set(ast.literal_eval(each.value))
    return None


def test_what_a_module_uses_of_another_is_what_that_one_offers() -> None:
    trees = {
        ".".join(("stadsgraaf", *path.relative_to(PACKAGE).with_suffix("").parts)): ast.parse(
            path.read_text(encoding="utf-8")
        )
        for paths in modules().values()
        for path in paths
    }
    offered = {name.removesuffix(".__init__"): _exported(tree) for name, tree in trees.items()}
    used = {
        (each.module, alias.name, name)
        for name, tree in trees.items()
        for each in ast.walk(tree)
        if isinstance(each, ast.ImportFrom) and each.module in offered
        for alias in each.names
    }
    assert len(used) > len(trees)
    hidden = [
        f"{user} imports {name} of {module}"
        for module, name, user in sorted(used)
        if (names := offered[module]) is not None and name not in names
        if f"{module}.{name}" not in offered
    ]
    assert hidden == []
