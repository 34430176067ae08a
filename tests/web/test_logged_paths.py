"""Addresses in the log: what opens a door is cut."""

import pytest

from cxsurvey.web.middleware import without_secrets


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/r/0123456789abcdefghijklmnopq", "/r/012345…"),
        ("/a/0123456789abcdefghijklmnopq/more", "/a/…/more"),
        ("/a/0123456789abcdefghijklmnopqrstuvwxyz", "/a/…"),
        ("/u/0123", "/u/0123"),
        ("/setup/0123456789abcdefghijklmnopq", "/setup/012345…"),
        ("/reset/0123456789abcdefghijklmnopq", "/reset/012345…"),
        ("/enter/0123456789abcdefghijklmnopq", "/enter/012345…"),
        ("/w/northwind/keys", "/w/northwind/keys"),
    ],
)
def test_the_log_holds_only_the_beginning_of_a_token(path: str, logged: str) -> None:
    assert without_secrets(path) == logged
