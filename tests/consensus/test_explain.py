from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from taokit.consensus import (
    Hyperparameters,
    Stored,
    explain_burning,
    explain_incentive,
    explain_trust,
    explain_weights,
    run_epoch,
    stored_of,
    what_if,
)
from taokit.consensus.scalar import ONE, ratio
from taokit.errors import ConfigurationError
from taokit.metagraph import Endpoint, Metagraph
from taokit.metagraph import Hyperparameters as SubnetSettings

from . import reference
from .worlds import drawn, row_of

seeds = st.integers(0, 2**32)


def u16(share):
    return int(share * ONE) * 65535 >> 32


def voters(stored):
    """Each uid's share of the voting stake, as bits, by the slow epoch's sentences."""
    _, stake = reference.stakes(stored)
    permit = [old or uid == stored.owner_uid for uid, old in enumerate(stored.validator_permit)]
    active = [update + stored.parameters.activity_cutoff >= stored.block for update in stored.last_update]
    return permit, reference.normalised([s if p and a else 0 for s, p, a in zip(stake, permit, active, strict=True)])


def ceilings(stored):
    """Weights, votes and consensus, as bits."""
    permit, votes = voters(stored)
    weights = reference.weight_rows(stored, permit)
    again = reference.normalised(votes)
    minority = sum(again) - ratio(stored.parameters.kappa)
    columns = [[dict(row).get(j, 0) for row in weights] for j in range(len(permit))]
    return weights, votes, [reference.median(again, column, minority) for column in columns]


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_an_entry_counts_where_the_slow_epoch_keeps_it_and_is_dropped_by_name_elsewhere(seed):
    stored = drawn(seed)
    permit, _ = voters(stored)
    rows = reference.weight_rows(stored, permit)
    for uid, row in enumerate(rows):
        explained = explain_weights(stored, uid)
        assert [(entry.uid, int(entry.share * ONE)) for entry in explained.entries if entry.dropped is None] == row
        assert [entry.stored for entry in explained.entries] == [
            v for _, v in stored.weights.get(uid, np.zeros((0, 2)))
        ]
        assert all(entry.share == 0 for entry in explained.entries if entry.dropped)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_trust_is_what_the_clipping_leaves(seed):
    stored = drawn(seed)
    weights, _, consensus = ceilings(stored)
    outcome = reference.run_epoch(stored)
    for uid in range(len(weights)):
        explained = explain_trust(stored, uid)
        mine = dict(weights[uid])
        assert u16(explained.trust) == outcome["validator_trust"][uid]
        assert u16(explained.dividends) == outcome["dividends"][uid]
        assert explained.trust + explained.cut == sum(mine.values()) / ONE
        for rating in explained.ratings:
            assert rating.weight == mine.get(rating.uid, 0) / ONE
            assert rating.consensus == consensus[rating.uid] / ONE
            assert rating.cut == max(0.0, rating.weight - rating.consensus)
            assert (rating.verdict == "over") == (rating.cut > 0)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_the_cost_of_clipping_is_what_the_slow_epoch_pays_for_the_whole_row(seed):
    stored = drawn(seed)
    weights, votes, consensus = ceilings(stored)
    clipped = [[(j, min(w, consensus[j])) for j, w in row if w <= consensus[j] or consensus[j] > 0] for row in weights]
    incentive = reference.normalised(
        [sum(reference.mul(votes[i], dict(row).get(j, 0)) for i, row in enumerate(clipped)) for j in range(len(votes))]
    )
    for uid in range(len(weights)):
        spared = [weights[uid] if i == uid else row for i, row in enumerate(clipped)]
        reports = reference.reports_for_bonds(weights, spared, stored.parameters, len(votes))
        _, dividends = reference.new_bonds(stored, reports, votes, incentive, consensus)
        assert explain_trust(stored, uid).dividends_uncut == dividends[uid] / ONE


def test_nothing_was_lost_where_bonds_are_bought_uncut_anyway():
    for seed in range(30):
        stored = drawn(seed, bonds_penalty=0)
        assert all(explain_trust(stored, uid).cost == 0 for uid in range(len(stored.last_update)))


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_incentive_comes_from_those_who_vote_for_the_miner(seed):
    stored = drawn(seed)
    weights, votes, consensus = ceilings(stored)
    uncut = reference.normalised(
        [sum(reference.mul(votes[i], dict(row).get(j, 0)) for i, row in enumerate(weights)) for j in range(len(votes))]
    )
    outcome = reference.run_epoch(stored)
    for uid in range(len(votes)):
        explained = explain_incentive(stored, uid)
        given_to = [(i, dict(row).get(uid, 0)) for i, row in enumerate(weights) if votes[i]]
        assert u16(explained.incentive) == outcome["incentive"][uid]
        assert explained.emission == outcome["server_emission"][uid]
        assert explained.incentive_uncut == uncut[uid] / ONE
        backing = sum(votes[i] for i, w in given_to if (w >= consensus[uid] if consensus[uid] else w > 0))
        assert explained.backing == backing / ONE
        assert {one.uid: one.weight for one in explained.supports} == {i: w / ONE for i, w in given_to if w}
        if explained.incentive:
            assert sum(Fraction(one.part) for one in explained.supports) == pytest.approx(1)
        assert explained.owner == (uid == stored.owner_uid)


def agreed(**changes):
    """Two validators of 60 and 40 who weight two miners, the second another way round."""
    stored = Stored(
        block=100,
        emission=1000,
        last_update=[90] * 4,
        block_at_registration=[0] * 4,
        alpha_stake=[60, 40, 0, 0],
        tao_stake=[0] * 4,
        validator_permit=[True, True, False, False],
        weights={0: row_of([(2, 65535), (3, 0)]), 1: row_of([(2, 0), (3, 65535)])},
        parameters=Hyperparameters(yuma3=True),
    )
    return replace(stored, **changes)


def test_the_smaller_of_two_validators_is_clipped_and_told_so():
    explained = explain_trust(agreed(), 1)
    assert (explained.trust, explained.cut, explained.dividends) == (0.0, 1.0, 0.0)
    assert [(one.uid, one.verdict) for one in explained.ratings] == [(3, "over"), (2, "under")]
    assert explained.dividends_uncut == 0.0  # the miner that it bought of has no incentive


def test_reporting_what_the_majority_does_pays_by_stake():
    found = what_if(agreed(), 1, {2: 1.0})
    assert (found.now.dividends, found.then.trust) == (0.0, 1.0)
    assert found.then.dividends == pytest.approx(0.4, abs=1e-6)
    assert found.then.emission == pytest.approx(200, abs=1)  # of the half that validators get
    assert found.gain == found.then.dividends
    assert explain_weights(agreed(), 1).as_consensus == found


@given(seeds, st.data())
@settings(max_examples=40, deadline=None)
def test_other_weights_earn_what_the_epoch_with_them_pays(seed, data):
    stored = drawn(seed)
    n = len(stored.last_update)
    uid = data.draw(st.integers(0, n - 1))
    values = data.draw(st.lists(st.sampled_from([0, 1, 40000, 65535]), min_size=n, max_size=n))
    assume(max(values) == 65535 and len(stored.weights.get(uid, [])))
    changed = replace(stored, weights={**stored.weights, uid: row_of(list(enumerate(values)))})
    expected = reference.run_epoch(changed)
    found = what_if(stored, uid, values)
    assert u16(found.then.dividends) == expected["dividends"][uid]
    assert u16(found.then.trust) == expected["validator_trust"][uid]
    assert found.then.emission == expected["validator_emission"][uid]
    assert u16(found.now.dividends) == reference.run_epoch(stored)["dividends"][uid]


def test_a_first_report_counts_as_made_now():
    never = agreed(weights={0: row_of([(2, 65535)])}, last_update=[90, 0, 90, 90])
    assert what_if(never, 1, {2: 1.0}).then.trust == 1.0


def test_why_entries_are_left_out():
    rows = {0: row_of([(0, 9), (1, 9), (2, 9), (3, 9), (7, 9)])}
    stored = agreed(weights=rows, block_at_registration=[0, 90, 60, 0], commit_block={0: 50})
    assert [(one.uid, one.dropped) for one in explain_weights(stored, 0).entries] == [
        (0, "own weight"),
        (1, "registered after the report"),
        (2, "registered after the commit"),
        (3, None),
        (7, "unknown uid"),
    ]
    outsider = agreed(weights={3: row_of([(2, 9)])})
    assert [one.dropped for one in explain_weights(outsider, 3).entries] == ["no validator permit"]
    assert explain_weights(outsider, 3).as_consensus is None


def test_burning_moves_tao_to_the_other_subnets():
    prices = {1: 300, 2: 100}
    found = explain_burning(prices, {2: ONE // 2}, netuid=1, would_burn=0.5)
    now = Fraction(3, 4) / (Fraction(3, 4) + Fraction(1, 8))
    assert found.share == pytest.approx(float(now))
    assert found.would_share == pytest.approx(3 / 4)  # both keep half: by price again
    assert found.change == pytest.approx(float(Fraction(3, 4) - now))
    assert explain_burning(prices, {}, netuid=1, would_burn=1.0).would_share == 0
    assert explain_burning({1: 7}, {}, netuid=1, would_burn=1.0).would_share == 1.0


@pytest.mark.parametrize(
    ("netuid", "share", "message"), [(3, 0.5, "subnet 3 gets no TAO"), (1, 1.5, "the share to burn is 1.5, outside")]
)
def test_a_burn_that_cannot_be_is_refused(netuid, share, message):
    with pytest.raises(ConfigurationError, match=message):
        explain_burning({1: 1}, {}, netuid=netuid, would_burn=share)


@pytest.mark.parametrize("explain", [explain_weights, explain_trust, explain_incentive])
@pytest.mark.parametrize("uid", [-1, 4])
def test_a_uid_that_is_not_there_is_refused(explain, uid):
    with pytest.raises(ConfigurationError, match=f"there is no uid {uid}: the subnet has 4"):
        explain(agreed(), uid)


def metagraph(stored):
    outcome, n = run_epoch(stored), len(stored.last_update)
    own = stored.parameters
    settings = SubnetSettings(
        tempo=own.tempo,
        immunity_period=0,
        min_allowed_weights=1,
        max_weights_limit=65535,
        weights_version=0,
        weights_rate_limit=0,
        activity_cutoff=own.activity_cutoff,
        max_validators=own.max_allowed_validators,
        max_uids=256,
        kappa=own.kappa,
        serving_rate_limit=0,
        commit_reveal=own.commit_reveal,
        reveal_period=1,
        liquid_alpha=own.liquid_alpha,
        burn=0,
        registration_allowed=True,
    )
    keys = tuple(f"key {uid}" for uid in range(n))
    arrays = {name: np.array(getattr(stored, name), dtype=np.uint64) for name in ("alpha_stake", "tao_stake")}
    return Metagraph(
        netuid=1,
        block=stored.block,
        block_hash=b"",
        name="",
        owner_hotkey="" if stored.owner_uid is None else keys[stored.owner_uid],
        owner_coldkey="",
        last_step=stored.last_step_block,
        blocks_since_last_step=0,
        parameters=settings,
        hotkeys=keys,
        coldkeys=keys,
        endpoints=(Endpoint("0.0.0.0", 0),) * n,
        active=outcome.active,
        validator_permit=np.array(stored.validator_permit),
        last_update=np.array(stored.last_update, dtype=np.uint64),
        block_at_registration=np.array(stored.block_at_registration, dtype=np.uint64),
        stake=outcome.stake,
        incentive=outcome.incentive,
        consensus=outcome.consensus,
        dividends=outcome.dividends,
        validator_trust=outcome.validator_trust,
        emission=outcome.emission,
        weights=dict(stored.weights),
        bonds=dict(stored.bonds),
        **arrays,
    )


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_a_metagraph_explains_as_the_state_that_it_was_read_from(seed):
    stored = drawn(seed)
    again = stored_of(
        metagraph(stored), parameters=stored.parameters, commit_block=stored.commit_block, emission=stored.emission
    )
    for uid in range(len(stored.last_update)):
        assert explain_trust(again, uid) == explain_trust(stored, uid)
        assert explain_incentive(again, uid) == explain_incentive(stored, uid)
        assert explain_weights(again, uid) == explain_weights(stored, uid)


def test_a_metagraph_alone_is_taken_to_run_yuma_3_and_to_pay_what_it_paid_last():
    graph = metagraph(agreed())
    assert stored_of(graph).parameters.yuma3
    assert stored_of(graph).emission == int(graph.emission.sum())
