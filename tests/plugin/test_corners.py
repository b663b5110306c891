"""Where sites are made in other ways than most."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import sites

if TYPE_CHECKING:
    from pathlib import Path

THEME = {"name": "mkdocs"}
PAGE = '# Fox\n\n{{ masko("wave", width=240) }}\n'
TWICE = """
from mkdocs.commands.build import build
from mkdocs.config import load_config

config = load_config("mkdocs.yml")
config.plugins.on_startup(command="build", dirty=False)
build(config)
build(config)
"""


def _run(folder: Path, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=sites.environment(),
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("plugins", [("masko",), ("macros", "masko"), ("masko", "macros")])
def test_one_configuration_can_be_built_twice(tmp_path: Path, plugins: tuple[str, ...]) -> None:
    """Plugins for several languages do that; nothing is registered or linked twice."""
    sites.make(tmp_path, {"index.md": PAGE}, plugins=plugins, theme=THEME)
    done = _run(tmp_path, "-c", TWICE)
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "site/index.html").read_text()
    assert len(sites.embeds(html)) == 1
    assert html.count("assets/masko/masko.") == 2  # the style sheet and the script


def test_a_configuration_from_standard_input_is_that_of_the_folder(tmp_path: Path) -> None:
    """The manifest is written where the command was given."""
    folder = tmp_path / "site-folder"
    folder.mkdir()
    sites.make(folder, {"index.md": PAGE})
    done = _run(
        folder, "-m", "mkdocs", "build", "-f", "-", text=(folder / "mkdocs.yml").read_text()
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "masko.manifest.json").exists()
    assert not (tmp_path / "masko.manifest.json").exists()


@pytest.mark.parametrize(
    ("href", "told"),
    [
        ("http://[x", "argument 'href' must be a URL; got 'http://[x'"),
        ("gone.md", "argument 'href' names no page: 'gone.md'"),
    ],
)
def test_a_link_that_leads_nowhere_is_told(tmp_path: Path, href: str, told: str) -> None:
    """It is a problem of the page like any other."""
    sites.make(tmp_path, {"index.md": f'x {{{{ masko("wave", href="{href}") }}}}\n'})
    built = sites.build(tmp_path)
    assert built.code == 0
    assert built.lines("WARNING") == [f"masko: docs/index.md:1:3: {told}"]


def test_a_broken_template_is_told_with_its_place(tmp_path: Path) -> None:
    """The author of an override needs the file and the line, not a traceback."""
    override = {"theme/masko/still.html": "<b>\n{% if %}</b>"}
    sites.make(tmp_path, {"index.md": 'x {{ masko_image("wave") }}\n'}, files=override)
    built = sites.build(tmp_path)
    assert "Traceback" not in built.output
    (warning,) = built.lines("WARNING")
    assert warning.startswith("masko: docs/index.md:1:3: template masko/still.html:2: ")


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("<b>\n\n{{ nothing.x }}", "template masko/still.html:3: 'nothing' is undefined"),
        ("\n{{ pose.alt + 1 }}", "template masko/still.html:2: TypeError: "),
        ("\n{{ 1 / 0 }}", "template masko/still.html:2: ZeroDivisionError: division by zero"),
        ("\n{% include 'gone.html' %}", "template masko/still.html:2: 'gone.html' not found"),
    ],
)
def test_a_template_that_fails_while_it_is_filled_is_told_with_its_line(
    tmp_path: Path, override: str, told: str
) -> None:
    """Whatever it raises: a build goes on, and the page shows the name."""
    files = {"theme/masko/still.html": override}
    sites.make(tmp_path, {"index.md": 'x {{ masko_image("wave") }}\n'}, files=files)
    built = sites.build(tmp_path).good()
    assert "Traceback" not in built.output
    (warning,) = built.lines("WARNING")
    assert warning.startswith(f"masko: docs/index.md:1:3: {told}")


def test_a_misspelt_function_is_told(tmp_path: Path) -> None:
    """It is no other plugin's call, so it must not stay on the page without a word."""
    sites.make(tmp_path, {"index.md": '{{ masko_imag("wave") }} {{ other("wave") }} {{ masko }}\n'})
    built = sites.build(tmp_path)
    assert built.lines("WARNING") == [
        (
            "masko: docs/index.md:1:1: there is no function 'masko_imag' "
            "(did you mean 'masko_image' or 'masko_animation' or 'masko'?)"
        ),
        (
            "masko: docs/index.md:1:46: masko needs parentheses. "
            'Write {{ masko("wave", width=240) }}.'
        ),
    ]
    assert '{{ other("wave") }} {{ masko }}' in built.page().replace("&quot;", '"')
