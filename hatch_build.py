"""Puts the built front end into every wheel: `pip install .` gives finished pages."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FRONTEND = Path("src/stadsgraaf/web/frontend")
STATIC = Path("src/stadsgraaf/web/static")


class FrontendHook(BuildHookInterface[Any]):
    """Builds the front end with npm, unless it has been built or the install is editable."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 – the interface's
        """Run ``npm ci`` and ``npm run build`` when there is nothing to ship yet."""
        root = Path(self.root)
        if version == "editable" or any((root / STATIC).glob("*.css")):
            return
        npm = shutil.which("npm")
        if npm is None:
            message = "npm is needed to build the front end (Debian: apt install nodejs npm)"
            raise RuntimeError(message)
        for command in (["ci", "--ignore-scripts"], ["run", "build"]):
            subprocess.run([npm, *command], cwd=root / FRONTEND, check=True)
