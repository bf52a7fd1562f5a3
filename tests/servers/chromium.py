"""Find a Chromium for the browser tests, or install one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

CHROMIUM_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
)
"""How tests start Chromium: as root in a container, and silent towards every network but loopback."""

HOW = (
    "The browser tests need Chromium. Install it (on Debian: apt install chromium) "
    "or set CHROMIUM to the path of a Chromium or Chrome."
)


def chromium_path() -> str:
    """Give the path of a Chromium: named by CHROMIUM, installed already, or installed now."""
    found = _named() or _on_path() or _of_playwright() or _from_apt() or _from_playwright()
    if found is None:
        raise RuntimeError(HOW)
    return found


def _named() -> str | None:
    named = os.environ.get("CHROMIUM")
    if named is None:
        return None
    found = shutil.which(named)
    if found is None:
        raise RuntimeError(f"CHROMIUM names {named}, which cannot be run. {HOW}")
    return found


def _on_path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def _of_playwright() -> str | None:
    try:
        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
    except Error:
        return None
    return path if Path(path).exists() else None


def _from_apt() -> str | None:
    apt = shutil.which("apt-get")
    if apt is None:
        return None
    rights: list[str] = []
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        if sudo is None or not _worked([sudo, "-n", "true"]):
            return None
        rights = [sudo, "-n"]
    print("Installing Chromium for the browser tests (a minute or two) …", flush=True)
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", apt]
    install = [*rights, *quiet, "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    if not _worked(install):
        _worked([*rights, *quiet, "update", "-qq"])
        _worked(install)
    return _on_path()


def _from_playwright() -> str | None:
    print("Fetching Playwright’s Chromium for the browser tests …", flush=True)
    playwright = shutil.which("playwright") or str(Path(sys.executable).with_name("playwright"))
    _worked([playwright, "install", "chromium"])
    return _of_playwright()


def _worked(command: list[str]) -> bool:
    """Whether a command succeeded; what it says is not shown."""
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=600).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
