from taokit.devnet.runtime.drand import PULSES

REAL = "0xb44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"


async def test_the_beacon_over_rpc(client, devnet):
    told = await client.result("dev_beacon")
    assert told == {
        "name": "taokit devnet",
        "own": True,
        "round": devnet.drand.status.round,
        "lastStoredRound": devnet.drand.status.last_stored_round,
        "waiting": [],
        "skipped": [],
        "late": 0,
    }
    assert (await client.result("dev_skipRound", 7))["skipped"] == [7]
    assert (await client.result("dev_delayRounds", 3))["late"] == 3
    assert (devnet.drand.status.late, devnet.drand.status.skipped) == (3, (7,))
    healed = await client.result("dev_healBeacon")
    assert (healed["late"], healed["skipped"]) == (0, [])


async def test_real_pulses_over_rpc(client, devnet):
    assert (await client.result("dev_setBeacon", "quicknet"))["name"] == "quicknet"
    refused = await client.error("dev_injectPulse", 1001, REAL)
    assert "do not sign round 1001" in refused["message"]
    await client.result("dev_injectPulse", 1000, REAL)
    assert devnet.state[PULSES, 1000][2].hex() == REAL[2:]
    assert (await client.result("dev_setBeacon", "own"))["own"]


async def test_nonsense_is_refused(client):
    for method, *params in (
        ("dev_skipRound", "seven"),
        ("dev_skipRound",),
        ("dev_delayRounds", -1),
        ("dev_injectPulse", 1000),
        ("dev_injectPulse", 1000, "0xzz"),
        ("dev_setBeacon", "finney"),
    ):
        assert (await client.error(method, *params))["code"] == -32602, (method, params)
