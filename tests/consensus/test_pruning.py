from taokit.consensus import protected_uids, uid_to_prune

from .worlds import recorded


def test_the_pruned_uid_agrees_with_the_chains():
    for case in recorded("chain")[0]["pruning"]:
        state = case["args"]
        found = uid_to_prune(
            state["emission"],
            state["registered_at"],
            block=state["block"],
            immunity_period=state["immunity"],
            protected=state["protected"],
            min_non_immune=state["min_free"],
        )
        assert found == case["uid"], state


def test_an_immune_uid_goes_while_few_others_could():
    neurons = {"emission": [0, 5, 7], "block_at_registration": [95, 10, 99], "block": 100, "immunity_period": 20}
    assert uid_to_prune(**neurons, min_non_immune=1) == 0
    assert uid_to_prune(**neurons, min_non_immune=0) == 1


def test_the_owner_hotkey_is_protected_before_older_keys_of_its_coldkey():
    assert protected_uids(7, {7: 90, 3: 10}, limit=1) == {7}
    assert protected_uids(7, {7: 90, 3: 10, 4: 20}, limit=2) == {7, 3}
    assert protected_uids(None, {3: 10, 2: 10}, limit=1) == {2}
    assert protected_uids(None, {}) == frozenset()
