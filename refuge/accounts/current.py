"""The person who is signed in, with her type: Flask-Login's `current_user` has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask_login import current_user

if TYPE_CHECKING:
    from refuge.accounts.models import Person


def user() -> Person:
    """Return the person who is signed in. Only for views that the gate guards."""
    return cast("Person", current_user._get_current_object())  # noqa: SLF001  the documented way to the object itself
