"""The real servers that tests need: PostgreSQL and Chromium, found or installed, never skipped."""

from tests.servers.chromium import CHROMIUM_ARGUMENTS, chromium_path
from tests.servers.postgres import postgres_url

__all__ = ["CHROMIUM_ARGUMENTS", "chromium_path", "postgres_url"]
