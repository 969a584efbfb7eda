"""Every SDK that still runs somewhere, both ways, with every kind of message."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from interop import PEERS, TO_THEM, TO_US, page, results


@pytest.mark.peers
@pytest.mark.parametrize("version", PEERS)
async def test_every_kind_both_ways(version):
    found = await results(version)
    assert found == {(direction, kind): "" for direction in (TO_US, TO_THEM) for kind in PEERS[version].kinds}


def test_the_page_of_the_reference_tells_of_these_peers_and_kinds():
    rights = {
        version: {(direction, kind): "" for direction in (TO_US, TO_THEM) for kind in peer.kinds}
        for version, peer in PEERS.items()
    }
    written = Path(__file__).parents[2] / "docs" / "reference" / "interop.md"
    assert written.read_text() == page(rights)
