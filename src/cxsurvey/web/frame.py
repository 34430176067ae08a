"""What surrounds every page of the dashboard: names, navigation, zone and colour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cxsurvey.accounts.views import PlaceView


@dataclass(frozen=True, slots=True)
class Frame:
    """The first field of every dashboard page.

    `title` is the page's own name, `current` the entry of the navigation it belongs to ("overview",
    "surveys", "comments", "responses", "planning", "imports", "settings", "account"), `now` and `zone` what times
    are told against. `places` are all workspaces the user may come into, this one too. `days` is the query of
    the days that were chosen on the page, which the navigation keeps; "" for the usual ones.
    """

    title: str
    current: str
    slug: str
    workspace_name: str
    zone: str
    accent: str
    is_demo: bool
    user_name: str
    now: datetime
    may_import: bool
    may_manage: bool
    places: tuple[PlaceView, ...] = ()
    days: str = ""
