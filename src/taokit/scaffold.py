"""New projects from the templates that come with taokit, and what newer templates change in them."""

from __future__ import annotations

import hashlib
import json
import keyword
import os
import re
import shutil
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from taokit._version import __version__
from taokit.errors import ConfigurationError

ANSWERS_FILE: Final = ".taokit-answers.json"
"""Holds what was answered, in the project, and the SHA-256 of each file as it was written."""
LONGEST: Final = 60
"""Characters of a project's name."""
COMMON: Final = "common"
"""The folder of what every template writes."""
TAKEN: Final = frozenset(
    {"aiohttp", "bittensor", "boto3", "moto", "numpy", "pydantic", "pytest", "taokit", "tests", "torch", "transformers"}
)
"""Names of packages that a project imports, besides those of the standard library."""


@dataclass(frozen=True, slots=True)
class Option:
    """What may be chosen about a kind of project."""

    question: str
    choices: Mapping[str, str]  # what each means; the first is the default


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of project."""

    name: str
    about: str  # in a few words
    options: Mapping[str, Option]  # by name, in the order in which they are asked


@dataclass(frozen=True, slots=True)
class Answers:
    """What a project is made from: checked, so that it renders to code that runs."""

    template: str
    name: str  # for people
    package: str  # what Python imports
    choices: Mapping[str, str]  # by option of the template, each of them

    @property
    def folder(self) -> str:
        """The name of the project's folder, and of its distribution."""
        return self.package.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Changes:
    """What an update did, as paths in the project."""

    updated: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()  # changed on both sides: the template's text stands beside it, as `.new`


def templates() -> dict[str, Template]:
    """The templates by name, the default one first."""
    return {name: _template(name) for name in ("request-response", "artefact", "relay")}


def answered(
    name: str,
    *,
    template: str = "request-response",
    choices: Mapping[str, str] | None = None,
    package: str | None = None,
) -> Answers:
    """The answers, with defaults for what is left out. Raises `ConfigurationError` for those that cannot work."""
    known = templates()
    if template not in known:
        raise ConfigurationError(f"there is no template {template!r}", hint=f"take one of {', '.join(known)}")
    if not name.strip() or len(name) > LONGEST or not name.isprintable() or set(name) & set('"\\{}%#'):
        raise ConfigurationError(
            f"{name!r} cannot be the name of a subnet",
            hint=f"take 1 to {LONGEST} printable characters without quotation marks, backslashes, braces, % and #",
        )
    chosen = _chosen(known[template], choices or {})
    return Answers(template, name.strip(), _package(name if package is None else package, name), chosen)


def create(answers: Answers, parent: Path) -> Path:
    """The folder of the new project in `parent`: all of it, or nothing is left. Raises `ConfigurationError`."""
    folder = parent / answers.folder
    if os.path.lexists(folder):
        hint = "choose another name, or take over what is new with `taokit new --update " + str(folder) + "`"
        raise ConfigurationError(f"{folder} exists already", hint=hint)
    try:
        with _rendered(answers, parent) as made:
            made.rename(folder)
    except OSError as error:
        raise _unwritable(parent, error) from error
    return folder


def update(folder: Path) -> Changes:
    """Take over what newer templates have changed since the project was made or updated last.

    Files that were not edited follow the template, edited ones stay; where both changed, the template's text is put
    beside the file as `.new`. Raises `ConfigurationError` for a folder that no template made.
    """
    answers, before = _recorded(folder)
    try:
        with _rendered(answers, folder) as made:
            after = _digests(made)
            return _merge(folder, made, before, after)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _template(name: str) -> Template:
    given = json.loads((_root() / name / "cookiecutter.json").read_text(encoding="utf-8"))
    options = {
        key: Option(texts["__prompt__"], {choice: texts[choice] for choice in given[key]})
        for key, texts in given["__prompts__"].items()
    }
    return Template(name, given["__about__"], options)


def _root() -> Path:
    """Where the templates are: in an installed package, else in the repository."""
    here = Path(__file__).resolve().parent
    return next((place for place in (here / "templates", here.parents[1] / "templates") if place.is_dir()), here)


def _chosen(template: Template, given: Mapping[str, str]) -> dict[str, str]:
    """What is chosen for each option, the default where nothing is said."""
    if strange := [name for name in given if name not in template.options]:
        takes = ", ".join((*template.options, "package"))
        raise ConfigurationError(f"{template.name} has no option {strange[0]!r}", hint=f"its options are: {takes}")
    for name, choice in given.items():
        choices = template.options[name].choices
        if choice not in choices:
            hint = f"take one of {', '.join(choices)}"
            raise ConfigurationError(f"{template.name} has no {name} {choice!r}", hint=hint)
    return {name: given.get(name, next(iter(option.choices))) for name, option in template.options.items()}


def _package(text: str, name: str) -> str:
    """A name that Python can import and that hides nothing; Latin letters lose their marks."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    package = "_".join(re.findall("[a-z0-9]+", plain))
    if not package.isidentifier():
        raise ConfigurationError(
            f"{name!r} makes no name for a Python package",
            hint="begin it with a Latin letter, or name the package: --set package=my_subnet",
        )
    if keyword.iskeyword(package) or keyword.issoftkeyword(package) or package in TAKEN | sys.stdlib_module_names:
        raise ConfigurationError(
            f"a package named {package!r} would hide a word or a module of Python, or a library that it needs",
            hint=f"choose another name, such as {package}-subnet",
        )
    return package


@contextmanager
def _rendered(answers: Answers, parent: Path) -> Iterator[Path]:
    """The project, written to a folder beside its place that is gone afterwards, with its answers."""
    stage = Path(tempfile.mkdtemp(prefix=".taokit-new-", dir=parent))
    try:
        made = _render(answers, stage)
        record = {"taokit": __version__, **asdict(answers), "files": _digests(made)}
        text = json.dumps(record, indent=2, ensure_ascii=False)
        (made / ANSWERS_FILE).write_text(text + "\n", encoding="utf-8")
        yield made
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _render(answers: Answers, stage: Path) -> Path:
    from cookiecutter.generate import generate_files

    context = {
        **{option: "" for kind in templates().values() for option in kind.options},  # other templates' options
        **answers.choices,
        "template": answers.template,
        "name": answers.name,
        "slug": answers.folder,
        "package": answers.package,
    }
    for part in (COMMON, answers.template):
        generate_files(
            str(_root() / part), {"cookiecutter": context}, str(stage), overwrite_if_exists=True, accept_hooks=False
        )
    made = stage / answers.folder
    for empty in [path for path in made.rglob("*") if path.is_file() and not path.stat().st_size]:
        empty.unlink()  # not of these choices
    return made


def _digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file by its path, the answers left out."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ANSWERS_FILE)
    return {path.relative_to(folder).as_posix(): _digest(path) or "" for path in files}


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None


def _recorded(folder: Path) -> tuple[Answers, dict[str, str]]:
    path = folder / ANSWERS_FILE
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        files = {str(name): str(digest) for name, digest in kept["files"].items()}
        answers = answered(kept["name"], template=kept["template"], choices=kept["choices"], package=kept["package"])
    except FileNotFoundError:
        hint = "name the folder of a project that `taokit new` made"
        raise ConfigurationError(f"{folder} has no {ANSWERS_FILE}", hint=hint) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{path} does not read: {error}", hint="restore it from version control") from error
    if any(PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts for name in files):
        raise ConfigurationError(f"{path} names files outside the project", hint="restore it from version control")
    return answers, files


def _merge(folder: Path, made: Path, before: Mapping[str, str], after: Mapping[str, str]) -> Changes:
    done: dict[str, list[str]] = {"updated": [], "added": [], "removed": [], "conflicts": []}
    for name in sorted({*before, *after}):
        what = _verdict(_digest(folder / name), before.get(name), after.get(name))
        if what is None:
            continue
        done[what].append(name)
        if what == "removed":
            (folder / name).unlink()
        else:
            _put(made / name, folder / (name + ".new" if what == "conflicts" else name))
    _put(made / ANSWERS_FILE, folder / ANSWERS_FILE)  # last, so that an update that was cut off is done again
    return Changes(**{kind: tuple(names) for kind, names in done.items()})


def _verdict(now: str | None, before: str | None, after: str | None) -> str | None:
    """What becomes of a file, by its digest in the project, in the template then, and in the template now."""
    if before == after or now == after:
        return None
    if now == before:
        return "removed" if after is None else "added" if before is None else "updated"
    return None if after is None or now is None else "conflicts"


def _put(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _unwritable(place: Path, error: OSError) -> ConfigurationError:
    hint = "go to a folder that exists and that you may write to"
    return ConfigurationError(f"cannot write to {place}: {error.strerror or error}", hint=hint)


__all__ = ["ANSWERS_FILE", "Answers", "Changes", "Template", "answered", "create", "templates", "update"]
