"""Poses named where none can be shown are found in any HTML, however their URL is written."""

from __future__ import annotations

import pytest

from mkdocs_masko.sources.slips import find_slips, find_slips_in_file

PLACES = {
    '<a href="URL">x</a>': "a link cannot lead to",
    "<a href=URL>x</a>": "a link cannot lead to",
    "<a href='\n URL '>x</a>": "a link cannot lead to",
    '<area href="URL">': "a link cannot lead to",
    '<svg><a xlink:href="URL"/></svg>': "a link cannot lead to",
    '<img src="URL">': "only a Markdown page can show",
    '<img srcset="x.png 1x, URL 2x">': "<img srcset> cannot show",
    '<source srcset="URL">': "<source srcset> cannot show",
    '<source src="URL">': "<source src> cannot show",
    '<video src="URL"></video>': "<video src> cannot show",
    '<video poster="URL"></video>': "<video poster> cannot show",
    '<object data="URL"></object>': "<object data> cannot show",
    '<embed src="URL">': "<embed src> cannot show",
    '<iframe src="URL"></iframe>': "<iframe src> cannot show",
    '<input type="image" src="URL">': "<input src> cannot show",
    '<script src="URL"></script>': "<script src> cannot show",
    '<link rel="icon" href="URL">': "<link href> cannot show",
    '<meta property="og:image" content="URL">': "<meta content> cannot show",
    '<svg><use href="URL"/></svg>': "<use href> cannot show",
    '<svg><use xlink:href="URL"/></svg>': "<use xlink:href> cannot show",
    '<svg><image href="URL"/></svg>': "<image href> cannot show",
    '<body background="URL">': "<body background> cannot show",
    '<form action="URL"></form>': "<form action> cannot show",
    '<img data-src="URL">': "<img data-src> cannot show",
    '<div data-url="URL">': "<div data-url> cannot show",
    '<div data-image="URL">': "<div data-image> cannot show",
    '<object><param name="movie" value="URL"></object>': "<param value> cannot show",
    '<meta http-equiv="refresh" content="0; url=URL">': "<meta content> cannot show",
    '<meta http-equiv="refresh" content="5;URL">': "<meta content> cannot show",
    '<iframe srcdoc="<a href=URL>x</a>"></iframe>': "a link cannot lead to",
    '<iframe srcdoc="&lt;img src=&quot;URL&quot;&gt;"></iframe>': "only a Markdown page can show",
    "<template><a href='URL'></a></template>": "a link cannot lead to",
    "<pre>x</pre><a href='URL'>": "a link cannot lead to",
    "<code><code>x</code></code><a href='URL'>": "a link cannot lead to",
    "<p><![x ]><a href='URL'>": "a link cannot lead to",
}
IN_PICTURE = [
    '<picture><source srcset="URL"><img src="x.png"></picture>',
    '<picture><source srcset="x.png"><img src="URL"></picture>',
]
UNESCAPED = {
    "<URL>": "a link cannot lead to",
    '<b style="background: url(URL)"></b>': "a style sheet cannot load",
    "<b style='background: url( \"URL\" )'></b>": "a style sheet cannot load",
    "<style>a { content: url('URL') }</style>": "a style sheet cannot load",
    '<svg><rect fill="url(URL)"/></svg>': "a style sheet cannot load",
    '<svg><g filter="url(URL)" class="x"></g></svg>': "a style sheet cannot load",
}
"""Where HTML has no references to characters, or nobody uses them."""

SPELLINGS = {
    "masko:wave": "masko:wave",
    "MASKO:wave": "MASKO:wave",
    "Masko:owl/wave": "Masko:owl/wave",
    "masko%3Awave": "masko%3Awave",
    "masko\\:wave": "masko\\:wave",
    "masko%3awave": "masko%3awave",
    "%6Dasko:wave": "%6Dasko:wave",
    "&#109;asko:wave": "masko:wave",
    "&#x4D;asko&colon;wave": "Masko:wave",
    "masko&#58;wave": "masko:wave",
    "masko:": "masko:",
}
NO_SLIPS = [
    "masko:wave is a URL",
    "<p>masko: it is</p>",
    "<code>masko:wave</code>",
    '<pre><a href="masko:wave">x</a></pre>',
    '<kbd><img src="masko:wave"></kbd>',
    '<div class="mermaid"><a href="masko:wave"></a><div>x</div></div>',
    '<!-- <a href="masko:wave"> -->',
    "<script>const x = '<a href=\"masko:wave\">';</script>",
    "<textarea><a href='masko:wave'></textarea>",
    "<style>/* masko:wave */ .masko:hover { color: red }</style>",
    '<style>/* url(masko:wave) @import "masko:wave" */</style>',
    '<input value="masko:wave">',
    '<meta name="description" content="5 masko:wave">',
    '<svg><text fill="masko:wave">x</text></svg>',
    "<p>mas\nko:wave</p>",
    '<a href="https://masko.ai/">masko:</a>',
    '<a href="https://example.org/masko:wave">x</a>',
    '<a href="?u=masko:wave">x</a>',
    '<a href="#masko:wave">x</a>',
    '<a href="./masko:wave">x</a>',
    '<a href="https://pypi.org/project/mkdocs-masko/">x</a>',
    '<a href="mkdocs-masko:x">x</a>',
    '<a title="masko:wave" href="x">x</a>',
    '<img alt="masko:wave" src="x.png">',
    '<meta name="description" content="masko: shows poses">',
    '<div id="masko:wave" class="masko:wave"></div>',
    '<p>{{ masko("wave") }} masko:</p>',
]


@pytest.mark.parametrize(("html", "problem"), PLACES.items(), ids=[*PLACES])
@pytest.mark.parametrize(("written", "source"), SPELLINGS.items(), ids=[*SPELLINGS])
def test_a_pose_is_found_wherever_a_url_may_stand(
    html: str, problem: str, written: str, source: str
) -> None:
    (slip,) = find_slips(html.replace("URL", written))
    assert (slip.source, slip.message[: len(problem)]) == (source, problem)


@pytest.mark.parametrize(
    "written", ["ma&#10;sko:wave", "m&#x9;asko:wave", "ma&NewLine;sko&colon;w"]
)
def test_what_browsers_drop_from_a_url_hides_no_pose(written: str) -> None:
    (slip,) = find_slips(f'<a href="{written}">x</a>')
    assert slip.message.startswith("a link cannot lead to")


@pytest.mark.parametrize(("html", "problem"), UNESCAPED.items(), ids=[*UNESCAPED])
@pytest.mark.parametrize("written", ["masko:wave", "MASKO:wave"])
def test_a_pose_is_found_in_tags_and_style_sheets(html: str, problem: str, written: str) -> None:
    (slip,) = find_slips(html.replace("URL", written))
    assert (slip.source, slip.message[: len(problem)]) == (written, problem)


@pytest.mark.parametrize("html", IN_PICTURE)
def test_a_picture_is_told_to_be_the_problem(html: str) -> None:
    (slip,) = find_slips(html.replace("URL", "masko:wave"))
    assert slip.message == (
        'a pose cannot stand in <picture>. Write <img src="masko:wave"> alone; '
        'with dark="...", it has a pose for each palette.'
    )


@pytest.mark.parametrize("html", NO_SLIPS)
def test_names_in_prose_code_and_other_urls_are_nobodys_business(html: str) -> None:
    assert find_slips(html) == []


def test_each_of_several_is_found() -> None:
    html = '<a href="masko:a"></a><img srcset="masko:b, masko:c 2x">'
    assert [slip.source for slip in find_slips(html)] == ["masko:a", "masko:b", "masko:c"]


@pytest.mark.parametrize(
    "written", ["{{ masko('a') }}", "{% masko 'a' %}", "{{- masko.image(1) }}"]
)
@pytest.mark.parametrize("place", ["<p>{}</p>", '<a href="{}">x</a>'])
def test_a_macro_in_a_file_that_is_copied_is_a_slip(written: str, place: str) -> None:
    (slip,) = find_slips(place.format(written), has_macros=False)
    assert slip.message.endswith(
        "no macro runs in a file of HTML. Show the pose on a Markdown page."
    )
    assert find_slips(f"<code>{written}</code>", has_macros=False) == []
    assert find_slips(place.format(written)) == []


@pytest.mark.parametrize(
    "css",
    [
        "/* url(masko:idle) */ a { background: url(masko:wave) }",
        "a { background: url(masko:wave) }",
        "a { background: URL( 'MASKO:wave' ) }",
        'a { background: image-set("masko:wave" 1x) }',
        "@import 'masko:wave';",
    ],
)
def test_a_style_sheet_is_searched_too(css: str) -> None:
    ((slip, _),) = find_slips_in_file(css, is_css=True)
    assert slip.message.endswith("or use a URL that 'mkdocs-masko show' prints.")
    other = "a.masko:hover { color: red } /* masko: */"
    assert find_slips_in_file(other, is_css=True) == []


FILES = [
    '<img src="¦masko:wave">\n<img srcset="x.png 1x, ¦masko:wave 2x">',
    "<style>a { background: url(¦masko:wave) }</style>\n<a title='b' href=¦masko:wave>x</a>",
    '<div title="masko:wave"></div>\n<code>masko:wave</code> <p data-url="¦masko:wave">',
    '<svg>\n<!-- masko:wave --><use x="1" href="¦masko:wave"/> <g fill="url(¦masko:wave)"/></svg>',
    "<p>x &amp; y\n ¦{{ masko('wave') }}</p><b title=\"¦{{ masko('wave') }}\">",
]
SHEETS = [
    '@import "¦masko:wave";\n/* url(masko:wave) */\na { background: url( "¦masko:wave" ) }',
    "/* url(masko:wave)\n */ a { background: url(¦masko:wave) }",
]


@pytest.mark.parametrize("marked", FILES + SHEETS)
def test_a_slip_in_a_file_is_found_where_it_stands(marked: str) -> None:
    parts = marked.split("¦")
    places = [sum(map(len, parts[: number + 1])) for number in range(len(parts) - 1)]
    found = find_slips_in_file("".join(parts), is_css=marked in SHEETS)
    assert [at for _, at in found] == places


def test_a_tag_with_many_attributes_is_searched_in_time() -> None:
    """The time grows with the attributes, and not with their square."""
    html = "<a " + 'data-url="masko:wave" ' * 20_000 + ">"
    offsets = [offset for _, offset in find_slips_in_file(html, is_css=False)]
    assert offsets == [3 + 22 * number + 10 for number in range(20_000)]


def test_one_attribute_with_many_urls_is_searched_in_time() -> None:
    html = '<img srcset="' + "masko:wave 1x, " * 20_000 + '">'
    offsets = [offset for _, offset in find_slips_in_file(html, is_css=False)]
    assert offsets == [13 + 15 * number for number in range(20_000)]


@pytest.mark.parametrize("start", ["<!--", "<a href=masko:x ", "<masko", "</", "<?", "<![", "<!a"])
def test_what_has_no_end_takes_the_rest_and_little_time(start: str) -> None:
    """As in browsers, which drop a tag that the file ends in."""
    html = '<a href="masko:wave"></a>' + start * 100_000
    assert [slip.source for slip in find_slips(html)] == ["masko:wave"]


COMMENTS = {
    "<!-->": True,
    "<!--->": True,
    "<!---->": True,
    "<!-- --!>": True,
    "<!-- -- >": False,
    "<!-- ->": False,
    "<!-- ": False,
}


@pytest.mark.parametrize("comment", COMMENTS)
def test_a_comment_ends_where_browsers_see_its_end(comment: str) -> None:
    slips = find_slips(f'{comment}<a href="masko:wave"></a>')
    assert bool(slips) is COMMENTS[comment]
