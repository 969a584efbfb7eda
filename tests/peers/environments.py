"""Environments of their own for other people's software, made once and kept under `.peers/`.

python tests/peers/environments.py NAME...      makes some of them, or all without a name
"""

import fcntl
import shutil
import subprocess
import sys
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
HOMES = ROOT / ".peers"
PACKAGES = {
    "scalecodec-1.2.12": ["scalecodec==1.2.12"],
    "substrate-interface-1.8.1": ["substrate-interface==1.8.1"],
    "async-substrate-interface-2.2.1": ["async-substrate-interface==2.2.1", "bittensor-wallet>=4.1,<5"],
    "bittensor-11.3.0": ["bittensor==11.3.0", "msgpack>=1.1", "numpy>=2.0"],
    "bittensor-10.5.0": ["bittensor==10.5.0"],
    "bittensor-9.12.2": ["bittensor==9.12.2", "async-substrate-interface<2"],
    "bittensor-8.5.2": ["bittensor==8.5.2"],
    "bittensor-7.4.0": ["bittensor==7.4.0"],
    "taokit-bittensor-11.3.0": ["bittensor==11.3.0", "-e", f"{ROOT}[devnet]"],
    "taokit-bittensor-10.5.0": ["bittensor==10.5.0", "-e", f"{ROOT}[devnet]"],
}
POLKADOT = "@polkadot/api@16.5.6"
WITH_TORCH = ("bittensor-10.5.0", "bittensor-9.12.2", "bittensor-8.5.2", "bittensor-7.4.0")
"""Their tensors need it, also those of numpy. It is large: they share the one of the environment that runs this."""


def python_of(name):
    """The interpreter of an environment, which is made first where it is missing, half made or of other packages."""
    home, wanted = HOMES / name, "\n".join([sys.version, *PACKAGES[name]])
    python, made = home / "bin" / "python", home / "made.txt"
    with _alone():
        if not made.exists() or made.read_text() != wanted:
            shutil.rmtree(home, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", home], check=True)
            subprocess.run([python, "-m", "pip", "install", "-qq", *PACKAGES[name]], check=True)
            made.write_text(wanted)
        if name in WITH_TORCH:
            (_packages_of(home) / "torch.pth").write_text(f"{_shared_torch()}\n")
    return python


def node_home():
    """A folder with polkadot.js in it, for node; made first where it is missing or of another version."""
    home = HOMES / "polkadot.js"
    made = home / "made.txt"
    with _alone():
        if not made.exists() or made.read_text() != POLKADOT:
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            (home / "package.json").write_text("{}\n")
            npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", POLKADOT]
            subprocess.run(npm, cwd=home, check=True)
            made.write_text(POLKADOT)
    return home


@contextmanager
def _alone():
    """Let one process at a time make environments."""
    HOMES.mkdir(exist_ok=True)
    with (HOMES / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _packages_of(home):
    return next((home / "lib").glob("python*")) / "site-packages"


def _shared_torch():
    """A folder of links to our torch and what it needs, and to nothing else of ours."""
    folder = HOMES / "torch"
    if (folder / "torch").resolve() == Path(_distribution("torch").locate_file("torch")).resolve():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for found in _with_needs("torch", {}).values():
        for top in {file.parts[0] for file in found.files if not file.parts[0].startswith((".", "_"))}:
            link = folder / top
            if not link.is_symlink():
                link.symlink_to(Path(found.locate_file(top)).resolve())
    return folder


def _with_needs(name, known):
    """A distribution of this environment and all that it needs, by name, added to those that are known."""
    if name not in known:
        known[name] = found = _distribution(name)
        for needed in map(Requirement, found.requires or ()):
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                _with_needs(needed.name, known)
    return known


def _distribution(name):
    try:
        return distribution(name)
    except PackageNotFoundError as error:
        raise RuntimeError(f"no {name} here, which other environments share: pip install -e '.[dev]'") from error


if __name__ == "__main__":
    for name in sys.argv[1:] or PACKAGES:
        sys.stdout.write(f"{python_of(name)}\n")
