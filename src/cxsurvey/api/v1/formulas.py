"""What a survey may ask: every formula with its scale."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from cxsurvey.api import schemas
from cxsurvey.api.contract import PREFIX, READS, problems
from cxsurvey.api.door import Calling
from cxsurvey.surveys import service

router = APIRouter(prefix=f"{PREFIX}/formulas", tags=["surveys"])


@router.get(
    "",
    summary="List what may be asked",
    operation_id="listFormulas",
    response_model=schemas.FormulaList,
    responses=problems(*READS),
)
async def list_formulas(caller: Calling) -> Response:
    """Every formula that a survey may be made with: scale, direction, look, unit and what counts as good."""
    return await caller.read(
        lambda ctx, _: schemas.FormulaList(data=[schemas.Formula.of(each) for each in service.offered(ctx)])
    )
