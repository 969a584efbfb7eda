import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taokit.devnet.runtime import TABLE
from taokit.devnet.scale import ScaleError

KINDS = sorted(
    {item.value for pallet in TABLE.pallets for item in pallet.storage if item.name != "Events"}
    | {kind for method in TABLE.methods for kind in (method.output, *(kind for _, kind in method.inputs))}
    | {one.type for pallet in TABLE.pallets for one in pallet.constants}
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_comes_back(kind, coders, values, alike):
    @settings(max_examples=15, deadline=None)
    @given(value=values(kind))
    def check(value):
        assert alike(coders(kind).decode_all(coders(kind).encode(value)), value)

    check()


@given(data=st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_decode_or_are_refused(coders, data):
    for kind in ("RuntimeCall", "Option<SubnetIdentityV3>", "Vec<(u16, u16)>", "Vec<Vec<u16>>", "MultiAddress"):
        try:
            coders(kind).decode_all(data)
        except ScaleError:
            continue
