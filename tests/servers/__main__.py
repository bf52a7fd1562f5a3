"""Make sure before the tests that both servers can be had, because installing one is slow."""

import os
import subprocess
import sys

from tests.servers.chromium import CHROMIUM_ARGUMENTS, chromium_path
from tests.servers.postgres import postgres_url


def main() -> None:
    """Find or install Chromium, start PostgreSQL once, and say which versions answered."""
    browser = chromium_path()
    said = subprocess.run(
        [browser, *CHROMIUM_ARGUMENTS, "--version"], capture_output=True, text=True, check=False, timeout=60
    )
    if said.returncode:
        sys.exit(f"Chromium was found at {browser} but does not start: {said.stderr.strip()}")
    print(f"Browser: {said.stdout.strip()}", flush=True)
    with postgres_url() as url:
        where = "the server that TEST_DATABASE_URL names" if "TEST_DATABASE_URL" in os.environ else "a new server"
        print(f"PostgreSQL: {where} answers ({url.split('://', maxsplit=1)[0]})", flush=True)


if __name__ == "__main__":
    main()
