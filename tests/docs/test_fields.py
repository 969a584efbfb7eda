"""The reference tells what the fields of a record mean, which the code says in comments."""

import importlib.util

import pytest

from doc_pages import DOCS

pytestmark = pytest.mark.pages
griffe = pytest.importorskip("griffe")

SOURCE = '''
class Limits:
    """Bounds."""

    size: int = 16  # bytes: all of them
    host: str = "0.0.0.0"  # noqa: S104  listens
    name: str = "# no comment"
    many: tuple[
        int, ...  # blocks
    ] = ()
    _own: int = 0  # nobody's business
    other: int = 1
    """Has a docstring."""  # and a comment


class Bare:
    first: int  # unit: rao
'''


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    spec = importlib.util.spec_from_file_location("docs_fields", DOCS / "hooks" / "fields.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = tmp_path_factory.mktemp("source")
    (folder / "limits.py").write_text(SOURCE)
    return griffe.load(
        "limits", search_paths=[folder], extensions=griffe.Extensions(module.Fields()), docstring_parser="google"
    )


def told(cls):
    sections = [section for section in cls.docstring.parsed if section.kind.value == "attributes"]
    return {one.name: one.description for section in sections for one in section.value}


def test_comments_behind_fields_are_told(found):
    assert told(found["Limits"]) == {"size": "bytes: all of them", "many": "blocks"}
    assert found["Limits"].docstring.value.startswith("Bounds.\n")


def test_a_class_without_a_docstring_is_let_be(found):
    assert found["Bare"].docstring is None
