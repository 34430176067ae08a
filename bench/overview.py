"""The overview page at a million answers over the same page at ten thousand, on both databases."""

from __future__ import annotations

from bench.harness import load
from bench.harness.dashboard import fill, milliseconds, sign_in
from bench.harness.installation import installed, opened
from bench.harness.telling import Report
from cxsurvey.core.db.units import Share

SMALL, LARGE = 10_000, 1_000_000
ASKED = 40
TARGET = 1.5


def main() -> None:
    """Fills, measures, fills further, measures again."""
    report = Report("Overview: the whole page at 1,000,000 answers over 10,000")
    for dialect in ("sqlite", "postgres"):
        with installed(dialect, load.free_port()) as here:
            with opened(here.settings) as database:
                token = database.write(sign_in, share=Share.JOBS)
                fill(database, here, 0, SMALL)
            small = milliseconds(here, token, "/w/bench/", ASKED, shows="n =")
            with opened(here.settings) as database:
                fill(database, here, SMALL, LARGE)
            large = milliseconds(here, token, "/w/bench/", ASKED, shows="n =")
        report.note(f"{dialect}: {small:.1f} ms at {SMALL:,} answers, {large:.1f} ms at {LARGE:,}")
        report.at_most(f"{dialect} overview, large over small", large / small, TARGET)
    report.end()


if __name__ == "__main__":
    main()
