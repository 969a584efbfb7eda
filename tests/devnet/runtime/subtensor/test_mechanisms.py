from taokit.devnet.runtime.subtensor import storage


def test_mechanisms_come_and_go_with_what_they_store(chain):
    made = chain(hyperparameters={"MaxAllowedUids": 128})
    made.mine()
    made.put(None, "mechanism_count", 2)
    assert made.state[storage.LAST_UPDATE, 4097].tolist() == [0] * 6
    made.put(None, "mechanism_emission_split", (65535, 0))
    made.put(None, "mechanism_count", 1)
    assert (storage.LAST_UPDATE, 4097) not in made.state
    assert made.state[storage.MECHANISM_EMISSION_SPLIT, 1] is None
