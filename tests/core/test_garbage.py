"""What a serving process does with its garbage collector."""

from __future__ import annotations

import gc

from cxsurvey.core.garbage import YOUNG, collector_at_rest


def test_the_collector_rests_while_the_server_loads_and_then_passes_over_what_was_loaded() -> None:
    before = gc.get_threshold()
    gc.unfreeze()
    try:
        gc.set_threshold(700, 10, 10)
        with collector_at_rest():
            assert not gc.isenabled()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold() == (YOUNG, 10, 10)
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
