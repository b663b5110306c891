"""Pages about code: real calls become poses, and everything else stays what it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import manifest_samples
import sites

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """\
# Code and calls

Span `{{ masko("wave") }}` then @1@ and `masko("wave")`, ``{{ masko("wave") }} ` `` @2@

    {{ masko("indented") }}
    {% raw %} ![x](masko:indented)

```jinja
{{ x }} {% raw %}{{ masko("fenced") }}{% endraw %}
![x](masko:fenced){ width=1 }
{% import "masko/macros.html" as masko %}
```

~~~ html
<img src="masko:fenced">
~~~

| Code | Pose |
|---|---|
| `{{ masko("cell") }}` | @3@ |
| `![x](masko:cell)` `a \\| b` | @4@ `x` |

!!! note "Title with `{{ masko("title") }}`"
    Text `{{ y }}` @5@

    ```
    {{ masko("deep") }}
    ```

- item `{{ masko("item") }}` @6@

    ```
    {{ masko("in item") }}
    ```

    1. nested @7@

> quote `{{ masko("quote") }}` @8@
>
>     {{ masko("quoted code") }}

{{ x }} {% raw %} {{ other("wave") }} {{ masko_other("x") }} {% endraw %} masko:wave masko("x")

<pre><code>{{ masko("pre") }} ![x](masko:pre)</code></pre>

<div>{# comment #} <code>{{ masko("div") }}</code></div>

[link `{{ masko("link") }}`](index.md) @9@ `code` @10@ *em @11@* [^1]

[^1]: note `{{ masko("note") }}` @12@

Term @13@

:   Definition `{{ masko("def") }}` @14@
"""
COUNT = 14
OFF = "---\nrender_macros: false\n---\n\n"
SETS = {
    "bare": [],
    "plain": manifest_samples.PLAIN,
    "pymdownx": manifest_samples.PYMDOWNX,
    "no highlighting": [
        *manifest_samples.PYMDOWNX,
        {"pymdownx.highlight": {"use_pygments": False}},
    ],
}
_STYLE = re.compile(r'<link rel="stylesheet" href="[./]*assets/masko/masko[^"]*">')
_OURS = re.compile(r'<img class="masko off-glb" id="p(\d+)"[^>]*>')


def _with_calls(page: str) -> str:
    """Put calls in the places, of both syntaxes in turn."""
    return re.sub(r"@(\d+)@", lambda m: _call(int(m[1])), page)


def _call(number: int) -> str:
    if number % 2:
        return f'{{{{ masko_image("wave", id="p{number}") }}}}'
    return f"![A fox](masko:wave){{ kind=image #p{number} }}"


def _with_words(page: str) -> str:
    return re.sub(r"@(\d+)@", r"POSE\1", page)


@pytest.fixture(scope="module", params=SETS.values(), ids=[*SETS])
def extensions(request: pytest.FixtureRequest) -> list[object]:
    return list(request.param)


@pytest.fixture(scope="module")
def expected(extensions: list[object], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page as it is without the plugin, with words in the places of the calls."""
    folder = tmp_path_factory.mktemp("control")
    pages = {"index.md": _with_words(PAGE)}
    sites.make(folder, pages, plugins=[], markdown_extensions=extensions)
    return sites.build(folder, "--strict").good().page()


def _words(built: sites.Built) -> str:
    page = built.good().page()
    assert len(_OURS.findall(page)) == COUNT
    return _OURS.sub(r"POSE\1", _STYLE.sub("", page, count=1))


def test_code_stays_to_the_letter_and_every_call_becomes_a_pose(
    extensions: list[object], expected: str, tmp_path: Path
) -> None:
    pages = {"index.md": _with_calls(PAGE)}
    folder = sites.make(tmp_path, pages, markdown_extensions=extensions)
    assert _words(sites.build(folder, "--strict")) == expected


def test_the_same_holds_beside_mkdocs_macros_on_pages_that_it_leaves_alone(
    extensions: list[object], expected: str, tmp_path: Path
) -> None:
    sites.make(
        tmp_path,
        {"index.md": OFF + _with_calls(PAGE)},
        plugins=["macros", "masko"],
        markdown_extensions=extensions,
    )
    assert _words(sites.build(tmp_path, "--strict")) == expected


def test_the_same_holds_on_pages_that_mkdocs_macros_runs_when_they_are_raw(
    tmp_path: Path,
) -> None:
    page = re.sub(r"\{% (end)?raw %\}", "", PAGE)
    for name, words in (("ours", _with_calls(page)), ("control", _with_words(page))):
        sites.make(
            tmp_path / name,
            {"index.md": f"{{% raw %}}{words}{{% endraw %}}"},
            plugins=["macros", "masko"] if name == "ours" else ["macros"],
            markdown_extensions=manifest_samples.PYMDOWNX,
        )
    control = sites.build(tmp_path / "control", "--strict").good()
    assert _words(sites.build(tmp_path / "ours", "--strict")) == control.page()


@pytest.mark.parametrize("plugins", [["masko"], ["macros", "masko"]])
@pytest.mark.parametrize("names", SETS.values(), ids=SETS.keys())
def test_headings_keep_code_and_lose_poses_in_titles(
    plugins: list[str], names: list[object], tmp_path: Path
) -> None:
    """A pose in a heading is on the page, and neither in its title nor in the contents."""
    text = (
        '# Wave {{ masko_image("wave", id="p1") }} `masko("x")` ![Y](masko:idle)\n\n## B `{{ x }}`'
    )
    page = (OFF if "macros" in plugins else "") + text
    sites.make(tmp_path, {"index.md": page}, plugins=plugins, markdown_extensions=names)
    built = sites.build(tmp_path, "--strict").good()
    html = sites.parse(built.page())
    title, heading, contents = html.find(".//title"), html.find(".//h1"), html.find(".//nav")
    assert title is not None
    assert heading is not None
    assert contents is not None
    assert " ".join((title.text or "").split()) == 'Wave masko("x")'
    assert [e.tag for e in heading if sites.is_ours(e)] == ["img", "masko-pose"]
    assert [code.text for code in heading.iter("code")] == ['masko("x")']
    titles = [" ".join("".join(entry.itertext()).split()) for entry in contents.findall("p")]
    assert titles == ['Wave masko("x")', "B {{ x }}"]
    assert not [e for e in contents.iter() if sites.is_ours(e)]
