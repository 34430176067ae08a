"""What the process counts about itself, in the text form that Prometheus reads.

Counting costs about a microsecond; everything that needs a query or a sum is read when somebody asks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import accumulate

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

MEDIA_TYPE = CONTENT_TYPE_LATEST
Numbers = Callable[[], Mapping[str, int]]

disable_created_metrics()  # type: ignore[no-untyped-call]
registry = CollectorRegistry()
ProcessCollector(registry=registry)

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

_batch_units = Histogram(
    "cxsurvey_lane_batch_units",
    "Units of work committed together.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
    registry=registry,
)
_batch_seconds = Histogram(
    "cxsurvey_lane_batch_seconds",
    "Seconds from the start of a batch until it was committed.",
    buckets=_SECONDS,
    registry=registry,
)
_refusals = Counter(
    "cxsurvey_lane_refusals",
    "Units refused because their share of the queue was full.",
    ["share"],
    registry=registry,
)
_responses = Counter("cxsurvey_responses", "Responses stored, by state.", ["state"], registry=registry)
_jobs = Counter("cxsurvey_job_runs", "Runs of jobs, by job and outcome.", ["job", "outcome"], registry=registry)


def batch(units: int, seconds: float) -> None:
    """The lane committed `units` together and took `seconds` for it."""
    _batch_units.observe(units)
    _batch_seconds.observe(seconds)


def refused(share: str) -> None:
    """The lane sent a unit away because the queue of `share` was full."""
    _refusals.labels(share).inc()


def stored(state: str, number: int = 1) -> None:
    """`number` responses were stored in `state`."""
    _responses.labels(state).inc(number)


def job_ended(job: str, outcome: str) -> None:
    """One run of a job ended: done, failed, dead or interrupted."""
    _jobs.labels(job, outcome).inc()


def request(audience: str, status: int, seconds: float) -> None:
    """An HTTP request of respond, dashboard, api or operations was answered; to be told by one thread."""
    _requests.answered[audience, status] += 1
    _requests.times[audience].add(seconds)


class _Times:
    """How many requests took how long: one number for each bound of `_SECONDS`, and one for what lies above."""

    def __init__(self) -> None:
        self.numbers = [0] * (len(_SECONDS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        self.numbers[bisect_left(_SECONDS, seconds)] += 1
        self.total += seconds


class _Requests(Collector):
    """What `request` is told, on the path of every answer: there the locks and labels of the library are too dear."""

    def __init__(self) -> None:
        self.answered: dict[tuple[str, int], int] = defaultdict(int)
        self.times: dict[str, _Times] = defaultdict(_Times)

    def collect(self) -> Iterator[Metric]:
        answered = CounterMetricFamily(
            "cxsurvey_http_requests", "HTTP requests answered, by audience and status.", labels=["audience", "status"]
        )
        for (audience, status), number in list(self.answered.items()):
            answered.add_metric([audience, str(status)], number)
        yield answered
        seconds = HistogramMetricFamily(
            "cxsurvey_http_seconds", "Seconds until an HTTP request was answered.", labels=["audience"]
        )
        bounds = [*map(floatToGoString, _SECONDS), "+Inf"]
        for audience, times in list(self.times.items()):
            seconds.add_metric([audience], list(zip(bounds, accumulate(times.numbers), strict=True)), times.total)
        yield seconds


_requests = _Requests()
registry.register(_requests)


class _Watched(Collector):
    """Numbers that are read at the moment somebody asks. A source that fails is left out of that answer."""

    def __init__(self) -> None:
        self.sources: dict[str, tuple[str, str, Numbers]] = {}

    def collect(self) -> Iterator[Metric]:
        for name, (text, label, read) in list(self.sources.items()):
            family = GaugeMetricFamily(name, text, labels=[label])
            # a database that does not answer must not hide all other numbers
            with suppress(Exception):
                for value, number in sorted(read().items()):
                    family.add_metric([value], number)
            yield family


_watched = _Watched()
registry.register(_watched)


def watch_queue(read: Numbers) -> None:
    """`read` gives the number of units that wait in the lanes, by share."""
    _watched.sources["cxsurvey_lane_queue_units"] = ("Units waiting in the write lanes.", "share", read)


def watch_jobs(read: Numbers) -> None:
    """`read` gives the number of jobs by state."""
    _watched.sources["cxsurvey_jobs"] = ("Jobs, by state.", "state", read)


def render() -> bytes:
    """All metrics of this process in the Prometheus text format."""
    return generate_latest(registry)
