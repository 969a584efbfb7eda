import os

from taokit.backends import MetadataCache
from taokit.backends.cache import KEPT, MAX_BYTES

GENESIS = b"\x11" * 32
BLOB = b"meta\x0f" + bytes(range(256)) * 9


def test_what_is_stored_is_there_for_the_same_chain_and_version_only(tmp_path):
    cache = MetadataCache(tmp_path / "made" / "here")
    assert cache.load(GENESIS, 1) is None
    cache.store(GENESIS, 1, BLOB)
    assert MetadataCache(tmp_path / "made" / "here").load(GENESIS, 1) == BLOB
    assert cache.load(GENESIS, 2) is None
    assert cache.load(bytes(32), 1) is None


def test_a_damaged_file_is_removed(tmp_path):
    cache = MetadataCache(tmp_path)
    for damage in (lambda kept: kept[:-1], lambda kept: kept + b"\0", lambda kept: b"", lambda kept: b"x" + kept[1:]):
        cache.store(GENESIS, 1, BLOB)
        [path] = tmp_path.iterdir()
        path.write_bytes(damage(path.read_bytes()))
        assert cache.load(GENESIS, 1) is None
        assert list(tmp_path.iterdir()) == []


def test_nothing_huge_is_kept_or_read(tmp_path):
    cache = MetadataCache(tmp_path)
    cache.store(GENESIS, 1, bytes(MAX_BYTES + 1))
    assert list(tmp_path.iterdir()) == []
    cache.store(GENESIS, 1, BLOB)
    [path] = tmp_path.iterdir()
    os.truncate(path, 1 << 30)
    assert cache.load(GENESIS, 1) is None


def test_the_files_used_least_lately_go(tmp_path):
    cache = MetadataCache(tmp_path)
    for version in range(KEPT):
        cache.store(GENESIS, version, BLOB)
        os.utime(tmp_path / f"{GENESIS.hex()}-{version}.metadata", (version, version))
    (tmp_path / "left.part").write_bytes(b"by somebody who was killed")
    os.utime(tmp_path / "left.part", (0, 0))
    assert cache.load(GENESIS, 0) == BLOB
    cache.store(GENESIS, 99, BLOB)
    assert [version for version in (0, 1, 2, 99) if cache.load(GENESIS, version)] == [0, 2, 99]
    assert len(list(tmp_path.iterdir())) == KEPT


def test_a_folder_of_no_use_is_no_error(tmp_path):
    (tmp_path / "file").write_text("no folder")
    cache = MetadataCache(tmp_path / "file")
    cache.store(GENESIS, 1, BLOB)
    assert cache.load(GENESIS, 1) is None
