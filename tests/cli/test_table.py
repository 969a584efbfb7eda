import io
import re

import pytest
from rich.console import Console

from epoch_rows import epoch, miner, validator
from taokit.cli.dev.table import Scene, line, per_stake, render


def shown(scene, width=100, **options):
    out = io.StringIO()
    Console(file=out, width=width, **options).print(render(scene))
    return out.getvalue()


def test_it_says_what_happens_before_the_first_figures():
    assert "starting" in shown(Scene("title"))


def test_every_neuron_has_a_line_with_its_figures():
    text = shown(Scene("title", block=1000, done=12, tempo=360, row=epoch()))
    assert "epoch 3" in text
    assert "block 1000" in text
    assert "12/360" in text
    (line,) = [line for line in text.splitlines() if "lzma" in line]
    assert line.split() == ["1", "lzma", "0.500", "0.400", "0.300", "2.00"]
    (line,) = [line for line in text.splitlines() if "honest-a" in line]
    assert line.split()[:6] == ["5", "honest-a", "5,000.00", "1.000", "0.600", "0.960"]
    assert "since block 900" in line


def test_a_column_that_waits_says_for_what():
    nobody = [miner(score=None, weight=0.0, incentive=0.0, emission=0)]
    row = epoch(nobody, [validator(dividends=0.0, block=None)], waiting={"honest-a": "block 271, to send its weights"})
    text = " ".join(shown(Scene("title", row=row), width=200).split())
    for said in ("not asked yet", "not revealed yet", "no weights yet", "no bonds yet", "waits for block 271, to send"):
        assert said in text
    weighted = epoch([miner(incentive=0.0)])
    assert "next epoch" in shown(Scene("title", row=weighted))


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_line_is_too_long_and_no_word_is_cut(width):
    row = epoch(
        [miner(10 + k, name, score=None, weight=0.0, incentive=0.0) for k, name in enumerate(("lzma", "miner-10"))],
        [validator(250, "validator-1", 123456 * 10**9, block=1234567)],
        waiting={"validator-1": "epoch 1234, to reveal what it committed in epoch 1233"},
    )
    if width == 60:
        row = epoch(waiting={"honest-a": "its extrinsic to get into a block"})
    text = shown(Scene("taokit dev", block=1234567, done=360, row=row), width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    for word in " ".join(row.waiting.values()).split():
        assert word in text


def test_only_the_last_notes_are_kept_and_their_markup_is_text():
    scene = Scene("title")
    for number in range(9):
        scene.note(f"note {number} [bold]")
    assert [note.split()[1] for note in scene.notes] == list("345678")
    assert "note 8 [bold]" in shown(scene)


def test_without_colour_there_are_no_escapes(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[\d;]*[34]\d", shown(Scene("title", row=epoch()), force_terminal=True))
    assert "\x1b" not in shown(Scene("title", row=epoch()))


def test_an_epoch_in_one_line_has_incentives_and_dividends_per_stake():
    miners, validators = [miner(1, "a", incentive=0.75), miner(2, "b", incentive=0.25)], [validator(dividends=0.5)]
    said = line(epoch(miners, validators, number=4))
    assert re.fullmatch(r"block \d+, epoch 4: incentive a 0\.750, b 0\.250; dividends per stake honest-a 1\.000", said)
    nobody = [miner(score=None, weight=0.0, incentive=0.0)]
    assert line(epoch(nobody, [validator(dividends=0.0)])).endswith(
        "incentive of nobody, no weights yet; dividends per stake of nobody, no bonds yet"
    )
    assert "incentive from the next epoch" in line(epoch([miner(incentive=0.0)]))


def test_dividends_per_stake_of_nobody_are_0():
    rows = [validator(stake=0, dividends=0.0), validator(dividends=0.0)]
    assert [per_stake(row, rows) for row in rows] == [0.0, 0.0]
