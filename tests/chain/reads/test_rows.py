import numpy as np

from taokit.chain import Storage, StorageMap, reads, run

HOTKEY = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
SUBNETS = "SubtensorModule"


def read(question, answers):
    return run(question, answers.__getitem__)


def test_commits():
    stored = [("0x" + "11" * 32, 4, 1450, 0), ("0x" + "22" * 32, 5, 1800, 0)]
    key = Storage(SUBNETS, "WeightCommits", (4096 + 3, HOTKEY))
    assert read(reads.weight_commits(3, HOTKEY, 1), {key: stored}) == (
        reads.WeightCommit(b"\x11" * 32, 4, 1450),
        reads.WeightCommit(b"\x22" * 32, 5, 1800),
    )
    assert read(reads.weight_commits(3, HOTKEY), {Storage(SUBNETS, "WeightCommits", (3, HOTKEY)): None}) == ()


def test_rows_are_kept_by_uid():
    stored = {StorageMap(SUBNETS, "Bonds", (4096 + 3,), pairs=True): [(4, [(0, 1), (7, 65535)]), (9, [])]}
    found = read(reads.bond_rows(3, 1), stored)
    assert {uid: row.tolist() for uid, row in found.items()} == {4: [[0, 1], [7, 65535]], 9: []}
    assert found[9].shape == (0, 2)
    assert found[4].dtype == np.uint16
