"""Epochs for tests of what shows them."""

from taokit.cli.dev.history import EpochRow, MinerRow, ValidatorRow

RAO = 10**9


def miner(uid=1, name="lzma", score=0.5, weight=0.4, incentive=0.3, emission=2 * RAO):
    return MinerRow(uid, name, score, weight, incentive, emission)


def validator(uid=5, name="honest-a", stake=5000 * RAO, trust=1.0, dividends=0.6, block=900):
    return ValidatorRow(uid, name, stake, trust, dividends, block)


def epoch(miners=None, validators=None, *, number=3, bonds=None, waiting=None):
    return EpochRow(
        epoch=number,
        block=360 * number,
        miners=tuple(miners or (miner(), miner(2, "zlib", incentive=0.7))),
        validators=tuple(validators or (validator(), validator(6, "honest-b", 3000 * RAO, dividends=0.4))),
        bonds=bonds or {"honest-a": {"lzma": 0.6}},
        waiting=waiting or {},
    )
