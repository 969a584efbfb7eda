import gzip
import tracemalloc
import zlib

import pytest

from taokit.dendrite.unpacking import unpacked
from taokit.errors import BadAnswer


@pytest.mark.parametrize("size", [0, 1, 999, 1000])
@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "GZIP", "x-gzip", " deflate "])
def test_a_body_up_to_the_limit_is_unpacked(size, encoding):
    plain = b"x" * size
    pack = {"gz": gzip.compress, "de": zlib.compress}.get(encoding.strip(" x-").lower()[:2], bytes)
    assert unpacked(pack(plain), encoding, limit=1000) == plain


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_body_over_the_limit_is_not(pack):
    encoding = "gzip" if pack is gzip.compress else "deflate"
    with pytest.raises(BadAnswer, match="more than 1000"):
        unpacked(pack(bytes(1001)), encoding, limit=1000)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_other_encodings_were_not_asked_for(encoding):
    with pytest.raises(BadAnswer, match="not asked for"):
        unpacked(b"x", encoding, limit=1000)


@pytest.mark.parametrize("body", [b"", b"x", gzip.compress(b"{}", mtime=0)[:-1], gzip.compress(b"{}", mtime=0) * 2])
def test_what_does_not_unpack_is_a_bad_answer(body):
    with pytest.raises(BadAnswer):
        unpacked(body, "gzip", limit=1000)


@pytest.mark.parametrize(("pack", "encoding"), [(gzip.compress, "gzip"), (zlib.compress, "deflate")])
def test_a_bomb_is_not_unpacked_beyond_the_limit(pack, encoding):
    bomb = pack(bytes(50_000_000))
    tracemalloc.start()
    with pytest.raises(BadAnswer, match="more than 1000"):
        unpacked(bomb, encoding, limit=1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000
