"""The store, in a folder of the test's own."""

import pytest

from {{ cookiecutter.package }}.store import Store


@pytest.fixture
def settings(tmp_path):
    """Those of a store for this test."""
    return {"folder": tmp_path / "artefacts"}


async def test_what_was_published_is_fetched(settings):
    store = Store(**settings)
    assert await store.fetch(await store.publish(b"a model")) == b"a model"


async def test_what_is_not_what_was_committed_to_is_refused(settings):
    store = Store(**settings)
    committed = await store.publish(b"a model")
    (store.folder / committed).write_bytes(b"another")
    for wrong in (committed, "../secret", "0" * 64):
        with pytest.raises((ValueError, OSError)):
            await store.fetch(wrong)