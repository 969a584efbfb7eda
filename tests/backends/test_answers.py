import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.backends import answers
from taokit.chain import Head, Status

HASH = "0x" + "ab" * 32

RECORDED = {
    "parentHash": "0x208ce7fff773de4d19c5bdb99ca5ad866582192ff73265d588fe8c5c020805d3",
    "number": "0x0000003f",
    "stateRoot": "0x" + "00" * 32,
    "extrinsicsRoot": "0x9c55d987766f949f0bc53d8a65ed2bf43a8bcd1198938d68237c4077266a81e1",
    "digest": {"logs": ["0x0661757261209027026b00000000"]},
}
"""Of a chain that runs the Subtensor runtime, spec version 293, as its node told it."""
RECORDED_HASH = "e10962fac7d7c758409abab6a62836263ba912bdef2dfbec1449a5a61ede70b5"
"""What that node calls the block."""

NEXT = {
    "parentHash": "0x" + RECORDED_HASH,
    "number": "0x00000040",
    "stateRoot": "0x" + "00" * 32,
    "extrinsicsRoot": "0x738537efe56ef090980a4f6ab20e9a05937b731f041d5eeae2dc97f7ce40311c",
    "digest": {"logs": ["0x0661757261209127026b00000000"]},
}
NEXT_HASH = "9593e395b2fe468f36fbc5d3d393acc0fc977cd2008c54a9fd59b5dfc7c9a9ba"


@pytest.mark.parametrize(("header", "name"), [(RECORDED, RECORDED_HASH), (NEXT, NEXT_HASH)])
def test_a_header_s_hash_is_the_node_s(header, name):
    head = answers.head(header)
    assert (head.number, head.hash.hex()) == (int(header["number"], 16), name)
    assert "0x" + head.parent.hex() == header["parentHash"]


@pytest.mark.parametrize("number", [0, 63, 64, 16383, 16384, 2**30 - 1, 2**30, 2**32 - 1])
def test_numbers_are_as_long_as_scale_has_them(number):
    from taokit.devnet.scale import compact

    assert answers._compact(number) == compact(number)


def test_a_block_is_the_one_that_was_asked_for():
    told = {"block": {"header": RECORDED, "extrinsics": ["0x2804", "0x"]}, "justifications": None}
    head = Head(63, bytes.fromhex(RECORDED_HASH), bytes.fromhex(RECORDED["parentHash"][2:]))
    for at in (None, head.hash):
        block = answers.block(at)(told)
        assert (block.head, block.extrinsics) == (head, (b"\x28\x04", b""))
    with pytest.raises(ValueError, match="in the place of another"):
        answers.block(bytes(32))(told)


def test_the_first_block_may_have_a_made_up_hash():
    told = {"block": {"header": {**RECORDED, "number": "0x0"}, "extrinsics": []}}
    assert answers.block(b"\x45" * 32)(told).head.hash == b"\x45" * 32


def test_values_come_in_the_order_of_the_keys():
    told = [{"block": HASH, "changes": [["0x02", None], ["0x01", "0x0a"]]}]
    assert answers.changes([b"\1", b"\2"])(told) == [b"\n", None]
    with pytest.raises(ValueError, match="nothing said of 1"):
        answers.changes([b"\1", b"\2", b"\3"])(told)


def test_a_page_of_keys_lies_under_the_prefix_and_goes_on_after_the_start():
    read = answers.page(b"\1", b"\1\2", 2)
    assert read(["0x0103", "0x0104"]) == [b"\1\3", b"\1\4"]
    assert read([]) == []
    for lie in (["0x0102"], ["0x0104", "0x0103"], ["0x0103"] * 2, ["0x0203"], ["0x0103", "0x0104", "0x0105"], None):
        with pytest.raises(ValueError):
            read(lie)
    assert answers.page(b"", None, 2)(["0x00"]) == [b"\0"]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("ready", Status("ready")),
        ({"ready": None}, Status("ready")),
        ("future", Status("ready")),
        ({"broadcast": ["peer"]}, Status("broadcast")),
        ({"inBlock": HASH}, Status("in_block", b"\xab" * 32)),
        ({"finalized": HASH}, Status("finalized", b"\xab" * 32)),
        ({"retracted": HASH}, Status("retracted")),
        ({"usurped": HASH}, Status("usurped")),
        ("dropped", Status("dropped")),
        ("invalid", Status("invalid")),
        ({"finalityTimeout": HASH}, None),
    ],
    ids=str,
)
def test_statuses(told, status):
    assert answers.status(told) == status


@pytest.mark.parametrize(
    "told", [None, 1, "lost", [], {}, {"inBlock": "0x00"}, {"inBlock": None}, {"a": 1, "b": 2}, "inBlock"]
)
def test_no_status(told):
    with pytest.raises(ValueError):
        answers.status(told)


def test_metadata_is_an_optional_blob():
    assert answers.metadata(b"\0") is None
    for length in (5, 63, 64, 16383, 16384, 300_000):
        blob = b"m" * length
        from taokit.devnet.scale import compact

        assert answers.metadata(b"\1" + compact(length) + blob) == blob
        with pytest.raises(ValueError):
            answers.metadata(b"\1" + compact(length + 1) + blob)
    for nonsense in (b"", b"\1", b"\2" + b"\x14meta\x0f", b"\1\3" + bytes(9)):
        with pytest.raises(ValueError):
            answers.metadata(nonsense)


@pytest.mark.parametrize("told", [None, 1, "", "00", "0x0", "0xzz", ["0x00"], "0x00 "])
def test_no_bytes(told):
    with pytest.raises(ValueError):
        answers.raw(told)


@pytest.mark.parametrize(
    "read", [answers.head, answers.version, answers.block_hash, answers.block(None), answers.changes([])]
)
@pytest.mark.parametrize(
    "told", [None, 1, "0x", [], {}, [[]], {"block": None}, [{"changes": None}], [{"changes": [1]}]]
)
def test_nonsense_is_a_value_error_or_a_type_error(read, told):
    with pytest.raises((ValueError, TypeError)):
        read(told)


@pytest.mark.parametrize(
    "change",
    [
        {"number": 63},
        {"number": "0x1ffffffff"},
        {"number": "-0x1"},
        {"parentHash": "0x00"},
        {"digest": []},
        {"digest": {"logs": [None]}},
        {"stateRoot": None},
    ],
)
def test_no_header(change):
    with pytest.raises((ValueError, TypeError)):
        answers.head({**RECORDED, **change})


def test_a_version():
    told = {"specName": "node-subtensor", "specVersion": 293, "transactionVersion": 1, "apis": []}
    assert answers.version(told) == ("node-subtensor", 293, 1)


WORDS = st.sampled_from(
    [
        *("block", "header", "extrinsics", "parentHash", "number", "stateRoot", "extrinsicsRoot", "digest", "logs"),
        *(
            "changes",
            "inBlock",
            "finalized",
            "ready",
            "specName",
            "specVersion",
            "transactionVersion",
            HASH,
            "0x",
            "0x3f",
        ),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
)  # fmt: skip


@given(JSON)
def test_whatever_a_node_sends_is_read_or_refused(told):
    reads = (answers.head, answers.block(None), answers.changes([b""]), answers.page(b"", None, 9), answers.status)
    for read in (*reads, answers.raw, answers.block_hash, answers.version):
        try:
            read(told)
        except (ValueError, TypeError, OverflowError):
            continue


@given(st.binary(max_size=12))
def test_so_is_whatever_stands_for_metadata(told):
    try:
        answers.metadata(told)
    except ValueError:
        return
