from dataclasses import replace

from taokit.devnet.blocks import ZEROS, Header, blake2_256, inherent, root_of

HEADER = Header(parent=b"\1" * 32, number=300, state_root=ZEROS, extrinsics_root=b"\2" * 32, slot=7, branch=1)


def test_a_header_is_laid_out_as_clients_read_it():
    raw = HEADER.encoded()
    assert raw[:32] == b"\1" * 32
    assert raw[32:34] == (300 << 2 | 1).to_bytes(2, "little")  # compact
    assert raw[34:98] == ZEROS + b"\2" * 32
    assert raw[98:104] == bytes([2 << 2, 6]) + b"aura"  # two digest items, the first of kind pre-runtime
    assert raw[104:113] == bytes([8 << 2]) + (7).to_bytes(8, "little")


def test_every_part_of_a_header_counts_in_its_hash():
    others = [
        replace(HEADER, **{name: value})
        for name, value in [
            ("parent", ZEROS),
            ("number", 301),
            ("state_root", b"\3" * 32),
            ("extrinsics_root", ZEROS),
            ("slot", 8),
            ("branch", 2),
        ]
    ]
    assert len({blake2_256(header.encoded()) for header in [HEADER, *others]}) == 7


def test_the_boundaries_between_extrinsics_count_in_their_root():
    assert root_of([b"ab", b"c"]) != root_of([b"a", b"bc"])


def test_an_inherent_is_a_bare_extrinsic(client, coders):
    from taokit.devnet.runtime.table import DecodedCall

    call = coders("RuntimeCall").encode(DecodedCall("Timestamp", "set", {"now": 12_000}))
    told = client.decode_extrinsic(inherent(call))
    assert told["call"]["call_function"] == "set"
    assert told["call"]["call_args"][0]["value"] == 12_000
