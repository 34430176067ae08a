"""From exact counts to a score with honest uncertainty. Pure: standard library only.

Whole-number counts go in, frozen dataclasses come out. Nothing here reads a clock, draws
randomness, touches a file or rounds; the same counts always give the same result, and
merging two sets of counts equals scoring their union.

================  =======================================================================
module            what it offers
================  =======================================================================
``scales``        ``Scale``, ``Metric``, ``Band``, ``Definition``, the definition ``NPS``,
                  ``band(score)``
``catalogue``     every definition on offer: NPS, eNPS, CSAT and CES on their scales;
                  ``box_definition(...)`` for a scale of one's own
``counts``        ``ScoreCounts`` (one count per score value), ``GroupCounts`` (promoters,
                  passives, detractors); both merge with ``+``
``dirichlet``     ``net_share_quantile``: the posterior of a net share, without any drawing
``intervals``     ``Method``, ``interval(groups, confidence, method)``, ``wilson(k, n)``
``shares``        ``ShareMethod``, ``share_interval(k, n, ...)``, ``share_difference(...)``
``means``         ``MeanMethod``, ``mean_interval(counts, ...)``, ``mean_difference(...)``,
                  ``share_leads(n)``
``methods``       ``method_for(headline, name)``: which method fits which headline
``score``         ``score(counts, definition, ...) -> Result``: one function for every metric
``comparing``     ``compare(now, before, definition) -> Difference``: did it change
``paired``        ``paired_difference(steps)`` of the same people; ``rest_of(total, segment)``
``nps``           ``nps(counts) -> Result``, ``difference(now, before) -> Difference``
``results``       ``Result``, ``Figure`` and ``Difference``, the same shape for every metric
``lowbase``       ``base(n) -> Base``: what a score from n responses may be used for
``trend``         ``trend(days, grain) -> tuple[Period, ...]``: weeks or months of day counts
``special``       ``beta_cdf``, ``beta_quantile``, ``t_cdf``, ``t_quantile``, ``normal_cdf``,
                  ``normal_quantile``, ``chi_square_survival``
``significance``  ``POWER``, ``two_sided`` p-values, ``detectable`` differences
``multiple``      ``adjusted(p_values, q, correction)``: many tests at once, with flags
``shrinkage``     ``shrunken_nps(segments)``, ``shrunken_shares(segments)``: empirical Bayes
``pulling``       ``normal_fit``, ``mean_and_correlation``: how much of differences is chance
``ranking``       ``ranking(segments) -> Ranking``: shrunken, tied, flagged
``funnel``        ``nps_funnel(overall, bases)``, ``share_funnel(k, n, bases)``: limits to draw
``withholding``   ``withholding(groups, minimum)``: what an anonymous survey must not show
``weights``       ``weighted_nps(cells)``, ``weighted_share(cells)``, ``effective_n(weights)``,
                  ``nonresponse_bounds(groups, invited)``, ``finite_population_factor(n, N)``
``strata``        ``poststratified_nps(strata)``, ``poststratified_share(strata)``,
                  ``mix_standardised_change(now, before, mix)``
``spread``        ``Spread``, ``Mix``: how much responses differ, assumed or from own counts
``planning``      ``responses_for_margin``, ``responses_to_see_change``, ``invitations_needed``,
                  ``margin_for_responses``, ``detectable_change``
``rates``         ``InvitationCounts``, ``response_rate``, ``completion_rate``, ``delivery_rate``,
                  ``Dispositions`` and the AAPOR rates
``smoothing``     ``rolling`` windows, ``compare_apart``, ``smoothed_net``, ``smoothed_share``
``control``       ``net_chart``, ``share_chart``: control charts with typed signals
``drivers``       ``key_drivers``: which attribute ratings go along with the outcome
``importance``    ``shapley_weights``, ``johnson_weights``, ``r_squared`` from correlations
``linear``        ``cholesky``, ``solved``, ``symmetric_eigen`` for small symmetric matrices
``rounding``      ``display(value, decimals)``: the only rounding, done last
``errors``        ``ScoringError`` and its subclasses
================  =======================================================================

Units: results are in display units: points from -100 to 100, percent from 0 to 100, or points
of the scale. The functions of ``intervals`` and ``shares`` work on shares, from -1 to 1.
Confidence is a share strictly between 0 and 1.

A score of nothing is ``None``, never 0. Wrong input raises a ``ScoringError`` that names
what is allowed; nothing is clamped, guessed or dropped.

>>> from cxsurvey.scoring.counts import GroupCounts
>>> from cxsurvey.scoring.nps import nps
>>> from cxsurvey.scoring.rounding import display
>>> result = nps(GroupCounts(promoters=12, passives=3, detractors=5))
>>> display(result.estimate), display(result.lower), display(result.upper), result.n
('35', '-5', '65', 20)
"""
