import bittensor_core
import pytest
from hypothesis import strategies as st

from taokit.devnet import metadata
from taokit.devnet.codec import StorageCodec
from taokit.devnet.runtime import TABLE
from taokit.devnet.runtime.table import DecodedCall, Struct
from taokit.devnet.scale import FIXED_POINT, METADATA_HASH_MODE, Coders
from taokit.devnet.shapes import Array, Compact, Named, Option, Primitive, Sequence, Tuple, shape


@pytest.fixture(scope="session")
def coders():
    return Coders(TABLE)


@pytest.fixture(scope="session")
def codec(coders):
    return StorageCodec(TABLE, coders)


@pytest.fixture(scope="session")
def client():
    """Another implementation of the same formats, which knows nothing but our metadata."""
    return bittensor_core.Runtime(metadata.encode(TABLE), TABLE.spec_version, TABLE.transaction_version)


NAMED = {made.name: made for made in (METADATA_HASH_MODE, *TABLE.types)}
CALLS = {
    (pallet.name, row.name): row
    for pallet in TABLE.pallets
    for row in pallet.calls
    if "Void" not in [kind for _, kind in row.args]  # of which there is no value
}


def natives(wanted, depth=0):
    """Native values of a type, for hypothesis."""
    match wanted:
        case Primitive("bool"):
            return st.booleans()
        case Primitive("str"):
            return st.text(max_size=8)
        case Primitive(name):
            bits = int(name[1:])
            signed = name[0] == "i"
            return st.integers(-(1 << bits - 1) if signed else 0, (1 << (bits - 1 if signed else bits)) - 1)
        case Compact(entry):
            return natives(entry, depth)
        case Sequence(Primitive("u8"), bound):
            return st.binary(max_size=min(bound or 20, 20))
        case Sequence(Tuple((key, value)), mapped=True):  # a key comes once
            made = st.dictionaries(natives(key, depth + 1), natives(value, depth + 1), max_size=4)
            return made.map(lambda pairs: tuple(pairs.items()))
        case Sequence(entry, _):
            entries = natives(entry, depth + 1)
            return st.just(()) if entries.is_empty else st.lists(entries, max_size=4).map(tuple)
        case Array(Primitive("u8"), length):
            return st.binary(min_size=length, max_size=length)
        case Array(entry, length):
            return st.lists(natives(entry, depth), min_size=length, max_size=length).map(tuple)
        case Tuple(entries):
            return st.tuples(*(natives(entry, depth) for entry in entries))
        case Option(entry):
            return st.none() | natives(entry, depth)
        case Named(name):
            return named(name, depth)


def named(name, depth):
    if name in ("AccountId", "H256"):
        return st.binary(min_size=32, max_size=32)
    if name in FIXED_POINT:
        return natives(Primitive(FIXED_POINT[name]))
    if name == "UncheckedExtrinsic":
        return st.binary(max_size=20)
    if name == "Era":
        return st.just(b"\0") | st.just(b"\x05\x02")
    if name == "RuntimeCall":
        rows = [key for key in CALLS if depth < 2 or not any("RuntimeCall" in kind for _, kind in CALLS[key].args)]
        return st.sampled_from(rows).flatmap(lambda key: calls(*key, depth + 1))
    if name == "RuntimeEvent":
        rows = [(pallet.name, row) for pallet in TABLE.pallets for row in pallet.events]
        return st.sampled_from(rows).flatmap(lambda found: events(*found))
    made = NAMED[name]
    if isinstance(made, Struct):
        return st.tuples(*(natives(shape(kind), depth) for _, kind in made.fields))
    readable = [variant for variant in made.variants if variant[0] != "Index"]  # an empty compact: clients disagree
    if not readable:
        return st.nothing()
    return st.sampled_from(readable).flatmap(lambda variant: variants(variant, depth))


def variants(variant, depth):
    name, _, inside = variant
    if not inside:
        return st.just(name)
    return st.tuples(st.just(name), *(natives(shape(kind), depth) for _, kind in inside))


def calls(pallet, name, depth=0):
    row = CALLS[pallet, name]
    args = st.fixed_dictionaries({arg: natives(shape(kind), depth) for arg, kind in row.args})
    return args.map(lambda made: DecodedCall(pallet, name, made))


def events(pallet, row):
    inside = st.tuples(*(natives(shape(kind)) for _, kind in row.fields))
    return inside.map(lambda made: (pallet, row.name, made))


@pytest.fixture(scope="session")
def values():
    """Strategies: `values(type string)`, `values.calls(pallet, name)`."""

    def of(text):
        return natives(shape(text))

    of.calls, of.events = calls, events
    return of


def same(one, other):
    """Equality of natives, where a column equals a tuple of the same entries."""
    if hasattr(one, "tolist"):
        one = one.tolist()
    if hasattr(other, "tolist"):
        other = other.tolist()
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, DecodedCall) and isinstance(other, DecodedCall):
        alike = (one.pallet, one.name, sorted(one.args)) == (other.pallet, other.name, sorted(other.args))
        return alike and all(same(one.args[name], other.args[name]) for name in one.args)
    return one == other


@pytest.fixture(scope="session")
def alike():
    return same
