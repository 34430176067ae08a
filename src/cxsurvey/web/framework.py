"""FastAPI, loaded as far as a server uses it from its start on. Whoever loads this before all else starts sooner.

The models of an OpenAPI document are needed by whoever asks for the document; to make them ready takes 70 ms. None of
them holds an e-mail address, for which FastAPI would load a library of regular expressions, 35 ms more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel

from cxsurvey.core.lean import without


@contextmanager
def _models_made_at_first_use() -> Iterator[None]:
    """Models that are declared in the block are made ready when the first value of one is."""
    BaseModel.model_config["defer_build"] = True
    try:
        yield
    finally:
        del BaseModel.model_config["defer_build"]


with without("email_validator"), _models_made_at_first_use():
    import fastapi

__all__ = ["fastapi"]
