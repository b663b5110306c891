"""The options of `mkdocs.yml`: what each takes, and what is said of anything else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mkdocs_masko.errors import OptionError
from mkdocs_masko.options import Options, read_options
from mkdocs_masko.urls import API_URL

KEY = "masko_" + "5ec2e7a1" * 8
FOX = {"collection": "fox"}
PASTED = (
    "must not hold the API key: remove it from the file, make a new key if the file was shared, "
    "and set it in the environment: export MASKO_API_KEY=..."
)
ID = "must be the id of a collection: letters, digits, '-' and '_'; got "
IDS = "must be a map of names to ids, both of letters, digits, '-' and '_'; got "
MODE = "must be one of 'auto', 'locked', 'frozen'; got "
NOT_READY = "must be one of 'keep', 'fail'; got "
WAIT = "must be seconds from 0 to 86400; got "
TIMEOUT = "must be seconds above 0, up to 86400; got "
BUDGET = "must be a map of sizes such as {page: 500 kB, pose: 200 kB}; got "
CACHE = "must be a storage URL such as s3://bucket/folder, without user or password"
INTO = "must be a folder below that of the site's configuration, such as docs/assets/masko; got "
MANIFEST = "must be a path that ends in .json; got "
STORED = ", in a path that every system can store, with / between names and no drive"
URL = "must be an https URL or 'sandbox'; got "
OPEN = "is not https (only a server on this machine may use plain http)"
FOREIGN_VARIABLE = (
    "must be the NAME of an environment variable that starts with 'MASKO_', because the file must "
    "not choose which secret is sent. To use another, set MASKO_API_KEY_ENV to its name"
)
VARIABLE = "must be the NAME of an environment variable"

GOOD: list[tuple[str, Any, Any]] = [
    ("collection", "f9503022-a991-46ea-bf8c-d628c921b6b0", "f9503022-a991-46ea-bf8c-d628c921b6b0"),
    ("collection", "col_xyz789", "col_xyz789"),
    ("mode", "auto", "auto"),
    ("mode", "locked", "locked"),
    ("mode", "frozen", "frozen"),
    ("not_ready", "keep", "keep"),
    ("not_ready", "fail", "fail"),
    ("wait", 0, 0),
    ("wait", 1.5, 1.5),
    ("wait", "600", 600),
    ("wait", 86400, 86400),
    ("hosting", "cdn", "cdn"),
    ("hosting", "self", "self"),
    ("videos", "auto", "auto"),
    ("videos", "original", "original"),
    ("include", ["wave", "owl/*:video"], ("wave", "owl/*:video")),
    ("budget", {"page": "500 kB", "pose": 20}, {"page": "500 kB", "pose": 20}),
    ("cache", "s3://bucket/a/folder", "s3://bucket/a/folder"),
    ("cache", "memory://x", "memory://x"),
    ("into", "docs/assets/masko", "docs/assets/masko"),
    ("into", "docs/füchse/", "docs/füchse/"),
    ("into", "media", "media"),
    ("manifest", "masko.json", "masko.json"),
    ("manifest", "./console.json", "./console.json"),
    ("manifest", "/srv/masko.json", "/srv/masko.json"),
    ("manifest", "../shared/füchsin.json", "../shared/füchsin.json"),
    ("api_url", "sandbox", "sandbox"),
    ("api_url", "http://[::1]:8765/v1", "http://[::1]:8765/v1"),
    ("api_key_env", "MASKO_DOCS_KEY_2", "MASKO_DOCS_KEY_2"),
    ("timeout", 0.1, 0.1),
    ("timeout", "12", 12),
]

BAD: list[tuple[str, Any, str]] = [
    ("collection", 12, f"{ID}12"),
    ("collection", True, f"{ID}True"),
    ("collection", "../x", f"{ID}'../x'"),
    ("collection", "fox\n", f"{ID}'fox\\n'"),
    ("collections", ["fox"], f"{IDS}['fox']"),
    ("collections", {"fox": 1}, f"{IDS}{{'fox': 1}}"),
    ("collections", {"a/b": "fox"}, f"{IDS}{{'a/b': 'fox'}}"),
    ("collections", {"-a": "fox"}, f"{IDS}{{'-a': 'fox'}}"),
    ("collections", {"": "fox"}, f"{IDS}{{'': 'fox'}}"),
    ("collections", {"fox": ""}, f"{IDS}{{'fox': ''}}"),
    ("mode", "Auto", f"{MODE}'Auto'"),
    ("mode", 1, f"{MODE}1"),
    ("not_ready", "ignore", f"{NOT_READY}'ignore'"),
    ("not_ready", False, f"{NOT_READY}False"),
    ("wait", -1, f"{WAIT}-1"),
    ("wait", 86401, f"{WAIT}86401"),
    ("wait", True, f"{WAIT}True"),
    ("wait", "10 min", f"{WAIT}'10 min'"),
    ("wait", float("nan"), f"{WAIT}nan"),
    ("hosting", "own", "must be one of 'cdn', 'self'; got 'own'"),
    ("videos", "small", "must be one of 'auto', 'original'; got 'small'"),
    ("videos", False, "must be one of 'auto', 'original'; got False"),
    ("incomplete", "x", "must be one of 'warn', 'ignore'; got 'x'"),
    (
        "include",
        "wave",
        "must be a list of pose names or patterns such as ['wave', 'owl/*']; got 'wave'",
    ),
    ("budget", {"site": 1}, f"{BUDGET}{{'site': 1}}"),
    ("budget", {"page": "many"}, f"{BUDGET}{{'page': 'many'}}"),
    ("budget", {"page": 0}, f"{BUDGET}{{'page': 0}}"),
    ("cache", "bucket", CACHE),
    ("cache", "s3://user:password@bucket", CACHE),
    ("cache", "s3://bucket?key=1", CACHE),
    ("cache", "zip://a::file:///etc/passwd", CACHE),
    ("cache", "simplecache::s3://bucket", CACHE),
    ("cache", 1, CACHE),
    ("into", True, f"{INTO}True"),
    ("into", "", f"{INTO}''"),
    ("into", ".", f"{INTO}'.'"),
    ("into", "./media", f"{INTO}'./media'"),
    ("into", "..", f"{INTO}'..'"),
    ("into", "docs/../../media", f"{INTO}'docs/../../media'"),
    ("into", "/srv/media", f"{INTO}'/srv/media'"),
    ("into", "C:/media", f"{INTO}'C:/media'"),
    ("into", "docs\\media", f"{INTO}'docs\\\\media'"),
    ("into", "docs//media", f"{INTO}'docs//media'"),
    ("into", "docs/aux", f"{INTO}'docs/aux'"),
    ("into", "docs/nul.d/media", f"{INTO}'docs/nul.d/media'"),
    ("into", "docs/media.", f"{INTO}'docs/media.'"),
    ("into", "docs/media /", f"{INTO}'docs/media /'"),
    ("into", "docs/.media", f"{INTO}'docs/.media'"),
    ("into", "docs/\n", f"{INTO}'docs/\\n'"),
    ("manifest", 5, f"{MANIFEST}5"),
    ("manifest", "masko.yml", f"{MANIFEST}'masko.yml'"),
    ("manifest", "", f"{MANIFEST}''"),
    ("manifest", "data\\masko.json", f"{MANIFEST}'data\\\\masko.json'{STORED}"),
    ("manifest", "C:/masko.json", f"{MANIFEST}'C:/masko.json'{STORED}"),
    ("manifest", "nul.json", f"{MANIFEST}'nul.json'{STORED}"),
    ("manifest", "aux/masko.json", f"{MANIFEST}'aux/masko.json'{STORED}"),
    ("manifest", "data./masko.json", f"{MANIFEST}'data./masko.json'{STORED}"),
    ("manifest", "a\0.json", f"{MANIFEST}'a\\x00.json'"),
    ("manifest", "\x1b[31m.json", f"{MANIFEST}'\\x1b[31m.json'"),
    ("api_url", 5, f"{URL}5"),
    ("api_url", "http://[", f"{URL}'http://['"),
    ("api_url", "Sandbox", f"{URL}'Sandbox' (did you mean 'sandbox'?)"),
    ("api_url", "api.masko.ai", f"{URL}'api.masko.ai' (did you mean '{API_URL}'?)"),
    ("api_url", "masko.corp/v1", f"{URL}'masko.corp/v1' (did you mean 'https://masko.corp/v1'?)"),
    ("api_url", "http://api.masko.ai/v1", f"{URL}'http://api.masko.ai/v1', which {OPEN}"),
    ("api_url", "http://10.0.0.1", f"{URL}'http://10.0.0.1', which {OPEN}"),
    ("api_url", "", f"{URL}''"),
    (
        "api_url",
        "https://user:password@x.example",
        "must be an https URL or 'sandbox', without user or password",
    ),
    ("api_key_env", "AWS_SECRET_ACCESS_KEY", FOREIGN_VARIABLE),
    ("api_key_env", "MY KEY", VARIABLE),
    ("api_key_env", "", VARIABLE),
    ("api_key_env", ["A"], VARIABLE),
    ("timeout", 0, f"{TIMEOUT}0"),
    ("timeout", float("inf"), f"{TIMEOUT}inf"),
    ("timeout", [30], f"{TIMEOUT}[30]"),
    ("manifst", "x.json", "is unknown (did you mean 'manifest'?)"),
    ("api_ky_env", "X", "is unknown (did you mean 'api_key_env'?)"),
    (
        "::error::\x1b",
        1,
        f"is unknown. Options are: {', '.join(Options.__struct_fields__)}",
    ),
]


def refused(raw: dict[Any, Any], **environ: str) -> OptionError:
    """Return the error that options cause."""
    with pytest.raises(OptionError) as caught:
        read_options(raw, environ)
    return caught.value


@pytest.mark.parametrize(("name", "value", "read"), GOOD)
def test_a_good_value_is_taken(name: str, value: object, read: object) -> None:
    """Each option takes what its description says, and numbers also as text."""
    assert getattr(read_options({**FOX, name: value}, {}), name) == read


@pytest.mark.parametrize(("name", "value", "problem"), BAD)
def test_a_bad_value_is_named(name: str, value: object, problem: str) -> None:
    """The error names the option, what it takes, and what was there, on one plain line."""
    raw = {name: value} if name == "collections" else {**FOX, name: value}
    error = refused(raw)
    assert error.problem == problem
    assert str(error) == f"option {error.option!r} {problem}"
    assert str(error).isprintable()
    assert "::" not in str(error)
    assert error.option in {name, ": :error: :\ufffd"}


def test_everything_but_the_collection_has_a_default() -> None:
    """The id of a collection is all that a site has to say."""
    assert read_options(FOX, {}) == Options(collection="fox")
    blank = dict.fromkeys(Options.__struct_fields__)
    assert read_options({**blank, **FOX}, {}) == Options(collection="fox")


def test_one_collection_has_the_default_alias() -> None:
    """Pages name the poses of the only collection without an alias."""
    options = read_options(FOX, {})
    assert options.ids == {"default": "fox"}
    assert options.default == "default"


def test_the_first_of_several_collections_is_the_default() -> None:
    """The order in the file counts, not that of the alphabet."""
    options = read_options({"collections": {"owl": "04da", "fox": "f950"}}, {})
    assert list(options.ids.items()) == [("owl", "04da"), ("fox", "f950")]
    assert options.default == "owl"


def test_collection_and_collections_exclude_each_other() -> None:
    """Two answers to one question are refused."""
    error = refused({"collection": "fox", "collections": {"owl": "owl"}})
    assert (
        str(error)
        == "option 'collections' cannot be used together with 'collection'; keep one of them"
    )


@pytest.mark.parametrize("raw", [{}, {"collection": None}, {"collection": ""}, {"collections": {}}])
def test_without_a_collection_two_ways_out_are_told(raw: dict[str, Any]) -> None:
    """A missing id is a missing option, and the sandbox needs none of one's own."""
    assert str(refused(raw)) == (
        "option 'collection' is missing: give the id of your mascot's collection, "
        "or try 'collection: fox' with 'api_url: sandbox'"
    )


@pytest.mark.parametrize("name", [1, None, True, 1.5])
def test_a_name_that_is_no_text_is_unknown(name: object) -> None:
    """YAML has keys that are no text; they are refused like any other unknown one."""
    assert refused({**FOX, name: 1}).problem.startswith("is unknown. Options are: ")


@pytest.mark.parametrize("name", [*Options.__struct_fields__, "api_key", "other"])
@pytest.mark.parametrize("value", [KEY, f"Bearer {KEY}", [KEY], {"fox": KEY}, {KEY: "fox"}])
def test_a_pasted_key_is_refused_and_not_repeated(name: str, value: object) -> None:
    """Whatever option it is put into, nobody reads the key in a log."""
    error = refused({"collection": "fox", name: value})
    assert error.problem == PASTED
    assert error.option == name
    assert KEY not in repr(error)


@pytest.mark.parametrize("raw", [{KEY: "fox"}, {**FOX, KEY: None}, {3: KEY}])
def test_a_key_as_a_name_is_not_repeated_either(raw: dict[Any, Any]) -> None:
    """A key in the place of an option's name is still a key."""
    error = refused(raw)
    assert error.errors[0].problem == PASTED
    assert KEY not in repr(error)


@pytest.mark.parametrize("value", [None, "", "x"])
def test_an_option_for_the_key_itself_is_refused(value: object) -> None:
    """There is no 'api_key', because what stands in the file is committed."""
    error = refused({**FOX, "api_key": value})
    assert str(error) == f"option 'api_key' {PASTED}"


@pytest.mark.parametrize("variable", ["MASKO_MODE", "MASKO_API_URL"])
def test_a_key_in_the_wrong_variable_is_not_repeated(variable: str) -> None:
    """A slip in the environment does not print the key either."""
    assert KEY not in repr(refused(FOX, **{variable: KEY}))


def test_variables_override_the_file() -> None:
    """A CI job changes mode and address without a change to the file."""
    raw = {**FOX, "mode": "auto", "api_url": "sandbox"}
    environ = {"MASKO_MODE": "frozen", "MASKO_API_URL": "http://127.0.0.1:8765/v1"}
    options = read_options(raw, environ)
    assert (options.mode, options.api_url) == ("frozen", "http://127.0.0.1:8765/v1")


def test_an_empty_variable_overrides_nothing() -> None:
    """CI systems set a variable that has no value to nothing."""
    environ = {"MASKO_MODE": "", "MASKO_API_URL": ""}
    assert read_options({**FOX, "mode": "locked"}, environ).mode == "locked"


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("MASKO_MODE", "fast", f"{MODE}'fast' (from MASKO_MODE)"),
        ("MASKO_API_URL", "http://[", f"{URL}'http://[' (from MASKO_API_URL)"),
    ],
)
def test_a_bad_value_of_a_variable_names_the_variable(
    variable: str, value: str, problem: str
) -> None:
    """Nobody looks into the file for what is wrong in the environment."""
    error = refused({**FOX, "mode": "auto", "api_url": "sandbox"}, **{variable: value})
    assert error.problem == problem


def test_no_variable_is_blamed_for_the_file() -> None:
    """The environment is named only where the value is from it."""
    error = refused({**FOX, "mode": "fast", "wait": -1}, MASKO_API_URL="sandbox")
    assert not re.search("MASKO_", str(error))


def test_all_options_that_cannot_be_used_are_named_at_once() -> None:
    """Nobody runs a build once for each of them."""
    raw = {"mode": "fast", "wait": "long", "manifst": "x.json", "hosting": "self", "budget": 5}
    error = refused(raw, MASKO_API_URL="http://[")
    assert {each.option: each.problem for each in error.errors} == {
        "mode": f"{MODE}'fast'",
        "wait": f"{WAIT}'long'",
        "manifst": "is unknown (did you mean 'manifest'?)",
        "budget": f"{BUDGET}5",
        "api_url": f"{URL}'http://[' (from MASKO_API_URL)",
        "collection": (
            "is missing: give the id of your mascot's collection, "
            "or try 'collection: fox' with 'api_url: sandbox'"
        ),
    }
    assert str(error) == "; ".join(map(str, error.errors))
    assert error.option == ""


def test_one_error_is_its_own_list() -> None:
    """Who reports errors need not ask how many there are."""
    error = refused({**FOX, "mode": "fast"})
    assert error.errors == (error,)


@pytest.mark.parametrize("name", ["colection", "collection", "collections"])
def test_a_collection_that_was_meant_is_not_missing_too(name: str) -> None:
    """One mistake is one error."""
    assert [error.option for error in refused({name: 5, "wait": -1}).errors] == [name, "wait"]


def test_a_pasted_key_is_one_of_several_errors() -> None:
    """The other errors are no reason to repeat it."""
    error = refused({**FOX, "mode": "fast", "api_url": f"https://{KEY}@api.masko.ai/v1", KEY: 1})
    assert [each.option for each in error.errors] == ["mode", "api_url", "?"]
    assert KEY not in repr(error)
