import numpy as np
import pytest

from taokit.chain import StorageMap, calls, reads
from taokit.chain.pair_rows import EMPTY, TYPE, row
from taokit.devnet import Devnet, codec_of, from_uri
from taokit.errors import ChainError


@pytest.fixture(scope="module")
def codec():
    return codec_of(Devnet.empty().backend().runtime())


@pytest.mark.parametrize("entries", [0, 1, 63, 64, 256, 4096, 16383, 16384])
def test_a_row_is_what_a_decoder_makes_of_it(codec, entries):
    draw = np.random.default_rng(entries)
    pairs = [tuple(pair) for pair in draw.integers(0, 65536, (entries, 2)).tolist()]
    found = row(codec.scale.encode(TYPE, pairs))
    assert found.shape == (entries, 2)
    assert [tuple(pair) for pair in found.tolist()] == pairs
    assert found.dtype == np.uint16
    assert not found.flags.writeable


@pytest.mark.parametrize(
    "raw", [b"", b"\x03\x00\x00\x00\x00", b"\x04\x01\x00\x02", EMPTY + b"\x00", b"\x08\x01\x00\x02\x00"]
)
def test_bytes_of_another_length_are_refused(raw):
    with pytest.raises(ChainError, match=r"no list of pairs of u16"):
        row(raw)


def test_a_map_reads_the_same_either_way():
    devnet = Devnet.subnet(miners=2, validators=2)
    chain = devnet.chain()
    for k in range(2):
        chain.submit(calls.set_weights(1, [1, 2], [1, 3 + k]), from_uri(f"//validator/{k}"))
    slow = chain.read(reads.value(StorageMap("SubtensorModule", "Weights", (1,))))
    quick = chain.read(reads.value(StorageMap("SubtensorModule", "Weights", (1,), pairs=True)))
    assert [(uid, [tuple(pair) for pair in pairs.tolist()]) for uid, pairs in quick] == slow
    assert len(slow) == 2


def test_a_map_of_something_else_is_decoded_as_ever():
    chain = Devnet.subnet(miners=2, validators=2).chain()
    asked = ("SubtensorModule", "BlockAtRegistration", (1,))
    assert chain.read(reads.value(StorageMap(*asked, pairs=True))) == chain.read(reads.value(StorageMap(*asked)))
