"""What the process counts, as Prometheus reads it."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from cxsurvey.core import metrics
from cxsurvey.responses import counts


def value(name: str, **labels: str) -> float:
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return sample.value
    return 0.0


def test_what_is_counted_is_shown() -> None:
    before = value("cxsurvey_responses_total", state="counted")
    metrics.stored("counted", 3)
    metrics.refused("api")
    metrics.batch(7, 0.002)
    metrics.request("api", 201, 0.004)
    metrics.job_ended("core.forget_old", "done")

    assert value("cxsurvey_responses_total", state="counted") == before + 3
    assert value("cxsurvey_lane_refusals_total", share="api") >= 1
    assert value("cxsurvey_lane_batch_units_sum") >= 7
    assert value("cxsurvey_http_requests_total", audience="api", status="201") >= 1
    assert value("cxsurvey_job_runs_total", job="core.forget_old", outcome="done") >= 1


def test_requests_are_timed_between_bounds() -> None:
    def up_to(bound: str) -> float:
        return value("cxsurvey_http_seconds_bucket", audience="operations", le=bound)

    bounds = ("0.001", "0.0025", "1.0", "5.0", "+Inf")
    before = {bound: up_to(bound) for bound in bounds}
    number = value("cxsurvey_http_seconds_count", audience="operations")
    total = value("cxsurvey_http_seconds_sum", audience="operations")

    for seconds in (0.0025, 0.75, 60.0):
        metrics.request("operations", 200, seconds)

    assert [up_to(bound) - before[bound] for bound in bounds] == [0, 1, 2, 2, 3]
    assert value("cxsurvey_http_seconds_count", audience="operations") == number + 3
    assert value("cxsurvey_http_seconds_sum", audience="operations") == pytest.approx(total + 60.7525)


def test_watched_numbers_are_read_when_asked() -> None:
    numbers = {"waiting": 1, "dead": 2}
    metrics.watch_jobs(lambda: numbers)
    assert value("cxsurvey_jobs", state="waiting") == 1
    numbers["waiting"] = 5

    assert value("cxsurvey_jobs", state="waiting") == 5


def test_a_source_that_fails_hides_only_itself() -> None:
    def broken() -> dict[str, int]:
        raise OSError("the database does not answer")

    metrics.watch_jobs(broken)
    metrics.watch_queue(lambda: {"api": 4})

    assert value("cxsurvey_lane_queue_units", share="api") == 4
    assert value("cxsurvey_jobs", state="waiting") == 0


def test_responses_are_counted_by_the_state_they_came_into() -> None:
    before = {state: value("cxsurvey_responses_total", state=state) for state in ("counted", "flagged", "void")}

    counts._note({(1, "day"): {"n9": 2, "n3": 1, "unscored": 1, "comments": 3}, (2, "day"): {"n9": -1, "void": 1}})

    after = {state: value("cxsurvey_responses_total", state=state) for state in before}
    assert {state: after[state] - before[state] for state in before} == {"counted": 3, "flagged": 0, "void": 1}
