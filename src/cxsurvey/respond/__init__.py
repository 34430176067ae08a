"""The pages of customers: asked, answered, thanked, in their language; calm when something is wrong."""

from cxsurvey.respond.preview import preview_html
from cxsurvey.respond.routes import build

__all__ = ["build", "preview_html"]
