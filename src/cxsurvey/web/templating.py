"""Pages from templates. A template sees its `page`, a typed value, and a few functions; never the request."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from cxsurvey.core import paths
from cxsurvey.web import accent, assets, display, pictures


def static(path: str) -> str:
    """The address of a file below `static/`, good for ever."""
    return assets.tree().url(path)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one template environment; an unknown name in a template is an error."""
    made = Environment(
        loader=FileSystemLoader(paths.templates()),
        # another release is another process: the disk is not asked with every page whether a template changed
        auto_reload=False,
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(static=static, accent=accent.url, picture=pictures.shown)
    made.filters.update(
        score=display.score,
        number=display.number,
        percent=display.percent,
        day=display.day,
        exact=display.exact,
        minute=display.minute,
        ago=display.ago,
    )
    return made


def text_of(template: str, page: Any) -> str:
    """The text of a template; for pages that are kept ready and for pieces of pages."""
    return environment().get_template(template).render(page=page)


def render(request: Request, template: str, page: Any, status: int = 200) -> HTMLResponse:
    """A page as the answer to a request."""
    return HTMLResponse(text_of(template, page), status_code=status)
