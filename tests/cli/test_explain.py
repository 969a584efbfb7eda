import json

import pytest
from typer.testing import CliRunner

from taokit.chain import calls, reads
from taokit.cli.app import app
from taokit.cli.explain import burning, show, stored_now
from taokit.consensus import explain_incentive, explain_trust, run_epoch
from taokit.devnet import Devnet
from taokit.devnet.runtime.subtensor import epoch
from taokit.devnet.runtime.subtensor.storage import MINER_BURNED
from taokit.errors import ConfigurationError, NoSuchSubnet
from taokit.metagraph import to_bytes

MINERS, VALIDATORS = (1, 2, 3, 4), (5, 6, 7)


def taokit(*args):
    return CliRunner().invoke(app, ["explain", *args])


def voted(devnet, signers, rows):
    with devnet.chain() as chain:
        for signer, row in zip(signers, rows, strict=True):
            chain.submit(calls.set_weights(1, list(MINERS), row), signer)


@pytest.fixture
def devnet():
    """An embedded chain on which two validators agree and the third does not."""
    from taokit.devnet.accounts import from_uri

    signers = [from_uri(f"//validator/{k}") for k in range(3)]
    found = Devnet.subnet(miners=4, validators=signers)
    voted(found, signers, [[65535, 30000, 10000, 0], [65535, 30000, 10000, 0], [0, 0, 0, 65535]])
    return found


def test_what_is_read_over_the_chain_is_what_its_own_epoch_reads(devnet, monkeypatch):
    seen = []
    monkeypatch.setattr(epoch, "run_epoch", lambda stored: seen.append(stored) or run_epoch(stored))
    before = stored_now(devnet.chain(), 1)
    devnet.next_epoch()
    (own,) = seen
    assert before.parameters == own.parameters
    assert (before.owner_uid, before.last_step_block) == (own.owner_uid, own.last_step_block)
    for name in ("last_update", "block_at_registration", "alpha_stake", "tao_stake", "validator_permit"):
        assert list(getattr(before, name)) == list(getattr(own, name)), name
    for name in ("weights", "bonds"):
        mine, theirs = getattr(before, name), getattr(own, name)
        assert {uid: row.tolist() for uid, row in mine.items()} == {uid: row.tolist() for uid, row in theirs.items()}


def test_commits_that_wait_are_read_too():
    from taokit.devnet.accounts import from_uri

    signer = from_uri("//validator/0")
    devnet = Devnet.demo(miners=2, validators=[signer], auto=True)
    with devnet.chain() as chain:
        uid = stored_now(chain, 1).alpha_stake.argmax()
        head = chain.submit(calls.commit_weights(1, bytes(32)), signer)
        assert head is not None
        assert stored_now(chain, 1).commit_block == {int(uid): int(devnet.head.number)}


def test_the_validator_that_disagrees_learns_what_it_cost(devnet):
    stored = stored_now(devnet.chain(), 1)
    explained = explain_trust(stored, VALIDATORS[2])
    assert explained.cut == pytest.approx(1.0, abs=1e-6)
    assert explained.ratings[0].uid == MINERS[3]
    assert explain_trust(stored, VALIDATORS[0]).cut == 0.0
    assert explain_incentive(stored, MINERS[3]).incentive == 0.0


def test_burning_with_one_subnet_takes_nothing_away(devnet):
    devnet.state[MINER_BURNED, 1] = 1 << 31
    found = devnet.chain().read(burning(1, 0.75))
    assert (found.burned, found.share, found.would_share) == (0.5, 1.0, 1.0)


def test_an_explanation_is_printed_as_sentences_and_a_table(devnet, capsys):
    show([explain_trust(stored_now(devnet.chain(), 1), VALIDATORS[2])], as_json=False)
    text = capsys.readouterr().out
    assert "it over-rates uid 4 by 100.00%" in text
    assert "rating" in text


def test_an_explanation_as_json(devnet, capsys):
    show([explain_incentive(stored_now(devnet.chain(), 1), 1)], as_json=True)
    told = json.loads(capsys.readouterr().out)["incentive"]
    assert [one["uid"] for one in told["supports"]] == sorted(VALIDATORS[:2])
    assert told["text"][0].startswith("uid 1 has ")


@pytest.mark.parametrize("what", ["weights", "trust", "incentive"])
def test_the_commands_answer_for_a_chain_made_on_the_spot(what):
    told = taokit(what, "--netuid", "1", "--uid", "9", "--network", "devnet", "--json")
    assert told.exit_code == 0
    assert json.loads(told.stdout)[what]["uid"] == 9


def test_other_weights_and_a_burn_can_be_asked_for():
    told = json.loads(taokit("weights", "--uid", "9", "--what-if", "1=1,2=0.5", "--json").stdout)
    assert told["whatif"]["then"]["trust"] >= told["whatif"]["now"]["trust"]
    assert "subnet 1 gets" in taokit("burn", "--share", "0.25").output


def test_bad_questions_are_refused_by_name():
    assert "there is no uid 99" in str(taokit("trust", "--uid", "99").exception)
    assert isinstance(taokit("trust", "--uid", "0", "--netuid", "9").exception, NoSuchSubnet)
    bad = taokit("weights", "--uid", "9", "--what-if", "one=two").exception
    assert isinstance(bad, ConfigurationError)
    assert "'one=two' are no weights by uid" in str(bad)


def test_a_metagraphs_file_is_explained_without_a_chain(devnet, tmp_path):
    graph = devnet.chain().read(reads.metagraph(1, weights=True, bonds=True))
    path = tmp_path / "subnet.json"
    path.write_bytes(to_bytes(graph))
    told = taokit("trust", "--uid", str(VALIDATORS[2]), "--from", str(path), "--json")
    assert json.loads(told.output)["trust"]["cut"] == pytest.approx(1.0, abs=1e-6)
    path.write_bytes(to_bytes(graph)[:500])
    assert "subnet.json: this is no JSON, or cut short" in str(
        taokit("trust", "--uid", "5", "--from", str(path)).exception
    )


def test_a_subnet_without_weights_says_where_to_ask_instead():
    told = taokit("incentive", "--uid", "3", "--json")
    assert json.loads(told.stdout)["incentive"]["uid"] == 3
    assert "nobody has set weights on subnet 1 yet" in told.stderr
    assert "--network ws://127.0.0.1:9944" in told.stderr
