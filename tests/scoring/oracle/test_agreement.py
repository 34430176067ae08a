"""Our figures against those of scipy and statsmodels, wherever these have the method.

`pytest tests/scoring/oracle -s` prints how many figures were compared and the largest relative difference.
"""

from collections.abc import Iterator
from importlib import import_module
from itertools import product
from typing import Any

import pytest

from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.dirichlet import net_share_quantile
from cxsurvey.scoring.means import mean, mean_difference, standard_deviation, t_interval
from cxsurvey.scoring.multiple import adjusted
from cxsurvey.scoring.scales import Scale
from cxsurvey.scoring.shares import ShareTest, share_difference, share_interval
from cxsurvey.scoring.special import beta_cdf, beta_quantile, chi_square_survival, t_cdf, t_quantile
from cxsurvey.scoring.strata import ShareStratum, poststratified_share

FIVE = Scale(1, 5)
NAMES = {"wilson": "wilson", "agresti-coull": "agresti_coull", "clopper-pearson": "beta", "jeffreys": "jeffreys"}
SETS = [
    (1, 0, 0, 1, 3),
    (5, 5, 5, 5, 5),
    (0, 0, 2, 30, 60),
    (40, 3, 1, 0, 2),
    (100, 200, 300, 250, 150),
    (1, 1, 0, 0, 0),
]


class Tally:
    """How many figures were compared, and how far the worst pair lies apart."""

    def __init__(self) -> None:
        self.count = 0
        self.largest = 0.0

    def compare(self, ours: float, theirs: float, tolerance: float = 1e-9) -> None:
        self.count += 1
        if abs(theirs) > 1e-9:
            self.largest = max(self.largest, abs(ours / theirs - 1.0))
        assert ours == pytest.approx(theirs, rel=tolerance, abs=1e-12)


@pytest.fixture(scope="module")
def tally() -> Iterator[Tally]:
    found = Tally()
    yield found
    print(f"\n{found.count} figures compared, largest relative difference {found.largest:.1e}")  # noqa: T201 - shown by -s


# Only a process that runs these tests imports what takes seconds to import.
@pytest.fixture(scope="module")
def np() -> Any:
    return import_module("numpy")


@pytest.fixture(scope="module")
def scipy() -> Any:
    for part in ("integrate", "stats"):
        import_module(f"scipy.{part}")
    return import_module("scipy")


@pytest.fixture(scope="module")
def proportion() -> Any:
    return import_module("statsmodels.stats.proportion")


@pytest.fixture(scope="module")
def weightstats() -> Any:
    return import_module("statsmodels.stats.weightstats")


@pytest.fixture(scope="module")
def multitest() -> Any:
    return import_module("statsmodels.stats.multitest")


@pytest.mark.parametrize("method", NAMES)
def test_intervals_of_shares(tally: Tally, proportion: Any, method: str) -> None:
    for n, confidence in product((1, 2, 5, 10, 29, 100, 1000, 10**6), (0.8, 0.95, 0.99)):
        for successes in sorted({0, 1, n // 3, n // 2, n - 1, n}):
            ours = share_interval(successes, n, confidence, method)
            theirs = proportion.proportion_confint(successes, n, alpha=1 - confidence, method=NAMES[method])
            tally.compare(ours.lower, theirs[0])
            tally.compare(ours.upper, theirs[1])


def test_difference_of_shares(tally: Tally, np: Any, scipy: Any, proportion: Any) -> None:
    for now, before in product([(56, 70), (9, 10), (1, 40), (300, 1000)], [(48, 80), (3, 10), (12, 40), (250, 1000)]):
        ours = share_difference(now, before)
        low, high = proportion.confint_proportions_2indep(*now, *before, method="newcomb", compare="diff")
        tally.compare(ours.lower, low)
        tally.compare(ours.upper, high)
        table = np.array([[now[0], now[1] - now[0]], [before[0], before[1] - before[0]]])
        if ours.test is ShareTest.FISHER:
            tally.compare(ours.p_value, scipy.stats.fisher_exact(table).pvalue, 1e-7)
        else:
            tally.compare(ours.p_value, scipy.stats.chi2_contingency(table, correction=False).pvalue)


def test_shares_at_a_known_mix(tally: Tally, np: Any, scipy: Any, proportion: Any) -> None:
    """Limits of statsmodels for each stratum, squared and added; the error as that of a sum of independent means."""
    successes, n, mix = np.array([40, 15, 9]), np.array([50, 50, 10]), np.array([0.2, 0.5, 0.3])
    strata = {str(i): ShareStratum(int(successes[i]), int(n[i]), float(mix[i])) for i in range(3)}
    for confidence in (0.8, 0.95, 0.99):
        ours = poststratified_share(strata, confidence)
        lows, highs = proportion.proportion_confint(successes, n, alpha=1 - confidence, method="wilson")
        shares = successes / n
        tally.compare(ours.estimate, 100 * float(np.average(shares, weights=mix)))
        tally.compare(ours.lower, ours.estimate - 100 * float(np.linalg.norm(mix * (shares - lows))))
        tally.compare(ours.upper, ours.estimate + 100 * float(np.linalg.norm(mix * (highs - shares))))
        error = np.sqrt(
            sum(w**2 * scipy.stats.binom(m, s).var() / m**2 for w, m, s in zip(mix, n, shares, strict=True))
        )
        tally.compare(ours.standard_error or 0.0, 100 * float(error))


@pytest.mark.parametrize("counts", SETS, ids=str)
def test_means_and_their_intervals(tally: Tally, np: Any, weightstats: Any, counts: tuple[int, ...]) -> None:
    ours = ScoreCounts(counts, FIVE)
    values = np.repeat(np.arange(1, 6), counts)
    tally.compare(mean(ours), float(values.mean()))
    tally.compare(standard_deviation(ours) or 0.0, float(values.std(ddof=1)))
    for confidence in (0.8, 0.95, 0.99):
        limits = t_interval(ours, confidence)
        assert limits is not None
        low, high = weightstats.DescrStatsW(values).tconfint_mean(alpha=1 - confidence)
        tally.compare(limits.lower, max(1.0, low))
        tally.compare(limits.upper, min(5.0, high))


def test_difference_of_means(tally: Tally, np: Any, scipy: Any, weightstats: Any) -> None:
    for one, two in product(SETS, SETS):
        now, before = (np.repeat(np.arange(1, 6), counts) for counts in (one, two))
        ours = mean_difference(ScoreCounts(one, FIVE), ScoreCounts(two, FIVE))
        theirs = scipy.stats.ttest_ind(now, before, equal_var=False)
        low, high = weightstats.CompareMeans(*map(weightstats.DescrStatsW, (now, before))).tconfint_diff(
            usevar="unequal"
        )
        tally.compare(ours.p_value, float(theirs.pvalue), 1e-8)
        tally.compare(ours.df or 0.0, float(theirs.df))
        tally.compare(ours.lower, max(-4.0, low))
        tally.compare(ours.upper, min(4.0, high))


def test_distributions(tally: Tally, scipy: Any) -> None:
    stats = scipy.stats
    for a, b in product((0.5, 1.0, 3.5, 20.0, 400.0, 1e5), repeat=2):
        for p in (1e-6, 0.025, 0.5, 0.9, 0.999):
            x = float(stats.beta.ppf(p, a, b))
            tally.compare(beta_quantile(p, a, b), x, 1e-8)
            if 0.0 < x < 1.0:
                tally.compare(beta_cdf(x, a, b), float(stats.beta.cdf(x, a, b)), 1e-8)
    for df in (1, 2, 3.7, 10, 30, 250.5, 1e6):
        for p in (0.0005, 0.025, 0.3, 0.8, 0.975):
            t = float(stats.t.ppf(p, df))
            tally.compare(t_quantile(p, df), t, 1e-8)
            tally.compare(t_cdf(t, df), p, 1e-8)
    for df, x in product((1, 2, 5, 40), (0.01, 1.0, 3.84, 20.0, 90.0)):
        tally.compare(chi_square_survival(x, df), float(stats.chi2.sf(x, df)), 1e-8)


def posterior_chance(scipy: Any, net: float, promoters: float, passives: float, detractors: float) -> float:
    """The chance of a net share below a positive one: first over the passives, then over who is left."""
    left = scipy.stats.beta(promoters + detractors, passives)
    within = scipy.stats.beta(promoters, detractors)
    inner, _ = scipy.integrate.quad(
        lambda share: left.pdf(share) * within.cdf((1 + net / share) / 2), net, 1, epsabs=0, epsrel=1e-11, limit=200
    )
    return float(left.cdf(net) + inner)


@pytest.mark.parametrize(
    "shapes",
    [(20.5, 3.5, 1.5), (242.3, 3.46, 1.5), (22.5, 3.5, 1.5), (40.5, 5.5, 2.5), (400.5, 20.5, 100.5)],
    ids=str,
)
@pytest.mark.parametrize("p", [0.0005, 0.025, 0.25])
def test_posterior_of_the_net_share(tally: Tally, scipy: Any, shapes: tuple[float, float, float], p: float) -> None:
    net = net_share_quantile(p, *shapes)
    assert net > 0
    tally.compare(posterior_chance(scipy, net, *shapes), p, 1e-9)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("benjamini-hochberg", "fdr_bh"), ("benjamini-yekutieli", "fdr_by"), ("holm", "holm")],
)
def test_many_tests_at_once(tally: Tally, multitest: Any, ours: str, theirs: str) -> None:
    for p_values in ([0.01, 0.04, 0.03, 0.5], [0.2] * 5, [0.0001, 0.0004, 0.0019, 0.0095, 0.02, 0.3, 0.6, 1.0], [0.04]):
        found = adjusted(p_values, correction=ours)
        flagged, values, _, _ = multitest.multipletests(p_values, alpha=0.05, method=theirs)
        assert list(found.flagged) == list(flagged)
        for own, other in zip(found.adjusted, values, strict=True):
            tally.compare(own, float(other))
