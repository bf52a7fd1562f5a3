"""People with passwords, and hashing that does not slow the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from refuge.accounts import passwords
from tests.builders import Pilot

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

PASSWORD = "seven otters juggle marmalade"
OTHER_PASSWORD = "lanterns above wet cobblestones"


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with the weakest settings of argon2id; the tests of the real ones say so themselves."""
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", weak)
    monkeypatch.setattr(passwords, "_DUMMY", weak.hash("nobody"))


@pytest.fixture
def with_password(app: Flask) -> Callable[..., None]:
    """Give people passwords by their e-mail names."""

    def give(*names: str, password: str = PASSWORD) -> None:
        with app.extensions["database"].write() as db:
            for name in names:
                Pilot().person(db, name).password_hash = passwords.hash_password(password)

    return give


@pytest.fixture
def sign_in(browser: FlaskClient, with_password: Callable[..., None]) -> Callable[..., TestResponse]:
    """Sign in through the form, as `worker.wall` with the right password unless told otherwise."""
    with_password("worker.wall")

    def post(
        name: str = "worker.wall", password: str = PASSWORD, *, path: str = "/sign-in", source: str = "192.0.2.1"
    ) -> TestResponse:
        told = {"email": f"{name}@example.org", "password": password}
        return browser.post(path, data=told, environ_overrides={"REMOTE_ADDR": source})

    return post
