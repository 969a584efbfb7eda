import random

import numpy as np
import pytest

from transcription import (
    COUNT,
    MORSE,
    Deaf,
    Listener,
    Transcribe,
    TranscriptionValidator,
    keying,
    sent,
    spelled,
    word,
    word_error_rate,
)


@pytest.mark.parametrize(
    ("said", "rate"),
    [
        ("the cat sat down", 0.0),
        ("the cat sat", 0.25),
        ("the hat sat down", 0.25),
        ("the big cat sat down", 0.25),
        ("cat the sat down", 0.5),
        ("", 1.0),
        ("a b c d e f g h", 2.0),
    ],
)
def test_words_put_in_left_out_and_changed(said, rate):
    assert word_error_rate(["the", "cat", "sat", "down"], said.split()) == rate


def test_paris_is_as_long_as_words_a_minute_are_counted_by():
    """Fifty dots with the gap after the word, by which speeds are stated."""
    assert len(keying("paris")) + 7 == 50
    assert keying("e e") == "=.......="
    assert len(set(MORSE.values())) == 26


def test_words_come_back_out_of_the_noise():
    rates = []
    for seed in range(10):
        draw = random.Random(seed)
        words = [word(draw) for _ in range(COUNT)]
        rates.append(
            word_error_rate(words, Listener().forward(Transcribe(sound=sent(" ".join(words), draw))).text.split())
        )
    assert np.mean(rates) < 0.1


def test_words_that_are_always_the_same_are_never_right():
    draw = random.Random(1)
    constant = [word(draw) for _ in range(COUNT)]
    for _ in range(200):
        assert word_error_rate([word(draw) for _ in range(COUNT)], constant) == 1


def test_silence_and_signs_that_are_no_letter():
    assert Listener().forward(Transcribe(sound=np.zeros(4000, np.int16))).text == ""
    assert spelled([(True, 10)] * 9, 10.0) == ""


@pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=20)
async def test_who_listens_is_paid(neuron, clock, incentives):
    async with neuron(Listener) as listener, neuron(Deaf) as deaf, neuron(TranscriptionValidator):
        await clock.epochs(3)
    heard, missed = await incentives(listener, deaf)
    assert heard > 100 * missed
