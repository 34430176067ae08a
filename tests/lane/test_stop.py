"""A server that is told to stop while requests wait for its database."""

from __future__ import annotations

import signal
import sqlite3
import threading
from contextlib import closing

from bench.harness import load
from bench.harness.client import Answer
from bench.harness.installation import installed
from tests.lane.served import assert_kept, assert_stored, get, send, serving, status_of, submits, wait_until

IN_FLIGHT = 50


def waiting_units(figures: str) -> float:
    """How many units wait in the lanes, as `/metrics` tells it."""
    lines = [line for line in figures.splitlines() if line.startswith("cxsurvey_lane_queue_units{")]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def test_fifty_requests_in_flight_are_all_stored_before_the_server_ends() -> None:
    with installed("sqlite", load.free_port()) as here:
        items, answers = submits(here, 1, IN_FLIGHT), list[Answer]()
        sender = threading.Thread(target=lambda: answers.extend(send(here, items)))
        file = here.settings.data_dir / "cxsurvey.db"
        with serving(here) as process, closing(sqlite3.connect(file, isolation_level=None)) as somebody:
            somebody.execute("BEGIN IMMEDIATE")
            sender.start()
            wait_until(lambda: waiting_units(get(here, "/metrics").body.decode()) >= IN_FLIGHT)
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: status_of(here, "/livez") is None)
            somebody.execute("ROLLBACK")
            sender.join(30)
            assert process.wait(30) == 0

        assert_stored(answers)
        assert len(answers) == IN_FLIGHT
        assert_kept(here, items, rows=IN_FLIGHT)
