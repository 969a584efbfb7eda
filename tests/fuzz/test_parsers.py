"""No bytes of a stranger bring anything but a refusal, on either side of the wire."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz_seeds import seeds
from fuzz_targets import TARGETS

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.suffix != ".md")
TOKENS = [b"NaN", b"1e999", b"\\ud800", b"[" * 70, b"9" * 400, b"\xff", b"null", b"{}", b'"', b"\n\n", b": ", b"\x00"]


@st.composite
def changed(draw, side):
    """An honest input with pieces of it replaced, repeated or left out."""
    data = draw(st.sampled_from(seeds(side)))
    for _ in range(draw(st.integers(1, 6))):
        begin = draw(st.integers(0, len(data)))
        end = min(len(data), begin + draw(st.integers(0, 40)))
        piece = draw(st.sampled_from(TOKENS) | st.binary(max_size=8) | st.just(data[begin:end] * 2))
        data = data[:begin] + piece + data[end:]
    return data


@pytest.mark.parametrize("side", TARGETS)
@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_changed_message_is_read_or_refused(side, data):
    TARGETS[side](data.draw(changed(side)))


@pytest.mark.parametrize("side", TARGETS)
@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(side, data):
    TARGETS[side](data)


@pytest.mark.parametrize("side", TARGETS)
def test_the_seeds_are_honest(side):
    for seed in seeds(side):
        TARGETS[side](seed)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_what_a_fuzzer_found_is_refused_ever_since(case):
    TARGETS[case.name.partition("-")[0]](case.read_bytes())
