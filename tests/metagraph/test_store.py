import gzip
import json
from dataclasses import fields

import numpy as np
import pytest

from metagraphs import metagraph
from taokit.errors import ConfigurationError
from taokit.metagraph import store
from taokit.metagraph.store import from_bytes, to_bytes


def test_a_metagraph_comes_back_as_it_was():
    made = metagraph()
    back = from_bytes(to_bytes(made))
    for item in fields(made):
        before, after = getattr(made, item.name), getattr(back, item.name)
        if isinstance(before, np.ndarray):
            assert before.dtype == after.dtype, item.name
            assert before.tolist() == after.tolist(), item.name
            assert not after.flags.writeable
        elif item.name in ("weights", "bonds"):
            assert {uid: row.tolist() for uid, row in before.items()} == {uid: r.tolist() for uid, r in after.items()}
        else:
            assert before == after, item.name


def test_validator_trust_may_be_unknown():
    made = metagraph(validator_trust=np.array([], dtype=np.uint16))
    assert from_bytes(to_bytes(made)).validator_trust.tolist() == []


def test_a_file_cut_anywhere_is_told():
    whole = to_bytes(metagraph())
    for end in range(0, len(whole), 97):
        with pytest.raises(ConfigurationError, match="no JSON, or cut short"):
            from_bytes(whole[:end])


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("format", "other/1", "its format is not taokit.metagraph/1"),
        ("hotkeys", [], "has no uid"),
        ("alpha_stake", [0, 1], "alpha_stake of the metagraph has 2 entries for 5 uids"),
        ("alpha_stake", [0, -1, 0, 0, 0], "alpha_stake of the metagraph is -1 for uid 1"),
        ("alpha_stake", [0, 0, 2**64, 0, 0], "alpha_stake of the metagraph is 18446744073709551616 for uid 2"),
        ("alpha_stake", [0, 0, 1.5, 0, 0], "alpha_stake of the metagraph is 1.5 for uid 2"),
        ("incentive", [0, 0, 0, 65536, 0], "incentive of the metagraph is 65536 for uid 3, outside 0 to 65535"),
        ("weights", {"1": [[9, 1]]}, "weights of uid 1 of the metagraph name uid 9"),
        ("weights", {"9": [[1, 1]]}, "weights of the metagraph name uid 9"),
        ("weights", {"1": [[3]]}, r"the weights of uid 1 hold \[3\]"),
        ("bonds", {"1": [[3, 70000]]}, "the bonds of uid 1 give uid 3 70000"),
        ("parameters", {"tempo": 1}, "parameters of the metagraph does not read"),
        ("block_hash", "xyz", "block_hash of the metagraph does not read"),
    ],
)
def test_what_does_not_fit_is_told_by_name(name, value, told):
    plain = json.loads(to_bytes(metagraph()))
    with pytest.raises(ConfigurationError, match=told):
        from_bytes(json.dumps({**plain, name: value}).encode())


def test_what_is_missing_is_told_by_name():
    plain = json.loads(to_bytes(metagraph()))
    del plain["bonds"]
    with pytest.raises(ConfigurationError, match="has no bonds"):
        from_bytes(json.dumps(plain).encode())


def test_packed_it_is_smaller_the_same_each_time_and_any_gzip_reads_it():
    made = metagraph()
    packed = to_bytes(made, packed=True)
    assert packed == to_bytes(made, packed=True)
    assert gzip.decompress(packed) == to_bytes(made)
    assert from_bytes(packed) == made


def test_a_packed_file_cut_anywhere_or_damaged_is_told():
    whole = to_bytes(metagraph(), packed=True)
    for end in range(2, len(whole), 31):
        with pytest.raises(ConfigurationError, match="this gzip file is cut short"):
            from_bytes(whole[:end])
    with pytest.raises(ConfigurationError, match="no gzip file, or damaged"):
        from_bytes(whole[:60] + b"\xff\xff" + whole[62:])


def test_a_file_that_would_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(store, "LARGEST", 1000)
    with pytest.raises(ConfigurationError, match="unpacks to more than 1000 bytes"):
        from_bytes(gzip.compress(bytes(100_000)))


def test_a_file_of_another_version_is_told_from_one_of_something_else():
    plain = json.loads(to_bytes(metagraph()))
    with pytest.raises(ConfigurationError, match=r"of the format taokit\.metagraph/2, and taokit\.metagraph/1") as told:
        from_bytes(json.dumps({**plain, "format": "taokit.metagraph/2"}).encode())
    assert "that version" in told.value.hint
