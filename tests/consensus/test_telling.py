import pytest

from taokit.consensus import (
    Burning,
    Earned,
    Entry,
    IncentiveExplained,
    Rating,
    Support,
    TrustExplained,
    WeightsExplained,
    WhatIf,
    sentences,
    table,
)
from taokit.consensus.telling import figures

TRUST = TrustExplained(
    uid=7,
    block=360,
    permit=True,
    active=True,
    stake=0.25,
    trust=0.75,
    cut=0.25,
    dividends=0.125,
    dividends_uncut=0.25,
    ratings=(Rating(3, 0.5, 0.25, 0.25), Rating(1, 0.25, 0.25, 0.0), Rating(2, 0.25, 0.5, 0.0)),
)
WEIGHTS = WeightsExplained(
    uid=7,
    block=360,
    last_update=300,
    permit=True,
    active=True,
    stake=0.25,
    entries=(Entry(1, 65535, 1.0, None), Entry(7, 9, 0.0, "own weight")),
    earned=Earned(0.75, 0.125, 1000),
    as_consensus=WhatIf(7, Earned(0.75, 0.125, 1000), Earned(1.0, 0.25, 2000)),
)
INCENTIVE = IncentiveExplained(
    uid=3,
    block=360,
    incentive=0.5,
    incentive_uncut=0.625,
    consensus=0.25,
    backing=0.6,
    needed=0.5,
    emission=10,
    owner=True,
    supports=(Support(7, 0.25, 0.5, 0.25, 0.75), Support(8, 0.35, 0.25, 0.25, 0.25)),
)
BURNING = Burning(netuid=1, burned=0.0, would_burn=0.5, share=0.75, would_share=0.6)


def changed(record, **values):
    return type(record)(**{name: getattr(record, name) for name in record.__slots__} | values)


def test_trust_in_words():
    assert sentences(TRUST) == [
        "uid 7 has a trust of 75.00% at block 360: 25.00% of its weight lies above consensus and was clipped",
        "it over-rates uid 3 by 25.00%",
        "it under-rates uid 2 by 25.00%",
        (
            "clipping cost it 12.50% of all dividends in this epoch: "
            "it earns 12.50%, and 25.00% had its bonds been bought uncut"
        ),
    ]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"permit": False}, "uid 7 held no validator permit, so nothing it reports counts"),
        ({"active": False}, "uid 7 is not active: its last report is older than the activity cutoff"),
        ({"stake": 0.0}, "uid 7 has no stake that votes"),
        ({"ratings": ()}, "uid 7 has reported no weights"),
    ],
)
def test_a_validator_that_counts_for_nothing_hears_why(values, sentence):
    assert sentence in sentences(changed(TRUST, trust=0.0, cut=0.0, **values))


def test_weights_in_words():
    assert sentences(WEIGHTS) == [
        "the weights of uid 7, last reported at block 300: 1 of 2 entries count at block 360",
        "left out, own weight: uid 7",
        "they keep 75.00% after clipping and earn 12.50% of all dividends",
        "with consensus itself as its weights it would earn 25.00% of all dividends, 12.50% more",
    ]


def test_other_weights_in_words():
    told = sentences(WhatIf(7, Earned(1.0, 0.25, 2000), Earned(0.75, 0.125, 1000)))
    assert told == [
        "with these weights uid 7 keeps 75.00% after clipping; now it keeps 100.00%",
        "it would earn 12.50% of all dividends, 12.50% less",
        "in rao of this epoch: 1000 instead of 2000",
    ]
    same = WhatIf(7, Earned(1.0, 0.25, 1), Earned(1.0, 0.25 + 1e-9, 1))
    assert sentences(same)[1] == "it would earn 25.00% of all dividends, the same"


def test_incentive_in_words():
    assert sentences(INCENTIVE) == [
        "uid 3 has 50.00% of all incentive at block 360",
        (
            "60.00% of the voting stake gives it 25.00% of its weight or more; "
            "50.00% must stand behind a report, so no more than that counts"
        ),
        "its incentive comes from uid 7 (75.00%), uid 8 (25.00%)",
        "without clipping it would have 62.50%",
        "it is the owner's uid: what it earns is burned or recycled and lowers the subnet's share of TAO",
    ]


def test_a_miner_without_enough_backing_hears_so():
    alone = changed(INCENTIVE, incentive=0.0, consensus=0.0, backing=0.2, supports=(Support(7, 0.2, 1.0, 0.0, 0.0),))
    assert sentences(alone)[1] == (
        "only 20.00% of the voting stake gives it anything; 50.00% must stand behind a report, so nothing counts"
    )


def test_burning_in_words():
    assert sentences(BURNING) == [
        "subnet 1 gets 75.00% of a block's TAO while 0.00% of its miners' emission is burned",
        "with 50.00% burned it would get 60.00%",
    ]


def test_long_lists_name_the_first_and_count_the_rest():
    many = changed(TRUST, ratings=tuple(Rating(uid, 0.25, 0.0, 0.25) for uid in range(5)))
    assert sentences(many)[1] == "it over-rates uid 0 by 25.00%, uid 1 by 25.00%, uid 2 by 25.00% and 2 more"


@pytest.mark.parametrize(
    ("explained", "first"),
    [
        (TRUST, ("3", "50.00%", "25.00%", "25.00%", "over")),
        (WEIGHTS, ("1", "65535", "100.00%", "counts")),
        (WEIGHTS.as_consensus, ("trust", "75.00%", "100.00%")),
        (INCENTIVE, ("7", "25.00%", "50.00%", "25.00%", "75.00%")),
        (BURNING, ("burned", "0.00%", "50.00%")),
    ],
)
def test_every_explanation_has_a_table(explained, first):
    found = table(explained)
    assert found.rows[0] == first
    assert {len(row) for row in found.rows} == {len(found.columns)}


def test_figures_hold_what_follows_from_the_numbers_too():
    told = figures(TRUST)
    assert told["cost"] == 0.125
    assert [rating["verdict"] for rating in told["ratings"]] == ["over", "agrees", "under"]
    assert figures(WEIGHTS)["as_consensus"]["gain"] == 0.125


def test_what_explains_nothing_is_refused():
    with pytest.raises(TypeError, match="int explains nothing"):
        sentences(1)
    with pytest.raises(TypeError, match="int explains nothing"):
        table(1)
