import json

from hypothesis import given, settings
from hypothesis import strategies as st

from taokit.protocol.objects import too_deep

TEXT = st.text(st.sampled_from('[]{}",:\\\n\u00e9 a'), max_size=12)
VALUES = st.recursive(
    TEXT | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


def levels(value):
    if isinstance(value, dict):
        return 1 + max(map(levels, value.values()), default=0)
    return 1 + max(map(levels, value), default=0) if isinstance(value, list) else 0


@settings(max_examples=300, deadline=None)
@given(VALUES, st.integers(0, 5), st.booleans())
def test_the_depth_is_that_of_the_value_whatever_its_texts_hold(value, depth, ascii_only):
    body = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert too_deep(body, depth) == (levels(value) > depth)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from('[]{}"x,'), max_size=40), st.integers(0, 4))
def test_a_body_that_is_no_json_is_judged_alike_with_and_without_escapes(text, depth):
    assert too_deep(text.encode(), depth) == too_deep(b'"\\n"' + text.encode(), depth)
