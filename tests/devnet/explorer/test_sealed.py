from explorer_scene import ASKING, SCRIPT, TEMPO
from taokit.chain import calls
from taokit.devnet import Devnet, from_uri
from taokit.devnet.explorer.sealed import lately, texts, waiting

ROUND = 1 << 40  # long after any that is out
SIGNER = from_uri("//validator/0")


def sealing(**settings):
    devnet = Devnet.demo(miners=2, validators=1, auto=True, **settings)
    devnet.set_hyperparameter(1, "Tempo", TEMPO)
    devnet.set_hyperparameter(1, "WeightsSetRateLimit", 0)
    devnet.next_epoch()
    return devnet


def test_a_commit_waits_then_may_be_revealed_then_expires():
    devnet = sealing()
    digest = bytes(range(32))
    devnet.chain().submit(calls.commit_weights(1, digest), SIGNER)
    (told,) = waiting(devnet.state, 1, 0)
    assert (told["digest"], told["uid"], told["block"]) == ("0x" + digest.hex(), 3, devnet.head.number)
    assert (told["kind"], told["stage"], told["revealEpoch"]) == ("hash", "sealed", told["epoch"] + 1)
    devnet.next_epoch()
    assert waiting(devnet.state, 1, 0)[0]["stage"] == "revealable"
    devnet.next_epoch()
    assert [one["stage"] for one in waiting(devnet.state, 1, 0)] in (["expired"], [])


def test_a_timelocked_commit_names_its_round():
    devnet = sealing()
    devnet.set_storage({"SubtensorModule": {"CommitRevealWeightsVersion": 4}})
    devnet.chain().submit(calls.commit_timelocked_weights(1, b"\1" * 40, reveal_round=ROUND), SIGNER)
    (told,) = waiting(devnet.state, 1, 0)
    assert (told["kind"], told["round"], told["stage"]) == ("timelock", ROUND, "sealed")
    assert [one["event"] for one in lately(devnet, 1, 0)] == ["TimelockedWeightsCommitted"]
    assert waiting(devnet.state, 1, 1) == lately(devnet, 1, 1) == []


def test_what_happened_lately_comes_newest_first():
    devnet = sealing()
    for at in range(3):
        devnet.chain().submit(calls.commit_weights(1, bytes([at]) * 32), SIGNER)
    told = lately(devnet, 1, 0)
    assert [one["event"] for one in told] == ["WeightsCommitted"] * 3
    assert [one["block"] for one in told] == sorted((one["block"] for one in told), reverse=True)
    assert {one["hotkey"] for one in told} == {SIGNER.ss58}
    assert lately(devnet, 2, 0) == []


def test_texts_are_text_and_bytes_are_hex(scene):
    (told,) = texts(scene.state, 1)
    assert (told["fields"], told["hotkey"], told["revealed"]) == ([SCRIPT], ASKING[1].ss58, False)
    devnet = sealing()
    devnet.chain().submit(calls.set_commitment(1, [b"\xff\xfe", b"plain"]), SIGNER)
    assert texts(devnet.state, 1)[0]["fields"] == ["0xfffe", "plain"]
