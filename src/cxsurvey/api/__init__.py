"""The audience of other systems: REST under `/api/v1`, described by OpenAPI, with keys and without cookies."""

from cxsurvey.api.application import build

__all__ = ["build"]
