import pytest

from taokit.axon import (
    Caller,
    all_of,
    allow,
    any_of,
    deny,
    everyone,
    minimum_stake,
    registered_only,
    validators_only,
)
from taokit.errors import ConfigurationError, Forbidden


def caller(hotkey):
    return Caller(hotkey, "btauth", "127.0.0.1", 1, "id")


class Subnet:
    netuid = 3

    def __init__(self, *hotkeys):
        self.hotkeys = hotkeys

    def uid_of(self, hotkey):
        return self.hotkeys.index(hotkey) if hotkey in self.hotkeys else None


async def test_the_metagraph_of_the_moment_decides_who_is_registered():
    subnet = Subnet("5A")
    admit = registered_only(lambda: subnet)
    await admit(caller("5A"))
    with pytest.raises(Forbidden, match="subnet 3"):
        await admit(caller("5B"))
    subnet = Subnet("5B")
    await admit(caller("5B"))


async def test_who_is_judged_by_a_returned_value_is_not_let_in():
    async def sdk_10(caller):
        return False, "not blacklisted"

    for policy in (all_of(everyone, sdk_10), any_of(sdk_10, everyone), deny([], otherwise=sdk_10)):
        with pytest.raises(ConfigurationError, match="it returned tuple, which lets nobody in"):
            await policy(caller("5A"))


async def test_lists_admit_and_refuse():
    await allow(["5A"])(caller("5A"))
    with pytest.raises(Forbidden):
        await allow(["5A"])(caller("5B"))
    await deny(["5A"], otherwise=everyone)(caller("5B"))
    with pytest.raises(Forbidden):
        await deny(["5A"], otherwise=everyone)(caller("5A"))


class Staked(Subnet):
    validator_permit = (True, False)
    stake = (500, 900)


async def admitted(policy):
    """Who of three is let in: uid 0, uid 1, a stranger."""
    let_in = []
    for hotkey in ("5A", "5B", "5C"):
        try:
            await policy(caller(hotkey))
        except Forbidden:
            continue
        let_in.append(hotkey)
    return let_in


SUBNET = Staked("5A", "5B")


@pytest.mark.parametrize(
    ("policy", "let_in"),
    [
        (everyone, ["5A", "5B", "5C"]),
        (registered_only(lambda: SUBNET), ["5A", "5B"]),
        (validators_only(lambda: SUBNET), ["5A"]),
        (minimum_stake(lambda: SUBNET, 501), ["5B"]),
        (minimum_stake(lambda: SUBNET, 500), ["5A", "5B"]),
        (minimum_stake(lambda: SUBNET, 0), ["5A", "5B"]),
        (all_of(validators_only(lambda: SUBNET), minimum_stake(lambda: SUBNET, 501)), []),
        (any_of(validators_only(lambda: SUBNET), allow(["5C"])), ["5A", "5C"]),
        (deny(["5A"], otherwise=any_of(allow(["5A", "5C"]))), ["5C"]),
        (all_of(), ["5A", "5B", "5C"]),
    ],
)
async def test_policies_and_what_they_make_together(policy, let_in):
    assert await admitted(policy) == let_in
