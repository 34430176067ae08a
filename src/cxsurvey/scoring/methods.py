"""The names of interval methods, and which of them fits which headline."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from cxsurvey.scoring.intervals import Method, method_named
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
    return METHODS[headline][0] if name is None else method_named(METHODS[headline], name, headline)


def method_names() -> tuple[str, ...]:
    """Every method's name, each once.

    >>> method_names()[:2]
    ('score', 'adjusted-wald')
    """
    return tuple(dict.fromkeys(method.value for methods in METHODS.values() for method in methods))
