import random

import pytest

from data_storage import (
    PIECE,
    PIECES,
    Forgetter,
    Keeper,
    Prove,
    StorageValidator,
    Store,
    climb,
    cut,
    path,
    share_proven,
    tree,
)

BLOCK = random.Random(1).randbytes(PIECE * PIECES)


def shown(block, *at, root=None):
    pieces = cut(block)
    levels = tree(pieces)
    return Prove(
        root=root or levels[-1][0], at=list(at), pieces=[pieces[k] for k in at], paths=[path(levels, k) for k in at]
    )


def test_every_piece_of_the_block_leads_to_its_root():
    assert share_proven(shown(BLOCK, *range(PIECES))) == 1


def test_other_data_other_places_and_other_paths_prove_nothing():
    honest = shown(BLOCK, 3, 5)
    other = bytearray(BLOCK)
    other[3 * PIECE] ^= 1
    assert share_proven(shown(bytes(other), 3, root=honest.root)) == 0
    assert share_proven(honest.model_copy(update={"at": [5, 5]})) == 0.5
    assert share_proven(honest.model_copy(update={"pieces": None})) == 0
    assert share_proven(honest.model_copy(update={"paths": [[], []]})) == 0
    assert climb(0, BLOCK[: PIECE - 1], path(tree(cut(BLOCK)), 0)) == b""


def test_a_node_does_not_pass_for_a_piece():
    """Two hashes of a level, put together, are a shorter tree's piece elsewhere; not here."""
    levels = tree(cut(BLOCK))
    assert climb(0, b"".join(levels[0][:2]), path(levels, 0)[1:]) == b""


@pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=20)
async def test_who_keeps_the_data_is_paid(neuron, clock, incentives):
    async with neuron(Keeper) as keeper, neuron(Forgetter) as forgetter, neuron(StorageValidator) as validator:
        await clock.epochs(3)
        assert validator.scored()[keeper.signer.ss58] == 1
    kept, forgot = await incentives(keeper, forgetter)
    assert kept > 2 * forgot


@pytest.mark.devnet(miners=1, validators=1, auto=False, Tempo=20)
async def test_old_blocks_go_when_there_are_too_many(neuron, tmp_path):
    async with neuron(Keeper, folder=tmp_path / "blocks", most=2) as keeper:
        for seed in range(4):
            message = shown(random.Random(seed).randbytes(PIECE * PIECES), 0)
            keeper.role.store(Store(block=random.Random(seed).randbytes(PIECE * PIECES)))
        assert len(list((tmp_path / "blocks").iterdir())) == 2
        assert share_proven(keeper.role.prove(Prove(root=message.root, at=[0]))) == 1
