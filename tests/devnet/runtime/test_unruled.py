"""What has no rules: storage reads as its default, calls are refused by name, APIs say that nothing is there."""

import pytest

from taokit.devnet.runtime import TABLE, DispatchError, api
from taokit.devnet.runtime.dispatch import CARRYING, RULES
from taokit.devnet.runtime.unruled import PALLETS, answers
from taokit.devnet.scale import Coders
from taokit.errors import PoolRefused, UnknownName

CODERS = Coders(TABLE)
ZEROS = bytes(4096)
REFUSED = [
    (pallet.name, row)
    for pallet in TABLE.pallets
    for row in pallet.calls
    if row.name not in RULES.get(pallet.name, {})
    and row.name not in CARRYING.get(pallet.name, {})
    and "Void" not in [kind for _, kind in row.args]  # of which there is no value, so nobody sends them
]
OF_EXTRINSICS = {
    *("Core.version", "Metadata.metadata", "Metadata.metadata_at_version", "Metadata.metadata_versions"),
    *("BlockBuilder.apply_extrinsic", "TaggedTransactionQueue.validate_transaction"),
    *("TransactionPaymentApi.query_info", "TransactionPaymentApi.query_fee_details"),
}
"""What is answered from more than the state."""


def empty(kind):
    """Some value of a type: zeros, nothing, the first variant."""
    return CODERS(kind).decode(ZEROS, 0)[0]


def test_there_are_such_calls_and_the_pallets_of_clients_have_rules():
    assert len(REFUSED) > 80
    assert {pallet for pallet, _ in REFUSED}.isdisjoint({"Balances", "Utility", "Sudo", "Proxy", "Swap", "Commitments"})


@pytest.mark.parametrize(("pallet", "row"), [pytest.param(*one, id=f"{one[0]}.{one[1].name}") for one in REFUSED])
def test_calls_decode_and_are_refused_by_name(chain, named, as_call, pallet, row):
    call = as_call(f"{pallet}.{row.name}", **{name: empty(kind) for name, kind in row.args})
    (decoded, _) = CODERS("RuntimeCall").decode(CODERS("RuntimeCall").encode(call), 0)
    made = chain()
    for offered in (decoded, as_call("Utility.batch", calls=(decoded,))):
        with pytest.raises(
            PoolRefused, match=rf"Custom error: 255 \({pallet}\.{row.name} is not implemented"
        ) as caught:
            made.offer(named("rich"), f"{offered.pallet}.{offered.name}", **offered.args)
        assert caught.value.custom == 255
    with pytest.raises(DispatchError, match=r"CallFiltered|DisabledTemporarily"):
        made.call(named("rich"), f"{pallet}.{row.name}", **decoded.args)


def test_storage_reads_as_its_default(chain):
    state = chain().state
    for pallet in PALLETS:
        for item in pallet.storage:
            keys = [empty(key.type) for key in item.keys]
            assert state[item, *keys] is item.default
            assert (item, *keys) not in state


@pytest.mark.parametrize(
    "method", [pytest.param(row, id=f"{row.api}.{row.name}") for row in TABLE.methods if row.api in answers.ANSWERS]
)
def test_apis_answer_what_encodes(chain, method):
    if f"{method.api}.{method.name}" in OF_EXTRINSICS:
        return
    answer = api(chain().state, method.api, method.name, {name: empty(kind) for name, kind in method.inputs})
    raw = CODERS(method.output).encode(answer)
    assert CODERS(method.output).encode(CODERS(method.output).decode_all(raw)) == raw


def test_what_cannot_be_answered_is_said(chain):
    with pytest.raises(UnknownName, match="does not answer ConvertTransactionRuntimeApi_convert_transaction"):
        api(chain().state, "ConvertTransactionRuntimeApi", "convert_transaction", {"transaction": b""})


def test_every_method_has_an_answer_but_one():
    from taokit.devnet.runtime.apis import ANSWERS

    named = {f"{row.api}.{row.name}" for row in TABLE.methods}
    answered = {f"{name}.{method}" for table in (ANSWERS, answers.ANSWERS) for name in table for method in table[name]}
    assert answered <= named | {"TransactionPaymentCallApi.query_call_info"}
    assert named - answered - OF_EXTRINSICS == {"ConvertTransactionRuntimeApi.convert_transaction"}
