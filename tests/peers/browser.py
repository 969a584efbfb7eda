"""A real browser for tests of the explorer.

python tests/peers/browser.py       installs Chromium with apt-get where there is none
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])


def chromium():
    """Where Chromium is. Raises `RuntimeError` where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise RuntimeError("no Chromium here: run python tests/peers/browser.py as root")
    return found


def launched(playwright):
    """A browser without a window, which lets pages of elsewhere reach this machine, as many in use do.

    As root, as in containers, it cannot have a sandbox of its own.
    """
    args = ["--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests"]
    args += ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=chromium(), args=args)


if __name__ == "__main__":
    if not any(map(shutil.which, NAMES)):
        for command in INSTALL:
            subprocess.run(command, check=True)
    sys.stdout.write(f"{chromium()}\n")
