import numpy as np
import pytest

from taokit.chain import subnet
from taokit.chain.decoded import Told
from taokit.errors import TypeMoved

RECORD = {"block": 7, "version": 1, "ip": 0x7F000001, "port": 8091, "ip_type": 4, "protocol": 4}


@pytest.mark.parametrize(
    ("changed", "ip"),
    [
        ({}, "127.0.0.1"),
        ({"ip": 1, "ip_type": 6}, "::1"),
        ({"ip": 0, "ip_type": 0}, "0.0.0.0"),
        ({"ip": 1 << 32}, "::1:0:0"),
    ],
)
def test_addresses(changed, ip):
    found = subnet.endpoint(Told("SubtensorModule.Axons", {**RECORD, **changed}))
    assert (found.ip, found.port, found.block) == (ip, 8091, 7)


def told(value):
    return Told("SubtensorModule.Weights", value)


def test_rows():
    assert subnet.row(told([(1, 65535), (3, 2)])).tolist() == [[1, 65535], [3, 2]]
    assert subnet.row(told([])).shape == (0, 2)
    assert subnet.row(told([(1, 2)])).dtype == np.uint16
    assert {uid: row.tolist() for uid, row in subnet.rows([(4, told([(0, 1)]))]).items()} == {4: [[0, 1]]}


@pytest.mark.parametrize("value", [5, [(1, 70000)], [(1, "two")], None])
def test_rows_that_are_none(value):
    with pytest.raises(TypeMoved, match=r"SubtensorModule\.Weights"):
        subnet.row(told(value))
