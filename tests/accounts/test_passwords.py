from __future__ import annotations

import unicodedata

import pytest

from cxsurvey.accounts import passwords


def test_hash_is_argon2id_with_the_parameters_of_rfc_9106() -> None:
    assert passwords.hashed("four words nobody guesses").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_nobodys_hash_costs_what_a_real_one_costs() -> None:
    assert not passwords.is_outdated(passwords.NOBODYS_HASH)
    assert not passwords.matches("anything", passwords.NOBODYS_HASH)


def test_a_password_fits_its_own_hash_alone() -> None:
    stored = passwords.hashed("four words nobody guesses")

    assert passwords.matches("four words nobody guesses", stored)
    assert not passwords.matches("Four words nobody guesses", stored)
    assert not passwords.matches("four words nobody guesses", "unusable")


def test_the_same_letters_fit_however_the_keyboard_composes_them() -> None:
    word = "größer als gedacht"

    assert passwords.matches(unicodedata.normalize("NFD", word), passwords.hashed(word))


@pytest.mark.parametrize("password", ["short", "eleven char", "x" * 257, "Password1234", "111111111111111"])
def test_bad_passwords_are_refused_with_a_reason(password: str) -> None:
    assert passwords.problem_with(password)


@pytest.mark.parametrize("password", ["twelve chars", "x1" * 128, "nur kleine wörter", "        a       "])
def test_no_composition_is_asked_for(password: str) -> None:
    assert passwords.problem_with(password) is None


def test_the_list_of_common_passwords_holds_only_what_length_alone_would_let_in() -> None:
    assert len(passwords.COMMON) > 100
    assert all(passwords.SHORTEST <= len(word) <= passwords.LONGEST for word in passwords.COMMON)
    assert all(word == word.casefold() for word in passwords.COMMON)
