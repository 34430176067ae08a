"""Which method fits which headline."""

import pytest

from cxsurvey.scoring.errors import UnknownMethodError
from cxsurvey.scoring.methods import METHODS, method_for, method_names
from cxsurvey.scoring.scales import Headline


@pytest.mark.parametrize(
    ("headline", "usual"), [(Headline.NET, "score"), (Headline.TOP_BOX, "wilson"), (Headline.MEAN, "t")]
)
def test_the_first_method_of_a_headline_is_its_default(headline: Headline, usual: str) -> None:
    assert method_for(headline).value == usual


def test_every_method_has_a_name_of_its_own_and_a_label() -> None:
    methods = [method for each in METHODS.values() for method in each]

    assert len(set(method_names())) == len(methods)
    assert all(method.label for method in methods)
    assert [method.value for method in methods if not method.recommended] == ["wald"]


@pytest.mark.parametrize("name", ["", "Wilson", "exact", 3, True])
def test_another_name_is_refused_and_the_allowed_ones_named(name: object) -> None:
    with pytest.raises(UnknownMethodError, match="must be one of wilson, agresti-coull, clopper-pearson, jeffreys"):
        method_for(Headline.TOP_BOX, name)
