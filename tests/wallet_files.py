"""A wallet file that another program encrypted; see `vectors/wallets/README.md`."""

import shutil
from pathlib import Path

FOLDER = Path(__file__).parent / "vectors" / "wallets"
PASSWORD = "right"


def encrypted(folder):
    """A copy in this folder: the hotkey `me/hot`, which is //Bob."""
    shutil.copytree(FOLDER / "me", folder / "me")
    (folder / "me/hotkeys/hot").chmod(0o600)
    return folder
