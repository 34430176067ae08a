"""Durable answers over REST and by form, as a share of a route of the same server that stores nothing."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from sqlalchemy import text

from bench.harness import load
from bench.harness.installation import TOKEN, Installation, installed, opened
from bench.harness.telling import Report
from cxsurvey.core.clock import SystemClock
from cxsurvey.core.ids import SystemIds, encode
from cxsurvey.core.keyring import load_keys
from cxsurvey.respond import stamp
from cxsurvey.responses import counts

ROUNDS = 5
PREPARED = 120_000
TARGETS = {"sqlite": (0.45, 0.60), "postgres": (0.30, 0.30)}
PAGE_TARGET = 0.50


def main() -> None:
    """Measures on both databases."""
    report = Report("Answers: durable, with key, person, segments, idempotency, job row and daily counters")
    for dialect, (rest_target, form_target) in TARGETS.items():
        with installed(dialect, load.free_port()) as here, prepared(here) as files:
            with load.serving(here) as base:
                measure(report, dialect, here, base, files, (rest_target, form_target))
            check(report, here)
    report.end()


def measure(
    report: Report, dialect: str, here: Installation, base: str, files: tuple[Path, Path], targets: tuple[float, float]
) -> None:
    """Takes turns, so that every round compares the same minutes."""
    answers, forms = files
    json_headers = ("Content-Type", "application/json", "Authorization", f"Bearer {TOKEN}")
    form_headers = ("Content-Type", "application/x-www-form-urlencoded")
    form_url = f"{base}/s/{here.survey.code}"
    rest, form, page = [], [], []
    with urlopen(form_url) as shown:
        urlopen(Request(f"{base}/bench/page", data=shown.read(), method="PUT")).close()
    load.post(f"{base}/api/v1/responses", answers, PREPARED - 5000, json_headers, keyed=True, seconds=1)
    skip = 0
    for _ in range(ROUNDS):
        ceiling = load.post(f"{base}/bench/nothing", answers, 0, json_headers)
        durable = load.post(f"{base}/api/v1/responses", answers, skip, json_headers, keyed=True)
        posted = load.post(form_url, forms, skip, form_headers)
        plain, shown_page = load.get(f"{base}/bench/page", 2), load.get(form_url, 2)
        skip += max(durable.answered, posted.answered) + load.CONNECTIONS
        rest.append(durable.per_second / ceiling.per_second)
        form.append(posted.per_second / ceiling.per_second)
        page.append(shown_page.per_second / plain.per_second)
        report.note(
            f"{dialect}: nothing {ceiling.per_second:.0f}/s, REST {durable.per_second:.0f}/s (p99 {durable.p99}), "
            f"form {posted.per_second:.0f}/s (p99 {posted.p99}), page {shown_page.per_second:.0f} of "
            f"{plain.per_second:.0f}/s, refused {durable.refused + posted.refused}"
        )
    report.at_least(f"{dialect} REST answer over nothing", median(rest), targets[0])
    report.at_least(f"{dialect} form answer over nothing", median(form), targets[1])
    if dialect == "sqlite":
        report.at_least("sqlite form page over the same bytes", median(page), PAGE_TARGET)


def check(report: Report, here: Installation) -> None:
    """What was answered is there, and counted."""
    with opened(here.settings) as database, database.read() as ctx:
        stored = ctx.connection.execute(text("SELECT count(*) FROM responses")).scalar_one()
        jobs = ctx.connection.execute(text("SELECT count(*) FROM jobs")).scalar_one()
        wrong = counts.differences(ctx.connection, here.survey.trend_line_id or 0)
    report.note(f"{stored} responses and {jobs} jobs stored")
    report.at_most("differences between answers and daily counters", len(wrong), 0)


@contextmanager
def prepared(here: Installation) -> Iterator[tuple[Path, Path]]:
    """Files of request bodies, one a line: REST answers and form posts."""
    with tempfile.TemporaryDirectory(prefix="cxsurvey-bodies-") as folder:
        answers, forms = Path(folder, "answers"), Path(folder, "forms")
        survey = encode("srv", here.survey.id)
        with answers.open("w") as file:
            for number in range(PREPARED):
                file.write(json.dumps(answer(survey, number)) + "\n")
        ids, clock = SystemIds(), SystemClock()
        keys = load_keys(here.settings, ids)
        issued_at = clock.now() - timedelta(minutes=1)
        with forms.open("w") as file:
            for number in range(PREPARED):
                page = stamp.Stamp(
                    stamp.Target.SURVEY, here.survey.id, stamp.new_submission(ids, anonymous=False), issued_at, "en"
                )
                file.write(urlencode(form_fields(stamp.write(keys, page), number)) + "\n")
        yield answers, forms


def answer(survey: str, number: int) -> dict[str, object]:
    """One answer as another system sends it."""
    return {
        "survey": survey,
        "score": number * 7 % 11,
        "comment": "The parcel came on time and was well packed.",
        "external_id": f"order-{number}",
        "person": {"email": f"kim{number * 7919 % 200_000}@example.com", "name": "Kim"},
        "segments": {"touchpoint": "Delivery", "country": "DE", "agent": f"Agent {number % 50}"},
    }


def form_fields(page: str, number: int) -> dict[str, str]:
    """One form as a browser sends it."""
    return {"stamp": page, "score": str(number * 7 % 11), "comment": "The parcel came on time and was well packed."}


if __name__ == "__main__":
    main()
