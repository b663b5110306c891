"""The scripts that measure the project run for anyone, and count what they say they count."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mkdocs_masko
import sites

BODY = "    a = 1\n    b = 2\n    c = 3\n    d = 4\n    return a + b + c + d\n"
CHECKOUT = {
    "__init__.py": "from mkdocs_masko.first import load\n__all__ = ['load']\n",
    "first.py": '''\
"""A docstring."""

from __future__ import annotations

# Why it is so.
LIMIT = 3  # bytes


def load(given, seed):  # noqa: ANN001
    found = [given for each in seed]
    first_found = found
    return first_found
''',
    "second.py": "from mkdocs_masko import load\n\n\ndef load_all():\n    return load(1, 2)\n",
    "third.py": "def load_all():\n" + BODY,
    "fourth.py": "if True:\n\n    def other():\n" + BODY.replace("    ", "        "),
}

START_ALL = """
import contextlib, io, json, runpy, sys

ended = {}
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        takes_help = "argparse.ArgumentParser(" in file.read()
    sys.argv = [path, "--help"]
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            runpy.run_path(path, run_name="__main__" if takes_help else "imported")
    except ModuleNotFoundError as error:
        ended[path] = error.name
    except SystemExit as error:
        ended[path] = error.code
    except BaseException as error:
        ended[path] = repr(error)
    else:
        ended[path] = 0
print(json.dumps(ended))
"""
"""Asks each script for its help, and imports those that have none."""


def run(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, sites.ROOT / "scripts" / script, *arguments],
        env=sites.environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def figures(text: str) -> dict[str, str]:
    """Return the figures by their labels, of one column."""
    rows = [line.rpartition("  ") for line in text.splitlines()]
    return {label.strip(): figure.strip() for label, _, figure in rows if label.strip()}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "mkdocs_masko").mkdir()
    for name, text in CHECKOUT.items():
        (tmp_path / "mkdocs_masko" / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_measures_are_what_the_script_says(checkout: Path) -> None:
    done = run("measure_code.py", checkout)
    assert done.returncode == 0, done.stderr
    rows = figures(done.stdout)
    assert rows["modules with code"] == "4"
    assert rows["largest module, lines"] == "12 (first)"
    assert rows["lines of code"] == "22"
    assert rows["comment lines, of lines of code"].startswith("1 ")
    assert rows["comments behind code, of lines of code"].startswith("1 ")
    assert rows["names of values"] == "13"
    assert rows["bare participles among them"] == "2 (15.4 %)"
    assert rows["importers of a module, mean"] == "0.2"
    assert rows["repeated passages of 6 lines or more"] == "0 (0 lines)"
    assert rows["public names in two modules"] == "1"


def test_a_repeated_passage_is_found_at_any_indentation(checkout: Path) -> None:
    folder = checkout / "mkdocs_masko"
    text = (folder / "third.py").read_text(encoding="utf-8")
    body = text.partition("\n")[2].replace("return", "e = 5\n\n    # Here too.\n    return")
    (folder / "third.py").write_text(f"def load_all():\n{body}", encoding="utf-8")
    indented = body.replace("    ", "        ")
    (folder / "fourth.py").write_text(f"if 1:\n    def f():\n{indented}", encoding="utf-8")
    rows = figures(run("measure_code.py", checkout).stdout)
    assert rows["repeated passages of 6 lines or more"] == "1 (6 lines)"


def test_checkouts_stand_side_by_side(checkout: Path) -> None:
    head, first, *_ = run("measure_code.py", checkout, checkout).stdout.splitlines()
    assert head.split() == [str(checkout)] * 2
    assert first.split() == ["modules", "with", "code", "4", "4"]


def test_a_folder_without_the_package_is_told(tmp_path: Path) -> None:
    done = run("measure_code.py", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{tmp_path}: has no mkdocs_masko/." in done.stderr


def test_a_pose_is_traced() -> None:
    """Of the package under test, through more than one module and not through all."""
    done = run("trace_pose.py", "--calls", Path(mkdocs_masko.__file__).parents[1])
    assert done.returncode == 0, done.stderr
    assert "markdown.inline: handleMatch\n" in done.stdout
    rows = figures(done.stdout)
    modules, calls, returns = (
        int(rows[label])
        for label in (
            "modules entered",
            "calls from module to module",
            "returns to a module already left",
        )
    )
    assert 3 < modules < 40
    assert calls >= modules - 1
    assert returns > 0


def test_all_scripts_and_benchmarks_start() -> None:
    """But for the two that draw, which need packages of their own. An sdist has no benchmarks."""
    folders = [sites.ROOT / name for name in ("benchmarks", "scripts", "tests", "tests/support")]
    scripts = [path for folder in folders[:2] for path in sorted(folder.glob("*.py"))]
    done = subprocess.run(
        [sys.executable, "-c", START_ALL, *scripts],
        env=sites.environment(PYTHONPATH=os.pathsep.join(map(str, folders))),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    endings = {Path(path).name: ending for path, ending in json.loads(done.stdout).items()}
    drawing = {name: endings.pop(name, 0) for name in ("draw_cast.py", "draw_clips.py")}
    assert set(drawing.values()) <= {0, "skia", "rlottie_python"}
    assert "try_real_site.py" in endings
    assert ("zensical_pages.py" in endings) is folders[0].is_dir()
    assert endings == dict.fromkeys(endings, 0)
