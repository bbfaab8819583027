"""The built-in rules of validation: why each is there, and how to mend what it finds."""

from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import NotFound
from stadsgraaf.web.site import View

__all__ = ["rule", "rules"]


async def rules(request: Request) -> Response:
    """``/def/rule``: every rule that the release was validated by."""
    view = View.of(request.scope)
    return view.page("rules.html", rules=view.site.release.rules)


async def rule(request: Request) -> Response:
    """``/def/rule/…``: what one rule means; its IRI is the ``rule`` of a finding.

    Raises NotFound for a rule that the release was not validated by.
    """
    view = View.of(request.scope)
    name = request.path_params["name"]
    found = next((each for each in view.site.release.rules if each["name"] == name), None)
    if found is None:
        raise NotFound(what=view.path)
    return view.page("rule.html", rule=found)
