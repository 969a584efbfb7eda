import pytest

from taokit.devnet.scale import ScaleError, compact


def test_a_short_message_cannot_announce_many_entries(coders):
    with pytest.raises(ScaleError, match="announced"):
        coders("Vec<u64>").decode_all(compact(1 << 40) + b"\0")
