"""The names of interval methods, and which of them fits which headline."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from cxsurvey.scoring.errors import UnknownMethodError
from cxsurvey.scoring.intervals import Method
from cxsurvey.scoring.means import MeanMethod
from cxsurvey.scoring.scales import Headline
from cxsurvey.scoring.shares import ShareMethod

AnyMethod: TypeAlias = Method | ShareMethod | MeanMethod

METHODS: Final[Mapping[Headline, tuple[AnyMethod, ...]]] = {
    Headline.NET: tuple(Method),
    Headline.TOP_BOX: tuple(ShareMethod),
    Headline.MEAN: tuple(MeanMethod),
}
"""The methods of each headline; the first of each is the default."""


def method_for(headline: Headline, name: object = None) -> AnyMethod:
    """The method of this name for this headline, or its default when no name is given.

    Raises ``UnknownMethodError`` naming the methods of the headline.

    >>> method_for(Headline.TOP_BOX).value, method_for(Headline.NET, "wald").value
    ('wilson', 'wald')
    """
    methods = METHODS[headline]
    if name is None:
        return methods[0]
    for method in methods:
        if method == name:
            return method
    allowed = ", ".join(method.value for method in methods)
    raise UnknownMethodError(f"The interval method of a {headline.value} score must be one of {allowed}, not {name!r}.")


def method_names() -> tuple[str, ...]:
    """Every method's name, each once.

    >>> method_names()[:2]
    ('score', 'adjusted-wald')
    """
    return tuple(dict.fromkeys(method.value for methods in METHODS.values() for method in methods))
