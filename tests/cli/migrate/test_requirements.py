import tomllib

import pytest

from taokit.cli.migrate import examine, write
from taokit.cli.migrate.requirements import of_pyproject


@pytest.fixture
def examined(tmp_path):
    def of(name, text):
        file = tmp_path / name
        file.write_text(text)
        return examine(file)

    return of


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("bittensor==10.5.0  # the SDK", "taokit  # the SDK"),
        ("bittensor", "taokit"),
        ("Bittensor [torch] >= 9.0", "taokit[torch]"),
        ("bittensor==9.9.0; python_version < '3.12'", 'taokit; python_version < "3.12"'),
    ],
)
def test_a_line_of_requirements_is_rewritten_with_its_comment(examined, theirs, ours):
    report = examined("requirements.txt", f"numpy\n{theirs}\n-r more.txt\n")
    assert report.after.decode() == f"numpy\n{ours}\n-r more.txt\n"
    assert report.verdict == "rewritten"
    assert write(report)
    assert examine(report.path).verdict == "unchanged"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("bittensor==10.5.0 \\\n    --hash=sha256:00", "hashes"),
        ("git+https://github.com/opentensor/bittensor.git@staging", "from its sources"),
        ("-e git+https://github.com/opentensor/bittensor.git#egg=bittensor", "from its sources"),
        ("bittensor @ https://example.com/bittensor.whl", "require taokit"),
        ("numpy==1.26.4", "numpy==1.26.4 excludes what taokit needs: numpy>="),
        ("pydantic<2", "excludes"),
        ("bittensor-wallet==3.0.3", "bittensor-wallet==3.0.3 excludes"),
    ],
)
def test_what_cannot_be_rewritten_or_excludes_taokit_is_for_a_person(examined, line, says):
    report = examined("requirements-dev.txt", line + "\n")
    (found,) = report.findings
    assert (report.verdict, found.line, report.after) == ("decide", 1, report.before)
    assert says in found.said


@pytest.mark.parametrize("line", ["numpy>=1.26", "numpy~=2.2", "aiohttp", "# bittensor==9", "-i https://x", ""])
def test_what_taokit_can_live_with_is_no_finding(examined, line):
    assert examined("requirements.in", line + "\n").findings == ()


PYPROJECT = """
[project]
name = "subnet"
requires-python = ">=3.9,<3.11"
dependencies = [
  "bittensor==10.5.0",  # pinned
  "rich",
]
[tool.poetry.dependencies]
bittensor = "^9.9"  # here too
bittensor-cli = "^9"
"""


def test_a_pyproject_in_both_styles(examined):
    report = examined("pyproject.toml", PYPROJECT)
    after = report.after.decode()
    assert '  "taokit",  # pinned\n' in after
    assert 'taokit = "*"  # here too\n' in after
    assert after.replace("taokit", "bittensor").count("bittensor") == PYPROJECT.count("bittensor")
    (decide,) = [one for one in report.findings if one.kind == "decide"]
    assert (decide.line, "3.11" in decide.said) == (4, True)


def test_a_list_on_one_line():
    text = """[project]
dependencies = ["numpy==1.26.4", 'bittensor==9; os_name == "nt"', "Bittensor[torch]>=9; os_name == 'nt'"]
"""
    after, found = of_pyproject(text)
    wanted = ["numpy==1.26.4", 'taokit; os_name == "nt"', 'taokit[torch]; os_name == "nt"']
    assert [one.replace("'", '"') for one in tomllib.loads(after)["project"]["dependencies"]] == wanted
    assert [one.kind for one in found] == ["decide", "rewritten", "rewritten"]


@pytest.mark.parametrize("text", ["project = 1", "tool = 3", "[tool]\npoetry = 4", "[tool.poetry]\ndependencies = 3"])
def test_a_pyproject_of_other_shapes_says_nothing(text):
    assert of_pyproject(text) == (text, [])


def test_an_inline_table_and_poetrys_python(examined):
    text = '[tool.poetry.dependencies]\npython = "^3.10"\nbittensor = { version = "9.0.0", extras = ["torch"] }\n'
    report = examined("pyproject.toml", text)
    assert [(one.line, one.kind) for one in report.findings] == [(3, "decide")]
    assert report.after == report.before


def test_setup_cfg_and_setup_py(examined):
    report = examined("setup.cfg", "[options]\ninstall_requires =\n    bittensor>=9\n    rich\n")
    assert report.after == b"[options]\ninstall_requires =\n    taokit\n    rich\n"
    script = 'import setuptools as s\ns.setup(name="bittensor_subnet", install_requires=["bittensor==9.9.0", "rich"])\n'
    assert examined("setup.py", script).after.decode() == script.replace("bittensor==9.9.0", "taokit")
    assert examined("other.py", script).verdict == "unchanged"


def test_a_marker_keeps_to_the_quotation_marks_of_the_script(examined):
    script = "install = ['bittensor==9; python_version < \"3.12\"']\n"
    assert examined("setup.py", script).after.decode() == script.replace("bittensor==9", "taokit")


@pytest.mark.parametrize(
    ("name", "text"), [("pyproject.toml", "[project\n"), ("requirements.txt", "\xff"), ("min_compute.yml", "a: [\n")]
)
def test_what_does_not_parse_is_skipped(tmp_path, name, text):
    file = tmp_path / name
    file.write_bytes(text.encode("latin-1"))
    report = examine(file)
    assert (report.verdict, report.findings) == ("skipped", ())
    assert report.error.startswith("cannot be read: ")
