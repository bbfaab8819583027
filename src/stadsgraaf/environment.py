"""What a process that is started gets of the environment: no secrets of ours.

>>> sorted(bare(LANG="nl_NL.UTF-8"))
['LANG', 'PYTHONPATH']
"""

import os
import sys

__all__ = ["bare"]


def bare(*kept: str, **given: str) -> dict[str, str]:
    """Only what Python needs to find the same modules, those variables that are ``kept``, and others."""
    ours = {name: os.environ[name] for name in kept if name in os.environ}
    return {**ours, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **given}
