"""How a workspace looks to customers."""

from __future__ import annotations

from pydantic import Field

from cxsurvey.accounts.branding import BrandingView
from cxsurvey.api.schemas.base import Document
from cxsurvey.web import pictures


class Logo(Document):
    """The picture that customers are shown."""

    name: str
    """What it is called, here and in the `theme` of a survey."""
    url: str
    """Where it is served. The address never means other bytes."""
    width: int
    height: int


class Branding(Document):
    """How a workspace looks to customers."""

    name: str
    """What customers are shown in place of the workspace's name; empty for that name itself."""
    shown_name: str
    accent: str = Field(examples=["#274C84"])
    privacy_url: str | None
    footer: str
    logo: Logo | None
    revision: int
    """That of the settings of the workspace: raised by every change of them, also of these."""

    @property
    def tag_revision(self) -> int:
        """Every change of the branding raises the revision of the settings."""
        return self.revision


def describe_branding(view: BrandingView, origin: str) -> Branding:
    """The document; `origin` is where the logo is served."""
    logo = None
    if view.logo is not None:
        shown = pictures.shown(view.logo)
        logo = Logo(name=view.logo, url=f"{origin}{shown.address}", width=shown.width, height=shown.height)
    return Branding(
        name=view.name,
        shown_name=view.shown_name,
        accent=view.accent,
        privacy_url=view.privacy_url,
        footer=view.footer,
        logo=logo,
        revision=view.revision,
    )
