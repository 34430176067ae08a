"""The outside form of ids: one spelling for each, and nothing else is one."""

from __future__ import annotations

from base64 import b32hexencode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.core.ids import BASE62, base62, decode, encode, from_base62


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


def plainly(raw: bytes) -> str:
    """A number in base 62 digit by digit."""
    number = int.from_bytes(raw, "big")
    text = ""
    while number:
        text = BASE62[number % 62] + text
        number //= 62
    return text


@given(st.binary(max_size=40), st.integers(0, 60))
def test_bytes_go_out_in_base_62_and_come_back(raw: bytes, length: int) -> None:
    text = base62(raw, length)
    assert text == plainly(raw).rjust(length, "0")
    assert from_base62(text, len(raw)) == raw


@pytest.mark.parametrize("number", [0, 1, 61, 62, 62**2, 62**4 - 1, 62**4, 62**8, 62**10 - 1, 62**26, 2**160 - 1])
def test_no_digit_is_lost_where_digits_are_taken_by_four(number: int) -> None:
    raw = number.to_bytes(20, "big")
    assert base62(raw, 27) == plainly(raw).rjust(27, "0")


@pytest.mark.parametrize("text", ["é", "0-", "_0", " 0", "0\n", "\0", "٣", "\ud800", "zzzzzzzzz", "1HvWXNAa8"])
def test_what_is_no_number_of_six_bytes_is_none(text: str) -> None:
    assert from_base62(text, 6) is None
