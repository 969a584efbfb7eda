import pytest

from taokit.chain.events import Event, error_of, events_of, failure
from taokit.devnet import Devnet, codec_of
from taokit.devnet.runtime import State


@pytest.fixture(scope="module")
def codec():
    return codec_of(Devnet(State(), genesis_ms=0).backend().runtime())


MODULE = {"Module": {"index": 7, "error": "0x1d000000"}}  # 29 of the subnet pallet


def test_records_become_events():
    record = {"module_id": "System", "event_id": "CodeUpdated", "attributes": None, "extrinsic_idx": 2, "phase": "…"}
    assert list(events_of([record])) == [Event("System", "CodeUpdated", None, 2)]


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (MODULE, "SettingWeightsTooFast"),
        ("BadOrigin", "BadOrigin"),
        ({"Token": "FundsUnavailable"}, "Token.FundsUnavailable"),
    ],
)
def test_an_error_has_one_name(codec, error, name):
    assert error_of(error, codec)[0] == name
    failed = failure([Event("System", "ExtrinsicFailed", {"dispatch_error": error}, 1)], codec)
    assert failed.name == name


@pytest.mark.parametrize("result", [{"sudo_result": {"Err": MODULE}}, {"Err": MODULE}])
def test_a_call_that_failed_as_root_failed(codec, result):
    events = [Event("Sudo", "Sudid", result, 1), Event("System", "ExtrinsicSuccess", {}, 1)]
    assert failure(events, codec).name == "SettingWeightsTooFast"


def test_success(codec):
    ok = [Event("Sudo", "Sudid", {"sudo_result": {"Ok": ()}}, 1), Event("System", "ExtrinsicSuccess", {}, 1)]
    assert failure(ok, codec) is None
    assert failure([Event("Sudo", "Sudid", {"sudo_result": "Ok"}, 1)], codec) is None
