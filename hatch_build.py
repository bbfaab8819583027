"""Puts the built front end and the lists of W3C's tests into every wheel: its pages are finished."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FRONTEND = Path("src/stadsgraaf/web/frontend")
STATIC = Path("src/stadsgraaf/web/static")
TESTS = Path("tests/conformance")
PACKED = "stadsgraaf/web/conformance"


def _is_current(root: Path) -> bool:
    """Whether the front end is built, and none of its sources has changed since."""
    built = [path.stat().st_mtime for path in (root / STATIC).glob("*.css")]
    sources = (
        path
        for path in (root / FRONTEND).rglob("*")
        if "node_modules" not in path.parts and path.is_file()
    )
    return bool(built) and min(built) >= max(path.stat().st_mtime for path in sources)


class FrontendHook(BuildHookInterface[Any]):
    """Builds the front end with npm, unless it has been built or the install is editable.

    ``STADSGRAAF_NO_FRONTEND`` leaves it out: hooks and jobs only validate.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run ``npm ci`` and ``npm run build`` when there is nothing to ship yet."""
        root = Path(self.root)
        if version == "editable":
            return
        if self.target_name == "wheel":
            for name in ("failures.csv", "suites.csv", "deviations.csv"):
                build_data["force_include"][str(root / TESTS / name)] = f"{PACKED}/{name}"
        if _is_current(root) or os.environ.get("STADSGRAAF_NO_FRONTEND"):
            return
        npm = shutil.which("npm")
        if npm is None:
            message = (
                "npm is needed to build the front end (Debian: apt install nodejs npm);"
                " set STADSGRAAF_NO_FRONTEND=1 to do without, where nothing is served"
            )
            raise RuntimeError(message)
        for command in (["ci", "--ignore-scripts"], ["run", "build"]):
            subprocess.run([npm, *command], cwd=root / FRONTEND, check=True)
