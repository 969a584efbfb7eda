"""Unmodified clients against `taokit devnet`, each in an environment of its own; `make clients` prints them all."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from devnet_clients import CLIENTS, STEPS, results

pytestmark = pytest.mark.peers


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_client_takes_all_of_its_steps(name):
    found = await results(name)
    assert {step: problem for step, problem in found.items() if problem} == {}
    assert set(found) <= set(STEPS)
    assert len(found) >= 10
