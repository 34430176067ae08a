"""The query of an address: what nobody asked for is refused, as in a body."""

from __future__ import annotations

from collections import Counter
from urllib.parse import parse_qsl

from starlette.requests import Request

from cxsurvey.core.errors import Invalid
from cxsurvey.web.errors import ParameterProblem, in_one_sentence


def strict(request: Request, *, takes_any: bool) -> None:
    """Raises `Invalid` for a parameter that is named twice, or for any where the address takes none.

    Of two values one would be read and the other forgotten in silence. Where an address `takes_any`, the model of its
    query knows their names.
    """
    query = request.scope["query_string"]
    if not query:
        return
    named = Counter(name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    if takes_any:
        broken = [
            ParameterProblem(name, "duplicate_key", "must not be named twice") for name, n in named.items() if n > 1
        ]
    else:
        broken = [ParameterProblem(name, "unknown_field", "is not a parameter of this address") for name in named]
    if broken:
        raise Invalid(in_one_sentence(broken), problems=broken)
