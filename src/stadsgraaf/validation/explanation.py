"""Rules in words: the page of one, or a list of all."""

import difflib
from pathlib import Path

from stadsgraaf.dataset import Dataset
from stadsgraaf.errors import Language, StadsgraafError, UsageError
from stadsgraaf.validation.catalogue import rules
from stadsgraaf.validation.finding import RULES
from stadsgraaf.validation.stages.subject import Subject

__all__ = ["explain", "listing"]


def listing(language: Language) -> str:
    """Every built-in rule with its severity and title, one a line."""
    width = max(map(len, rules()))
    return "".join(
        f"{found.name:<{width}}  {found.severity:<9}  {found.title.say(language)}\n"
        for found in rules().values()
    )


def explain(name: str, language: Language, root: Path) -> str:
    """The page of a rule, in Markdown: a built-in one by name or IRI, or a shape of the folder.

    Raises UsageError when there is none of that name.
    """
    known = name.removeprefix(RULES)
    if known in rules():
        return rules()[known].explain(language)
    shapes: set[str] = set()
    try:
        subject = Subject(Dataset.load(root))
        if subject.shape_documents:
            shapes = subject.shapes.rule_names()
            page = subject.shapes.explain(name, language)
            if page:
                return page
    except StadsgraafError:
        pass  # no dataset here: then there are the built-in rules only
    near = difflib.get_close_matches(known, [*rules(), *shapes], 3, 0.5)
    meant = f" Did you mean {', '.join(near)}?" if near else ""
    raise UsageError(reason=f"there is no rule {name}.{meant}")
