"""The task of the demonstration: what counts as a right answer, and what it is worth."""

import bz2
import lzma
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.cli.dev.corpus import SIZES, chunk, size_of_epoch
from taokit.cli.dev.squeeze import DEADLINE, Squeeze, promptness, saved, unpacked

PACKERS = {"lzma": lzma.compress, "bz2": bz2.compress, "zlib": zlib.compress}


def answer(data, codec, packed):
    synapse = Squeeze(data=data)
    synapse.codec, synapse.packed = codec, packed
    return synapse


@pytest.mark.parametrize("codec", PACKERS)
@given(data=st.binary(min_size=1, max_size=2000))
def test_what_a_packer_packs_unpacks(codec, data):
    assert unpacked(codec, PACKERS[codec](data), limit=len(data)) == data


@pytest.mark.parametrize("codec", [*PACKERS, "rar", None])
@given(packed=st.binary(max_size=300))
def test_garbage_is_worth_nothing_and_raises_nothing(codec, packed):
    assert saved(answer(b"something else, and longer than that" * 3, codec, packed)) == 0.0


@pytest.mark.parametrize("codec", PACKERS)
def test_a_bomb_is_unpacked_no_further_than_one_byte_past_the_limit(codec):
    bomb = PACKERS[codec](bytes(50_000_000))
    assert len(unpacked(codec, bomb, limit=1000)) <= 1001


def test_the_packed_bytes_of_another_text_are_worth_nothing():
    assert saved(answer(b"a" * 1000, "zlib", zlib.compress(b"b" * 1000))) == 0.0


def test_savings_are_the_share_of_bytes_saved():
    data, packed = b"a" * 1000, zlib.compress(b"a" * 1000)
    assert saved(answer(data, "zlib", packed)) == 1 - len(packed) / 1000


def test_an_answer_longer_than_the_question_saves_nothing():
    data = random.Random(1).randbytes(100)
    assert saved(answer(data, "lzma", lzma.compress(data))) == 0.0


def test_promptness_is_whole_to_half_the_deadline_and_gone_at_the_deadline():
    assert promptness(0.0) == promptness(DEADLINE / 2) == 1.0
    assert promptness(DEADLINE * 0.75) == pytest.approx(0.5)
    assert promptness(DEADLINE) == promptness(2 * DEADLINE) == 0.0


def test_both_sizes_come_up_and_all_who_know_the_seed_agree():
    drawn = [size_of_epoch(1, epoch) for epoch in range(40)]
    assert set(drawn) == set(SIZES)
    assert drawn == [size_of_epoch(1, epoch) for epoch in range(40)]
    assert drawn != [size_of_epoch(2, epoch) for epoch in range(40)]


@pytest.mark.parametrize("size", SIZES)
def test_a_chunk_is_real_text_of_just_that_size(size):
    draws = {chunk(random.Random(k), size) for k in range(5)}
    assert {len(text) for text in draws} == {size}
    assert len(draws) == 5


def test_the_best_packer_really_changes_with_the_size():
    def total(codec, size):
        draw = random.Random(7)
        return sum(len(PACKERS[codec](chunk(draw, size))) for _ in range(8))

    small, large = ({codec: total(codec, size) for codec in PACKERS} for size in SIZES)
    assert min(small, key=small.get) == "zlib"
    assert min(large, key=large.get) != "zlib"
