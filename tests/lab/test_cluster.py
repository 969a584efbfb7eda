import json
import socket
import sys

import pytest
from typer.testing import CliRunner

from taokit.cli.sim import app
from taokit.errors import ConfigurationError, Unreachable
from taokit.lab.cluster import check_accepts, ray_cluster
from taokit.lab.sweep import Sweep, run_sweep
from taokit.lab.sweeps import sweep_of


def test_without_ray_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigurationError, match="ray is not installed") as caught:
        CliRunner().invoke(app, ["sweep", "burn", "--engine", "ray"], catch_exceptions=False)
    assert "taokit[ray]" in caught.value.hint


@pytest.fixture
def closed():
    """The port of a socket that accepts nothing."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.parametrize("form", ["127.0.0.1:{}", "ray://127.0.0.1:{}", "ray://localhost:{}"])
def test_a_cluster_that_nobody_serves_is_told_at_once(closed, form):
    with pytest.raises(Unreachable, match=rf"no Ray cluster answers at {form.format(closed)}") as caught:
        check_accepts(form.format(closed), deadline_s=5)
    assert "RAY_ADDRESS" in caught.value.hint


def test_a_host_or_port_that_cannot_be():
    with pytest.raises(Unreachable, match=r"no Ray cluster answers at nobody\.invalid:6379"):
        check_accepts("nobody.invalid:6379")
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:99999"):
        check_accepts("127.0.0.1:99999")


def test_what_ray_resolves_itself_is_left_to_it():
    assert not any(map(check_accepts, ("", "auto", "local", "anyscale://mine")))
    with socket.create_server(("127.0.0.1", 0)) as served:
        assert check_accepts(f"127.0.0.1:{served.getsockname()[1]}")


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Ray with a home of its own for the token that it reads once in a process, and no other cluster to find."""
    settings = {"HOME": str(tmp_path_factory.mktemp("home")), "RAY_ADDRESS": "local", "RAY_AUTH_MODE": "token"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**settings, "RAY_USAGE_STATS_ENABLED": "0"}.items():
            patch.setenv(name, value)
        yield pytest.importorskip("ray")  # which reads them when it is imported


@pytest.fixture
def two_cpus(alone):
    alone.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield alone
    alone.shutdown()


def chart():
    return sweep_of("retention", scale=0.125, axes={"share": [0.6, 0.8], "utility": [0.5, 0.7, 0.9]})


@pytest.mark.peers
def test_a_cluster_gives_every_row_that_one_process_gives(two_cpus, tmp_path):
    here = run_sweep(chart())
    seen = []
    there = run_sweep(chart(), workers=2, pool=ray_cluster, progress=lambda done, of: seen.append((done, of)))
    assert there == here
    assert seen == [(done, 306) for done in range(0, 307, 51)]
    assert two_cpus.is_initialized()

    for first, second in ((run_sweep, on_cluster), (on_cluster, run_sweep)):
        store = tmp_path / f"{first.__name__}.jsonl"
        first(chart(), store=store)
        kept = store.read_text().splitlines(keepends=True)[:3]
        store.write_text("".join(kept))
        seen.clear()
        assert second(chart(), store=store, progress=lambda done, of: seen.append(done)) == here
        assert seen[0] == 102
        assert store.read_text().startswith("".join(kept))

    with pytest.raises(ConfigurationError, match="no such place") as caught:
        on_cluster(Sweep(name="lost", grid={"a": (1, 2)}, measure=lost_measure()))
    assert caught.value.hint == "another one"


def on_cluster(sweep, **changes):
    return run_sweep(sweep, workers=2, pool=ray_cluster, **changes)


def lost_measure():
    def measure(points, at_once):  # not of a module: Ray sends its code
        raise ConfigurationError("no such place", hint="another one")

    return measure


@pytest.mark.peers
def test_never_more_points_are_in_memory_than_the_budget_holds(two_cpus):
    told = Sweep(name="held", grid={"a": (1, 2, 3, 4)}, measure=held_measure(), bytes_per_point=100, chunk=2)
    assert {row["at_once"] for row in on_cluster(told, memory=700)} == {3}
    with pytest.raises(ConfigurationError, match="one point for each worker"):
        on_cluster(told, memory=199)


def held_measure():
    def measure(points, at_once):
        return [{"at_once": at_once} for _ in points]

    return measure


@pytest.mark.peers
def test_the_command_starts_a_cluster_and_ends_it(alone):
    args = ["sweep", "burn", "--scale", "0.1", "--json"]
    there = CliRunner().invoke(app, [*args, "--engine", "ray", "--workers", "2"], catch_exceptions=False)
    here = CliRunner().invoke(app, args, catch_exceptions=False)
    assert there.stdout == here.stdout
    assert [json.loads(line)["burn"] for line in there.stdout.splitlines()] == [0.0, 0.5, 1.0]
    assert not alone.is_initialized()


@pytest.mark.peers
def test_the_command_names_a_cluster_that_is_not_there(alone, closed, monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", f"127.0.0.1:{closed}")
    with pytest.raises(Unreachable, match=f"no Ray cluster answers at 127.0.0.1:{closed}"):
        CliRunner().invoke(app, ["sweep", "burn", "--engine", "ray"], catch_exceptions=False)
