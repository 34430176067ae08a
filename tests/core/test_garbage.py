"""What a serving process does with its garbage collector."""

from __future__ import annotations

import gc

from cxsurvey.core.garbage import collector_at_rest


def test_the_collector_rests_while_the_server_loads_and_then_passes_over_what_was_loaded() -> None:
    gc.unfreeze()
    try:
        with collector_at_rest():
            assert not gc.isenabled()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
