"""From exact counts to a score with honest uncertainty. Pure: standard library only.

Whole-number counts go in, frozen dataclasses come out. Nothing here reads a clock, draws
randomness, touches a file or rounds; the same counts always give the same result, and
merging two sets of counts equals scoring their union.

=============  ==========================================================================
module         what it offers
=============  ==========================================================================
``scales``     ``Scale``, ``Metric``, ``Band``, ``Definition``, the definition ``NPS``,
               ``band(score)``
``catalogue``  every definition on offer: NPS, eNPS, CSAT and CES on their scales;
               ``box_definition(...)`` for a scale of one's own
``counts``     ``ScoreCounts`` (one count per score value), ``GroupCounts`` (promoters,
               passives, detractors); both merge with ``+``
``intervals``  ``Method``, ``interval(groups, confidence, method)``, ``wilson(k, n)``
``nps``        ``nps(counts) -> Result``, ``difference(now, before) -> Difference``
``results``    ``Result`` and ``Difference``, the same shape for every metric
``lowbase``    ``base(n) -> Base``: what a score from n responses may be used for
``trend``      ``trend(days, grain) -> tuple[Period, ...]``: weeks or months of day counts
``special``    ``beta_cdf``, ``beta_quantile``, ``t_cdf``, ``t_quantile``, ``normal_cdf``,
               ``normal_quantile``, ``chi_square_survival``
``shares``     ``ShareMethod``, ``share_interval(k, n, confidence, method)``,
               ``share_difference(now, before)``
``means``      ``mean``, ``standard_deviation``, ``mean_interval(counts, confidence, method)``,
               ``mean_difference(now, before)``, ``share_leads(n)``
``spread``     ``Spread``, ``Mix``: how much responses differ, assumed or from own counts
``planning``   ``responses_for_margin``, ``responses_to_see_change``, ``invitations_needed``,
               ``margin_for_responses``, ``detectable_change``
``rates``      ``InvitationCounts``, ``response_rate``, ``completion_rate``, ``delivery_rate``,
               ``Dispositions`` and the AAPOR rates
``rounding``   ``display(value, decimals)``: the only rounding, done last
``errors``     ``ScoringError`` and its subclasses
=============  ==========================================================================

Units: results are in display units, for NPS points from -100 to 100. The functions of
``intervals`` work on shares, from -1 to 1. Confidence is a share strictly between 0 and 1.

A score of nothing is ``None``, never 0. Wrong input raises a ``ScoringError`` that names
what is allowed; nothing is clamped, guessed or dropped.

>>> from cxsurvey.scoring.counts import GroupCounts
>>> from cxsurvey.scoring.nps import nps
>>> from cxsurvey.scoring.rounding import display
>>> result = nps(GroupCounts(promoters=12, passives=3, detractors=5))
>>> display(result.estimate), display(result.lower), display(result.upper), result.n
('35', '-5', '65', 20)
"""
