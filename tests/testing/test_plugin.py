"""The pytest plugin in a user's project: each fixture, in a pytest of its own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "test-in-ci.md"
INI = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
addopts = -p no:cacheprovider --strict-markers -W error
"""
ROLES = """
import taokit

class Word(taokit.Synapse):
    required_hash_fields = ("text",)
    text: str
    length: int | None = None

class Counts(taokit.Miner):
    async def forward(self, synapse: Word) -> Word:
        synapse.length = len(synapse.text)
        return synapse

class Overstates(taokit.Miner):
    async def forward(self, synapse: Word) -> Word:
        synapse.length = 10 * len(synapse.text)
        return synapse

class Asks(taokit.Validator):
    async def query(self, round):
        return Word(text="x" * round.random.randrange(1, 50))

    def score(self, round, replies):
        return {r.uid: float(r.synapse.length < 50) for r in replies if r.synapse}
"""


@pytest.fixture
def project(pytester):
    pytester.makeini(INI)
    pytester.makepyfile(roles=ROLES)
    pytester.syspathinsert()
    return pytester


def passed(project, source, count, *args):
    project.makepyfile(source)
    result = project.runpytest_subprocess("-q", *args, timeout=120)
    result.assert_outcomes(passed=count)


def test_every_test_begins_from_the_same_chain(project):
    passed(
        project,
        """
        import pytest
        from taokit.chain import calls
        from taokit.devnet import account

        BOB = account("Bob")

        @pytest.mark.parametrize("again", [0, 1])
        def test_stake_is_bought(devnet, again):
            height, before = devnet.head.number, devnet.chain().read(balance())
            devnet.auto = True
            devnet.chain().submit(calls.add_stake(account("miner/0").ss58, 1, 10**9), BOB)
            devnet.mine(3)
            devnet.auto, devnet.auto_impersonate = False, True
            devnet.drand.skip_round(1)
            assert devnet.head.number == height + 4
            assert devnet.chain().read(balance()).rao < before.rao

        def balance():
            from taokit.chain import reads
            return reads.balance(BOB.ss58)

        def test_after_both(devnet):
            assert (devnet.auto, devnet.auto_impersonate, devnet.drand.status.skipped) == (True, False, ())
            assert devnet.chain().read(balance()).tao == 1_000_000

        def test_one_that_resets_it(devnet):
            devnet.mine()
            devnet.reset()

        def test_and_the_one_after(devnet):
            assert devnet.chain().read(balance()).tao == 1_000_000
            assert devnet.snapshots == [devnet.head.number]

        @pytest.mark.devnet("demo", miners=1, validators=2, Tempo=33)
        def test_another_kind(devnet):
            from taokit.chain import reads
            graph = devnet.chain().read(reads.metagraph(1))
            assert (graph.n, devnet.preset, devnet.settings["Tempo"]) == (4, "demo", 33)
        """,
        6,
    )


def test_neurons_run_in_the_time_of_the_clock(project):
    passed(
        project,
        """
        import pytest
        from roles import Asks, Counts, Overstates
        from taokit.chain import reads

        @pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=40)
        async def test_honest_work_is_paid(devnet, neuron, clock):
            first = clock.epoch()
            async with neuron(Counts) as honest, neuron(Overstates) as cheat, neuron(Asks) as validator:
                await clock.epochs(3)
                scores = validator.scored()
            assert clock.epoch() == first + 3
            graph = await devnet.async_chain().read(reads.metagraph(1))
            paid = {key: int(graph.incentive[graph.uid_of(key)]) for key in (honest.signer.ss58, cheat.signer.ss58)}
            assert scores[honest.signer.ss58] > scores[cheat.signer.ss58] == 0
            assert paid[honest.signer.ss58] == 65535
            assert paid[cheat.signer.ss58] == 0

        async def test_time_travels(clock):
            before = clock.seconds
            await clock.travel(3600)
            assert clock.seconds == before + 3612
        """,
        2,
    )


def test_a_chain_over_a_socket_is_set_back_too(project):
    passed(
        project,
        """
        import pytest
        import taokit
        from taokit.chain import reads
        from taokit.errors import ChainRefused

        HEIGHTS = set()

        @pytest.mark.parametrize("again", [0, 1])
        def test_blocking(devnet_url, again):
            with taokit.connect(devnet_url, cache=None) as chain:
                first = chain.head().number
                assert devnet_url.ask("dev_newBlock", {"count": 10})
                assert chain.head().number == first + 10
            HEIGHTS.add(first)
            assert len(HEIGHTS) == 1

        async def test_async(devnet_url):
            from taokit.connect import connection
            async with connection(devnet_url, cache=None) as chain:
                assert await chain.read(reads.subnet_exists(1))

        def test_a_mistake(devnet_url):
            with pytest.raises(ChainRefused, match="no dev_nothing"):
                devnet_url.ask("dev_nothing")
        """,
        4,
    )


SEALED = """
import pytest
from roles import Asks, Counts

LOCKED = pytest.mark.devnet("demo", miners=1, validators=1, CommitRevealWeightsVersion=4, Tempo=40)

@LOCKED
async def test_weights_under_a_timelock(devnet, neuron, clock, beacon):
    async with neuron(Counts), neuron(Asks) as validator:
        await clock.until(lambda: beacon.waiting)
        beacon.delay_rounds(1)
        await clock.until(lambda: not beacon.waiting)
        await clock.epochs(1)
        assert validator.setter.landed_block

@LOCKED
def test_an_sdk_in_this_process(devnet, beacon):
    import bittensor_core
    with beacon.patch() as names:
        assert "bittensor_core.get_encrypted_commitment" in names
        first = bittensor_core.get_encrypted_commitment("hello", 3)
        assert bittensor_core.get_encrypted_commitment("hello", 3) == first
"""


def test_the_beacon_remembers_from_run_to_run_what_was_sealed(project):
    pytest.importorskip("py_ecc")
    project.makeini(INI.replace("-p no:cacheprovider", ""))
    passed(project, SEALED, 2)
    kept = {p.name: p.read_bytes() for p in project.path.glob(".pytest_cache/d/taokit-ciphertexts/*")}
    assert len(kept) >= 2
    passed(project, SEALED, 2)
    assert {p.name: p.read_bytes() for p in project.path.glob(".pytest_cache/d/taokit-ciphertexts/*")} == kept


def test_mistakes_are_told_in_one_sentence(project):
    project.makepyfile(
        """
        import pytest
        from roles import Asks, Counts

        @pytest.mark.devnet("nothing")
        def test_no_preset(devnet):
            pass

        @pytest.mark.devnet("empty", miners=3)
        def test_no_argument(devnet):
            pass

        @pytest.mark.devnet(miners=1)
        async def test_no_seat(neuron):
            async with neuron(Counts), neuron(Counts):
                pass

        @pytest.mark.devnet(validators=1)
        async def test_one_that_ends_by_itself(devnet, neuron, clock):
            async with neuron(Asks) as validator:
                devnet.deregister(1, uid_of(devnet, validator))
                await clock.epochs(1)

        def uid_of(devnet, validator):
            from taokit.chain import reads
            return devnet.chain().read(reads.uid_of(1, validator.signer.ss58))
        """
    )
    result = project.runpytest_subprocess("-q", timeout=120)
    result.assert_outcomes(errors=2, failed=2)
    result.stdout.fnmatch_lines_random(
        [
            "*there is no preset 'nothing'*",
            "*Devnet.empty does not take:*miners*",
            "*all 1 miners of this chain run already*",
            "*NotRegistered: hotkey * is not registered on subnet 1*",
        ]
    )


def test_unused_it_loads_nothing():
    heavy = "{'numpy', 'aiohttp', 'pydantic', 'torch', 'bittensor_core', 'typer', 'rich', 'cryptography'}"
    code = f"import sys, taokit.testing.plugin; print(sorted({heavy} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_how_to_is_a_project_whose_tests_pass(project):
    pytest.importorskip("py_ecc")
    files = re.findall(r"`(\w+)\.py`:\n\n```python\n(.*?)```", HOW_TO.read_text(), flags=re.DOTALL)
    assert [name for name, _ in files] == ["subnet", "test_pay", "test_reveal", "test_clients"]
    project.makepyfile(**dict(files))
    project.runpytest_subprocess("-q", timeout=120).assert_outcomes(passed=3)
