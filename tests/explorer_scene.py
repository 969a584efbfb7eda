"""A chain with something of everything that the explorer shows."""

from contextlib import suppress

from chains import ALICE, BOB, TAO
from taokit.chain import calls
from taokit.devnet import Devnet, from_uri
from taokit.errors import DispatchFailed

SCRIPT = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
MINERS, VALIDATORS, TEMPO = 5, 3, 12

OWNER = from_uri("//owner")
ASKING = [from_uri(f"//validator/{k}") for k in range(VALIDATORS)]
OPINIONS = [
    {1: 65535, 2: 30000, 3: 9000},
    {1: 50000, 2: 65535, 3: 9000, 4: 20},
    {1: 20000, 4: 65535},
]


def lively(*, epochs=3):
    """Weights, bonds and payouts of some epochs, a call that failed, sealed weights, and names full of markup."""
    devnet = Devnet.subnet(miners=MINERS, validators=VALIDATORS)
    for name, value in {"Tempo": TEMPO, "WeightsSetRateLimit": 0}.items():
        devnet.set_hyperparameter(1, name, value)
    chain = devnet.chain()
    for _ in range(epochs):
        for signer, opinion in zip(ASKING, OPINIONS, strict=True):
            chain.submit(calls.set_weights(1, list(opinion), list(opinion.values())), signer)
        devnet.next_epoch()
    chain.submit(calls.transfer_keep_alive(BOB.ss58, 3 * TAO), ALICE)
    with suppress(DispatchFailed):
        chain.submit(calls.set_weights(7, [0], [65535]), ALICE)
    chain.submit(calls.set_subnet_identity(1, SCRIPT, description=SCRIPT, subnet_url="javascript:alert(1)"), OWNER)
    chain.submit(calls.set_identity(SCRIPT), ASKING[0])
    chain.submit(calls.set_commitment(1, [SCRIPT.encode()]), ASKING[1])
    devnet.set_hyperparameter(1, "CommitRevealWeightsEnabled", True)
    chain.submit(calls.commit_weights(1, bytes(range(32))), ASKING[2])
    return devnet
