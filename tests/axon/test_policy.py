import pytest

from taokit.axon import Caller, allow, deny, everyone, registered_only
from taokit.errors import Forbidden


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


async def test_lists_admit_and_refuse():
    await allow(["5A"])(caller("5A"))
    with pytest.raises(Forbidden):
        await allow(["5A"])(caller("5B"))
    await deny(["5A"], otherwise=everyone)(caller("5B"))
    with pytest.raises(Forbidden):
        await deny(["5A"], otherwise=everyone)(caller("5A"))
