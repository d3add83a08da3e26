"""Which Chromium the board is driven in, found without asking anybody to install one."""

import os
import shutil
import subprocess
import tarfile
import tempfile
from functools import cache
from pathlib import Path

from cramjam import brotli

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGE = "@sparticuz/chromium@147.0.0"
"""A Chromium that travels inside its package; nothing else is fetched when it is unpacked."""
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "fengqiao" / "chromium-147.0.0"
FETCH_S = 180
ABSENT = "there is no Chromium; install one, name it in FENGQIAO_BROWSER, or let npm reach its registry"
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@cache
def chromium():
    """The path of a Chromium: the one named, one on the path, or one from the package registry; None without any."""
    named = os.environ.get("FENGQIAO_BROWSER")
    on_path = (shutil.which(name) for name in (named, *NAMES) if name)
    return next((path for path in on_path if path), None) or _packed()


def launched(playwright):
    """A running browser of that kind."""
    path = chromium()
    libraries = {"LD_LIBRARY_PATH": str(CACHE / "lib")} if path == str(CACHE / "chromium") else {}
    return playwright.chromium.launch(
        executable_path=path, args=list(ARGUMENTS), env={**os.environ, **libraries}
    )


def _packed():
    """The Chromium of the package, unpacked once; None without npm or its registry."""
    if not CACHE.is_dir():
        if shutil.which("npm") is None:
            return None
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE.parent) as folder:
            try:
                _unpack(Path(folder))
                (Path(folder) / "ready").rename(CACHE)
            except (subprocess.SubprocessError, OSError, tarfile.TarError):
                return None
    return str(CACHE / "chromium")


def _unpack(folder):
    """Into `ready`: the browser, and the libraries that bare machines lack."""
    subprocess.run(
        ["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True, timeout=FETCH_S
    )
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    ready, packed = folder / "ready", folder / "package" / "bin"
    ready.mkdir()
    (ready / "chromium").write_bytes(brotli.decompress((packed / "chromium.br").read_bytes()))
    (ready / "chromium").chmod(0o755)
    libraries = folder / "libraries.tar"
    libraries.write_bytes(brotli.decompress((packed / "al2023.tar.br").read_bytes()))
    with tarfile.open(libraries) as archive:
        archive.extractall(ready, filter="data")
