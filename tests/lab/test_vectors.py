import gzip
import json
from pathlib import Path

import pytest

from taokit.errors import ConfigurationError
from taokit.lab.engines import engine
from taokit.lab.vectors import check, read

YUMA = Path(__file__).parents[1] / "vectors" / "yuma"
FILES = sorted(YUMA.glob("*.json"))


def written(folder, content, name="file.json"):
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def content(name):
    return json.loads((YUMA / f"{name}.json").read_text())


def numbers_in(value):
    """How many numbers, marks and names an expected block holds."""
    if isinstance(value, dict):
        return sum(map(numbers_in, value.values()))
    return sum(map(numbers_in, value)) if isinstance(value, list) else 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_every_recorded_file_passes_on_every_engine(path, name):
    if name == "torch":
        pytest.importorskip("torch")
    checked = check(read(path), engine(name))
    assert checked.mismatches == ()
    assert checked.passed
    assert (checked.file, checked.kind) == (str(path), json.loads(path.read_text())["kind"])


def test_every_expected_number_of_an_epoch_is_compared():
    vector = content("y3-n3")
    expected = vector["epochs"][0]["expected"]
    entries = sum(len(row) for row in expected["bonds"])
    beside_bonds = numbers_in({name: value for name, value in expected.items() if name != "bonds"})
    checked = check(read(YUMA / "y3-n3.json"))
    assert (checked.epochs, checked.compared) == (1, beside_bonds + entries)


def test_a_number_that_differs_is_told_with_its_place(tmp_path):
    vector = content("y2-n5")
    real = vector["epochs"][0]["expected"]["incentive"][3]
    vector["epochs"][0]["expected"]["incentive"][3] = real + 1
    checked = check(read(written(tmp_path, vector)))
    assert not checked.passed
    (found,) = checked.mismatches
    assert (found.step, found.output, found.index, found.expected, found.got) == (0, "incentive", 3, real + 1, real)
    assert json.loads(json.dumps(checked.to_json()))["mismatches"] == [
        {"step": 0, "output": "incentive", "index": 3, "expected": real + 1, "got": real}
    ]


@pytest.mark.parametrize(
    ("name", "spoil", "output"),
    [
        ("y3-n8", lambda v: v["epochs"][0]["expected"]["bonds"][0][0].__setitem__(1, 7), "bonds"),
        ("y3-n8", lambda v: v["epochs"][0]["expected"]["bonds"][0].pop(), "bonds"),
        ("y3-n8", lambda v: v["epochs"][0]["expected"]["consensus"].pop(), "consensus"),
        ("y3-n8", lambda v: v["epochs"][0]["expected"]["bits"]["dividends"].__setitem__(0, "1"), "bits.dividends"),
        ("fact-bonds", lambda v: v["asserted"][0].__setitem__(3, 0.5), "asserted."),
        ("y3-n8", lambda v: v["epochs"][0]["expected"]["bonds"].pop(), "bonds"),
        ("mechanisms2-n8", lambda v: v["expected"]["mechanisms"][1]["bits"]["stake"].__setitem__(0, "1"), "bits.stake"),
        ("mechanisms2-n8", lambda v: v["expected"]["combined"]["emission"].__setitem__(0, 1), "combined.emission"),
        ("primitives", lambda v: v["rows"][0].__setitem__(2, "3"), "exp"),
        ("weights", lambda v: v["upscale"][0]["upscaled"].__setitem__(0, 1), "upscaled"),
        ("weights", lambda v: v["checks"][0].__setitem__("error", "Other"), "error"),
        ("chain", lambda v: v["commits"][0].__setitem__("hash", "00"), "hash"),
        ("chain", lambda v: v["schedule"][0].__setitem__("reveal_round", 1), "reveal_round"),
        ("chain", lambda v: v["block_emission"][0].__setitem__(1, "2"), "block_emission"),
        ("chain", lambda v: v["alpha_shares"][0]["owner_server_validator_root"].__setitem__(0, 9), "owner_server"),
        ("chain", lambda v: v["mechanism_split"][0]["parts"].__setitem__(0, "9"), "parts"),
        ("chain", lambda v: v["pruning"][0].__setitem__("uid", 99), "pruned uid"),
    ],
)
def test_whatever_is_expected_otherwise_is_a_mismatch(tmp_path, name, spoil, output):
    vector = content(name)
    spoil(vector)
    checked = check(read(written(tmp_path, vector)))
    assert not checked.passed
    assert all(found.output.startswith(output) for found in checked.mismatches)


def test_a_file_may_be_packed(tmp_path):
    path = tmp_path / "y2-n5.json.gz"
    path.write_bytes(gzip.compress((YUMA / "y2-n5.json").read_bytes()))
    assert check(read(path)).passed


def test_outputs_hold_what_was_computed():
    checked = check(read(YUMA / "y2-n5.json"))
    vector = content("y2-n5")["epochs"][0]["expected"]
    assert checked.to_json(outputs=True)["outputs"][0]["consensus"] == vector["consensus"]
    assert "outputs" not in checked.to_json()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text[: len(text) // 2], "half.json is cut off or is no JSON"),
        (lambda _: "[1]", "half.json is of kind None"),
        (lambda _: '{"kind": "poems"}', "half.json is of kind 'poems', which nobody knows"),
    ],
)
def test_a_file_that_is_none_is_refused_by_name(tmp_path, spoil, message):
    path = written(tmp_path, spoil((YUMA / "y2-n5.json").read_text()), "half.json")
    with pytest.raises(ConfigurationError, match=message):
        read(path)


def test_a_packed_file_cut_in_half_is_refused_by_name(tmp_path):
    path = tmp_path / "half.json.gz"
    packed = gzip.compress((YUMA / "y2-n5.json").read_bytes())
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(ConfigurationError, match=r"half\.json\.gz cannot be read"):
        read(path)
    path.write_bytes(b"no gzip")
    with pytest.raises(ConfigurationError, match=r"half\.json\.gz cannot be read"):
        read(path)
    with pytest.raises(ConfigurationError, match=r"none\.json cannot be read"):
        read(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda v: v.pop("state"), "a vector of kind 'epochs' needs 'state'"),
        (lambda v: v["state"].pop("tao_stake"), "a vector of kind 'epochs' needs 'tao_stake'"),
        (lambda v: v["epochs"][0]["expected"].pop("stake"), "a vector of kind 'epochs' needs 'stake'"),
        (lambda v: v["state"]["alpha_stake"].__setitem__(0, "-1"), "alpha_stake of uid 0 is -1"),
        (lambda v: v["state"]["tao_stake"].pop(), "tao_stake has 4 entries for 5 uids"),
        (lambda v: v["params"].__setitem__("kappa", 70000), "kappa is 70000, outside 0 to 65535"),
        (lambda v: v["params"].__setitem__("kapa", 1), "does not hold what kind 'epochs' promises.*kapa"),
        (lambda v: v["epochs"][0]["ops"].append({"op": "dance"}), "there is no operation 'dance'"),
        (lambda v: v["state"]["weights"].append([[0, 1]]), "weights speaks of uid 5"),
        (lambda v: v["state"]["weights"][0].append([1, 70000]), r"entry \d of the weights of uid 0 is \[1, 70000\]"),
        (
            lambda v: v["state"]["weights"][0].insert(0, [1, float("nan")]),
            r"entry 0 of the weights of uid 0 is \[1, nan",
        ),
        (lambda v: v["state"]["weights"][0].insert(0, [-1, 5]), r"entry 0 of the weights of uid 0 is \[-1, 5\]"),
        (lambda v: v["state"]["weights"][0].insert(0, [1, 2, 3]), r"entry 0 of the weights of uid 0 is \[1, 2, 3\]"),
        (lambda v: v["state"]["alpha_stake"].__setitem__(2, float("nan")), "alpha_stake of uid 2 is nan, which is no"),
        (lambda v: v["state"]["tao_stake"].__setitem__(1, 1.5), "tao_stake of uid 1 is 1.5, which is no whole"),
        (
            lambda v: v["state"]["alpha_stake"].__setitem__(0, str(2**64)),
            "alpha_stake of uid 0 is 18446744073709551616",
        ),
    ],
)
def test_a_file_with_gaps_says_which_and_what(tmp_path, spoil, message):
    vector = content("y2-n5")
    spoil(vector)
    path = written(tmp_path, vector, "gaps.json")
    with pytest.raises(ConfigurationError, match=rf"gaps\.json.*{message}"):
        check(read(path))
