"""taokit over substrate-interface's connections, in an environment of its own: the contract of every backend."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.peers

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".peers" / "taokit-substrate"


@pytest.fixture(scope="module")
def python():
    """The interpreter of an environment with taokit and substrate-interface, made once and kept."""
    found = HOME / "bin" / "python"
    if not found.exists():
        subprocess.run([sys.executable, "-m", "venv", HOME], check=True)
        subprocess.run([found, "-m", "pip", "install", "-q", "-e", f"{ROOT}[substrate,devnet,test]"], check=True)
    return found


def test_the_contract_holds(python):
    suite = ROOT / "tests" / "peers" / "substrate_interface_contract.py"
    ran = subprocess.run([python, "-m", "pytest", suite], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert "skipped" not in ran.stdout
