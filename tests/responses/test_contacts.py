"""What passes for an address at which a customer can be reached."""

import pytest

from cxsurvey.responses.contacts import is_plausible


@pytest.mark.parametrize(
    "address",
    [
        "kim@example.com",
        "kim@münchen.example",
        "+49 30 1234-567",
        "(0212) 555 01 23",
        "0049.30/12345",
        "٠١٢٣٤٥٦٧٨٩",
    ],
)
def test_a_mail_address_and_a_phone_number_are(address: str) -> None:
    assert is_plausible(address)


@pytest.mark.parametrize(
    "address",
    ["not an address at all", "kim@", "@example.com", "kim at example.com", "12345", "1" * 16, "call 1234567", "+-/."],
)
def test_nothing_else_is(address: str) -> None:
    assert not is_plausible(address)
