"""Passwords: strong hashes, few at once, and rules that refuse only what can be guessed."""

from __future__ import annotations

import threading

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from werkzeug.exceptions import ServiceUnavailable

from refuge.accounts import passwords
from refuge.accounts.passwords import hash_password, is_outdated, matches, weakness

HER = ("Ann Example", "Wall agency", "worker.wall@example.org")
MIB = 1024


def test_a_stored_hash_is_argon2id_and_at_least_as_slow_as_owasp_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher())
    told = extract_parameters(hash_password("seven otters juggle marmalade"))
    assert told.type is Type.ID
    assert told.memory_cost >= 19 * MIB
    assert told.time_cost >= 2


def test_a_hash_of_weaker_settings_is_outdated() -> None:
    assert not is_outdated(hash_password("seven otters"))
    assert is_outdated(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash("seven otters"))


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
def test_nothing_matches_where_no_password_is_stored(stored: str | None) -> None:
    assert not matches(stored, "nobody")
    assert not matches(stored, "")


@pytest.mark.parametrize(
    "password",
    [
        "seven otters juggle marmalade",
        "  spaces count too, at both ends  ",
        "Ωμέγα ταξίδι θάλασσα",
        "🦦🌧️🪁🧦🏔️🥁🪵🍋🚲🐝🎈🧀🪺🧭🫖",
        "x7!" * 66,
    ],
)
def test_a_long_password_of_any_characters_is_taken_and_opens_again(password: str) -> None:
    if "x7!" not in password and not password.startswith("🦦"):
        assert weakness(password, HER) is None
    assert matches(hash_password(password), password)
    assert not matches(hash_password(password), password.strip() + "!")


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("", "15 characters"),
        ("otters juggle", "15 characters"),
        ("seven otters ju", None),
        ("s" * 201, "200 characters"),
        ("aaaaaaaaaaaaaaaaaaaaaaa", "easy to guess"),
        ("passwordpassword", "easy to guess"),
        ("qwertyuiopasdfghjkl", "easy to guess"),
        ("123456789012345678", "easy to guess"),
        ("abcabcabcabcabcabc", "easy to guess"),
        ("seven otters in Allocations", "guessed first"),
        ("the REFUGE of seven otters", "guessed first"),
        ("seven otters like Example", "guessed first"),
        ("seven otters at the wall", "guessed first"),
    ],
)
def test_what_can_be_guessed_is_refused_in_plain_words(password: str, said: str | None) -> None:
    sentence = weakness(password, HER)
    assert sentence is None if said is None else said in (sentence or "")


def test_a_third_hash_at_once_waits_its_turn_and_then_is_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PATIENCE", 0.05)
    hold, inside = threading.Event(), threading.Barrier(3)

    def occupy() -> None:
        with passwords._turn():  # noqa: SLF001  the only way to stand in the queue for a known time
            inside.wait(5)
            hold.wait(5)

    threads = [threading.Thread(target=occupy) for _ in range(passwords.AT_ONCE)]
    for thread in threads:
        thread.start()
    inside.wait(5)
    with pytest.raises(ServiceUnavailable):
        hash_password("seven otters")
    hold.set()
    for thread in threads:
        thread.join()
    assert hash_password("seven otters")
