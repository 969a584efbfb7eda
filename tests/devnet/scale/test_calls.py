import pytest

from taokit.devnet.runtime.table import DecodedCall
from taokit.devnet.scale import ScaleError


def test_calls_nest_only_so_deep(coders):
    call = DecodedCall("System", "remark", {"remark": b""})
    for _ in range(8):
        call = DecodedCall("Utility", "batch", {"calls": (call,)})
    coder = coders("RuntimeCall")
    assert coder.decode_all(coder.encode(call)) is not None
    with pytest.raises(ScaleError, match="too deep"):
        coder.decode_all(coder.encode(DecodedCall("Utility", "batch", {"calls": (call,)})))


def test_a_call_inside_another_keeps_the_bytes_it_came_from(coders):
    inner = DecodedCall("System", "remark", {"remark": b"hello"})
    outer = DecodedCall("Proxy", "proxy", {"real": ("Id", bytes(32)), "force_proxy_type": None, "call": inner})
    decoded = coders("RuntimeCall").decode_all(coders("RuntimeCall").encode(outer))
    assert decoded.args["call"].raw == coders("RuntimeCall").encode(inner) == b"\0\0\x14hello"
    assert decoded == outer
