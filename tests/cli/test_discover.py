import sys

import pytest

from taokit.cli.dev.discover import discover
from taokit.cli.dev.reload import reimport, stamp
from taokit.errors import ConfigurationError

MINER = """
from taokit import Miner, Synapse

class Ask(Synapse):
    word: str
    answer: str | None = None

class Answers(Miner):
    async def forward(self, synapse: Ask) -> Ask:
        return synapse
"""
VALIDATOR = """
from {where} import Ask
from taokit import Validator

class Asks(Validator):
    async def query(self, round):
        return Ask(word="x")

    def score(self, round, replies):
        return {{}}
"""


@pytest.fixture(autouse=True)
def _no_trace():
    """Modules and paths that a test imported are forgotten after it."""
    modules, path = set(sys.modules), list(sys.path)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.split(".")[0] in ("miner", "validator", "mine", "other"):
            del sys.modules[name]


def subnet(folder, package=None):
    place = folder / package if package else folder
    place.mkdir(exist_ok=True, parents=True)
    if package:
        (place / "__init__.py").touch()
    (place / "miner.py").write_text(MINER)
    (place / "validator.py").write_text(VALIDATOR.format(where=f"{package}.miner" if package else "miner"))
    return folder


@pytest.mark.parametrize("package", [None, "mine"])
def test_the_only_subclass_in_each_file_is_found(tmp_path, package):
    found = discover(subnet(tmp_path, package))
    assert (found.miners[0].__name__, found.validator.__name__) == ("Answers", "Asks")


def test_pyproject_decides(tmp_path):
    subnet(tmp_path, "mine")
    (tmp_path / "other.py").write_text(MINER.replace("class Answers", "class Other"))
    (tmp_path / "pyproject.toml").write_text('[tool.taokit]\nminer = "other:Other"\n')
    assert discover(tmp_path).miners[0].__name__ == "Other"


def test_none_and_several_are_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"neither a miner.py nor a validator.py") as caught:
        discover(tmp_path)
    assert "taokit new" in caught.value.hint
    subnet(tmp_path)
    (tmp_path / "miner.py").unlink()
    with pytest.raises(ConfigurationError, match=r"no Miner in miner.py \(found: none\)"):
        discover(tmp_path)
    (tmp_path / "miner.py").write_text(MINER + MINER.split("class Answers")[1].join(["\nclass Second", ""]))
    with pytest.raises(ConfigurationError, match=r"2 Miner in miner.py \(found: miner:Answers, miner:Second\)"):
        discover(tmp_path)


def test_a_folder_that_is_not_there_and_a_file_that_does_not_import(tmp_path):
    with pytest.raises(ConfigurationError, match="neither a folder nor a file"):
        discover(tmp_path / "nowhere")
    (tmp_path / "miner.py").write_text("import nothing_of_that_name\n")
    with pytest.raises(ConfigurationError, match="no module 'nothing_of_that_name'"):
        discover(tmp_path)


def test_a_saved_change_is_noticed_and_taken_over(tmp_path):
    subnet(tmp_path)
    first, before = discover(tmp_path), stamp(tmp_path)
    assert stamp(tmp_path) == before
    (tmp_path / "miner.py").write_text(MINER + "\nVERSION = 2\n")
    assert stamp(tmp_path) != before
    second = reimport(tmp_path)
    assert second.miners[0] is not first.miners[0]
    assert sys.modules["miner"].VERSION == 2


def test_a_file_may_hold_several_miners_and_one_validator(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        MINER
        + "\nclass Aloof(Answers):\n    pass\n"
        + VALIDATOR.format(where="taokit").replace("import Ask", "import Miner")
    )
    found = discover(file)
    assert [kind.__name__ for kind in found.miners] == ["Answers", "Aloof"]
    assert found.validator.__name__ == "Asks"
    before = stamp(file)
    file.write_text(file.read_text() + "\nVERSION = 2\n")
    assert stamp(file) != before
    assert reimport(file).miners[1] is not found.miners[1]
    file.write_text(MINER)
    assert "1 Miner and no Validator" in reimport(file)


def test_a_file_is_imported_anew_with_what_it_imports_from_beside_it(tmp_path):
    (tmp_path / "worth_of_it.py").write_text("SHARE = 1\n")
    (tmp_path / "not_imported.py").write_text("")
    file = tmp_path / "contest_of_two.py"
    file.write_text(
        "from worth_of_it import SHARE\n"
        + MINER
        + VALIDATOR.format(where="taokit").replace("import Ask", "import Miner")
    )
    discover(file)
    assert sorted(path.name for path in stamp(file)) == ["contest_of_two.py", "worth_of_it.py"]
    (tmp_path / "worth_of_it.py").write_text("SHARE = 12\n")
    assert not isinstance(reimport(file), str)
    assert sys.modules["contest_of_two"].SHARE == 12


def test_a_file_by_the_name_of_another_module_is_told_so(tmp_path):
    (tmp_path / "json.py").write_text(MINER)
    with pytest.raises(ConfigurationError, match="another module is named 'json'"):
        discover(tmp_path / "json.py")


def test_an_environment_inside_the_folder_is_left_alone(tmp_path):
    """A reload imports the user's own modules again, and nobody else's."""
    subnet(tmp_path)
    packages = tmp_path / "venv" / "lib" / "site-packages"
    packages.mkdir(parents=True)
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    (packages / "other.py").write_text("VALUE = object()\n")
    sys.path.insert(0, str(packages))
    (tmp_path / "miner.py").write_text(MINER + "\nimport other\n")
    before = stamp(tmp_path)
    discover(tmp_path)
    other = sys.modules["other"]
    (packages / "other.py").write_text("VALUE = 1\n")
    assert stamp(tmp_path) == before
    (tmp_path / "miner.py").write_text(MINER + "\nimport other\nVERSION = 2\n")
    reimport(tmp_path)
    assert sys.modules["miner"].VERSION == 2
    assert sys.modules["other"] is other


def test_another_class_named_in_pyproject_is_a_change(tmp_path):
    subnet(tmp_path)
    before = stamp(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.taokit]\n")
    assert stamp(tmp_path) != before


def test_a_broken_save_changes_nothing_and_says_what_is_wrong(tmp_path):
    subnet(tmp_path)
    discover(tmp_path)
    module = sys.modules["miner"]
    (tmp_path / "miner.py").write_text(MINER + "\n1 +\n")
    told = reimport(tmp_path)
    assert "SyntaxError" in told
    assert "miner.py" in told
    assert sys.modules["miner"] is module


def test_a_folder_may_name_miners_that_compete(tmp_path):
    subnet(tmp_path)
    with (tmp_path / "miner.py").open("a") as file:
        file.write("\nclass Rival(Answers):\n    pass\n")
    (tmp_path / "pyproject.toml").write_text('[tool.taokit]\nminer = ["miner:Rival", "miner:Answers"]\n')
    assert [one.__name__ for one in discover(tmp_path).miners] == ["Rival", "Answers"]
