"""Two owners who make each other viewers at the same moment leave an owner behind."""

from __future__ import annotations

import contextlib
import threading
from uuid import UUID

import pytest

from cxsurvey.accounts import team
from cxsurvey.accounts.commands import ChangeRole
from cxsurvey.accounts.permissions import Role
from cxsurvey.accounts.queries import team as rows
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Refusal
from tests.factories import act_in, make_user, make_workspace

VIEWER = ChangeRole(role="viewer")


def test_two_owners_cannot_demote_each_other_at_once(real_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(ctx: Context) -> tuple[UUID, list[UUID]]:
        workspace = make_workspace(ctx)
        return workspace.id, [make_user(ctx, workspace.id, "owner", f"{name}@example.com").id for name in ("a", "b")]

    workspace_id, owners = real_database.write(make, share=Share.DASHBOARD)
    count, both_counted, refused = rows.other_owners, threading.Barrier(2), list[str]()

    def count_and_wait(ctx: Context, user_id: UUID) -> int:
        """As if both had looked before either wrote, where nothing keeps the second from looking."""
        found = count(ctx, user_id)
        with contextlib.suppress(threading.BrokenBarrierError):
            both_counted.wait(0.05)
        return found

    monkeypatch.setattr(rows, "other_owners", count_and_wait)

    def demote(number: int) -> None:
        def unit(ctx: Context) -> None:
            act_in(ctx, workspace_id)
            team.change_role(ctx, owners[number], VIEWER)

        try:
            real_database.write(unit, share=Share.DASHBOARD, lane_key=number)  # on Postgres each on a lane of its own
        except Refusal as refusal:
            refused.append(refusal.code)

    threads = [threading.Thread(target=demote, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    with real_database.read() as ctx:
        act_in(ctx, workspace_id)
        left = [member.user_id for member in team.listed(ctx) if member.role is Role.OWNER]
    assert len(left) == 1
    assert refused in (["last_owner"], ["busy"])
