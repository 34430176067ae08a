"""Counts to draw from, shared by the property tests."""

from hypothesis import strategies as st

from cxsurvey.scoring.counts import GroupCounts
from cxsurvey.scoring.intervals import Method

scores = st.integers(min_value=0, max_value=10)

# a half for sizes of up to 12 and a half for those of up to 5,000, as one draw each: many of them make up a list
_places = st.integers(0, 5_000 + 1 + 5_000)


def _size(place: int) -> int:
    return place % 13 if place <= 5_000 else place - 5_001


group_sizes = _places.map(_size)
some_groups = (
    st.tuples(_places, _places, _places)
    .map(lambda places: GroupCounts(*map(_size, places)))
    .filter(lambda groups: groups.n > 0)
)
confidences = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
methods = st.sampled_from(list(Method))

# Up to the largest count there is, and few beside many.
_extreme_sizes = st.sampled_from([0, 1, 2, 9, 10, 10**6, 3 * 10**11])
extreme_groups = st.builds(GroupCounts, _extreme_sizes, _extreme_sizes, _extreme_sizes)
extreme_confidences = st.sampled_from([5e-324, 1e-9, 0.95, 1 - 2**-53])
