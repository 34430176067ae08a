"""The outside form of ids: one spelling for each, and nothing else is one."""

from __future__ import annotations

from base64 import b32hexencode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.core.ids import decode, encode


@given(st.uuids())
def test_an_id_goes_out_in_base_32_and_comes_back(value: UUID) -> None:
    text = encode("rsp", value)
    assert text == "rsp_" + b32hexencode(value.bytes)[:26].decode().lower()
    assert decode("rsp", text) == value
    assert decode("srv", text) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "rsp", "rsp_", "0" * 26, "rsp_" + "0" * 25, "rsp_" + "0" * 27, "rsp__" + "0" * 25, "rsp_ " + "0" * 25,
        "rsp_+" + "0" * 25, "rsp_0_" + "0" * 24, "rsp_" + "0" * 25 + "1", "rsp_" + "V" * 26, "rsp_" + "w" * 26,
        "rsp_" + "٠" * 26, "rsp_" + "0" * 26 + "\n", "RSP_" + "0" * 26,
    ],
)  # fmt: skip
def test_what_is_no_id_is_none(text: str) -> None:
    assert decode("rsp", text) is None
