import os

from taokit.chain.beacon import QUICKNET
from taokit.neuron.timelock import Timelock
from taokit.testing import ciphertexts
from taokit.testing.ciphertexts import Ciphertexts, remembering


def test_what_one_run_seals_the_next_one_finds(tmp_path):
    first = Ciphertexts(tmp_path)
    first[b"one"], first[b"two"] = b"sealed", b""
    second = Ciphertexts(tmp_path)
    assert dict(second) == {b"one": b"sealed", b"two": b""}
    del second[b"one"]
    assert dict(Ciphertexts(tmp_path)) == {b"two": b""}


def test_the_oldest_go_first(tmp_path, monkeypatch):
    monkeypatch.setattr(ciphertexts, "MOST", 3)
    kept = Ciphertexts(tmp_path)
    for number in range(5):
        kept[bytes([number])] = b"x"
        os.utime(tmp_path / f"{number:02x}", (number, number))
    assert list(kept) == list(Ciphertexts(tmp_path)) == [b"\x02", b"\x03", b"\x04"]


def test_strange_files_are_left_alone(tmp_path):
    (tmp_path / "readme").write_text("not ours")
    (tmp_path / "00.123").write_text("of a process that died")
    assert not Ciphertexts(tmp_path)


def test_a_folder_that_is_gone_costs_the_memory_only(tmp_path):
    (tmp_path / "gone").mkdir()
    kept = Ciphertexts(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    kept[b"one"] = b"sealed"
    assert kept[b"one"] == b"sealed"
    del kept[b"one"]


async def test_the_patch_and_the_worker_share_what_is_remembered():
    asked, kept = [], Ciphertexts()

    def encrypt(message, round, public_key):
        asked.append(message)
        return b"sealed " + message

    remembered = remembering(kept, encrypt)
    assert remembered(b"a", 5, QUICKNET.public_key) == remembered(b"a", 5, QUICKNET.public_key) == b"sealed a"
    assert remembered(b"a", 6, QUICKNET.public_key) == b"sealed a"
    assert asked == [b"a", b"a"]
    assert await Timelock(remembered=kept).encrypt(b"a", 5, QUICKNET) == b"sealed a"
