import pytest

from taokit.backends.refusals import error_of
from taokit.backends.rpc import Refusal
from taokit.errors import ChainError, PoolRefused, UnknownBlock, UnknownName, Unreachable


@pytest.mark.parametrize(
    ("code", "message", "data", "name", "custom"),
    [
        (1010, "Invalid Transaction", "Transaction has a bad signature", "BadProof", None),
        (1010, "Invalid Transaction", "Transaction is outdated", "Stale", None),
        (1010, "Invalid Transaction", "Transaction will be valid in the future", "Future", None),
        (1010, "Invalid Transaction", "Transaction has an ancient birth block", "AncientBirthBlock", None),
        (1010, "Invalid Transaction", "Inability to pay some fees (e.g. account balance too low)", "Payment", None),
        (1010, "Invalid Transaction", "Custom error: 6", "", 6),
        (1012, "Transaction is temporarily banned", "", "TemporarilyBanned", None),
        (1013, "Transaction Already Imported", "", "AlreadyImported", None),
        (1014, "Priority is too low: (1 vs 1)", "The transaction has too low priority", "TooLowPriority", None),
        (1016, "Immediately Dropped", "", "ImmediatelyDropped", None),
        (1002, "Verification Error: Runtime error", "", "", None),
    ],
)
def test_the_pool_s_refusals_by_the_runtime_s_names(code, message, data, name, custom):
    error = error_of("author_submitAndWatchExtrinsic", Refusal(1, code, message, data))
    assert isinstance(error, PoolRefused)
    assert (error.code, error.name, error.custom) == (code, name, custom)


@pytest.mark.parametrize(
    ("code", "message", "data", "kind"),
    [
        (4003, "Client error: UnknownBlock: Header was not found in the database: 0xee", "", UnknownBlock),
        (4003, "Client error: UnknownBlock: State already discarded for 0xee", "", UnknownBlock),
        (-32000, "Client error: Api called for an unknown Block: Header was not found", "", UnknownBlock),
        (-32601, "Method not found", "", UnknownName),
        (4003, "Client error: Execution failed: Other: Exported method X_y is not found", "", UnknownName),
        (-32602, "Invalid params", "invalid hex", ChainError),
        (-32029, "Too Many Requests", "", Unreachable),
    ],
)
def test_refusals_of_reads(code, message, data, kind):
    assert type(error_of("state_call", Refusal(1, code, message, data))) is kind
