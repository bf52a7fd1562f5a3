"""What the tests of the rota's pages ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import time_machine

from tests.rota.served import MORNING, Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient

    from refuge.database import Database


@pytest.fixture
def desk(database: Database, sign_in_as: Callable[[str], FlaskClient]) -> Iterator[Desk]:
    """The pages of the rota on a morning in June."""
    with time_machine.travel(MORNING, tick=False):
        yield Desk(database, sign_in_as)
