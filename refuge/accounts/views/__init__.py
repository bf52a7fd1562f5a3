"""Signing in and out, leaving, one's own account, and looking after the people who sign in."""

from __future__ import annotations

from refuge.accounts.views import account, agencies, people, signing_in, welcome
from refuge.accounts.views.blueprint import blueprint
from refuge.accounts.views.signing_in import leave

__all__ = ["account", "agencies", "blueprint", "leave", "people", "signing_in", "welcome"]
