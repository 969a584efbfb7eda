"""The store, on an S3-compatible server of this machine."""

import boto3
import pytest
from moto.server import ThreadedMotoServer

from {{ cookiecutter.package }}.store import Store


@pytest.fixture
def settings(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket="models")
    yield {"endpoint": endpoint, "bucket": "models", "folder": tmp_path}
    server.stop()


async def test_what_was_published_is_fetched(settings):
    store = Store(**settings)
    assert await store.fetch(await store.publish(b"a model")) == b"a model"


async def test_what_is_not_what_was_committed_to_is_refused(settings):
    store = Store(**settings)
    committed = await store.publish(b"a model")
    store._client().put_object(Bucket="models", Key=committed.split()[0], Body=b"another")
    for wrong in (committed, f"{committed}-of-others", "../secret models", "0" * 64 + " models"):
        with pytest.raises((ValueError, OSError)):
            await store.fetch(wrong)