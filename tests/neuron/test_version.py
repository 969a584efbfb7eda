import sys
import types

import pytest

import taokit
from taokit.neuron.version import version_key


@pytest.mark.parametrize(
    ("stated", "key"), [("1.2.3", 1023), ("0.4.0rc2", 40), ("2", 2000), ("10.11", 10110), (None, 0), ("unknown", 0)]
)
def test_a_version_becomes_a_number_as_most_subnets_count_it(monkeypatch, stated, key):
    package = types.ModuleType("my_subnet")
    if stated is not None:
        package.__version__ = stated
    monkeypatch.setitem(sys.modules, "my_subnet", package)
    owner = type("Checks", (taokit.Validator,), {"__module__": "my_subnet.validator"})
    assert version_key(owner) == key


def test_an_installed_distribution_will_do():
    owner = type("Checks", (taokit.Validator,), {"__module__": "pytest_asyncio_of_nobody"})
    assert version_key(owner) == 0
    major, minor, patch = map(int, pytest.__version__.split(".")[:3])
    assert version_key(type("Checks", (), {"__module__": "pytest.sub"})) == 1000 * major + 10 * minor + patch
