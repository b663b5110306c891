"""The plugin's options: their types, their defaults, and what makes a value valid."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args, get_type_hints

import msgspec
from msgspec import Meta, Struct

from mkdocs_masko.errors import OptionError
from mkdocs_masko.text import KEY, is_portable_name, parse_size, sanitize, suggest
from mkdocs_masko.urls import API_URL, ID_PATTERN, NOT_ENCRYPTED, api_url_problem, is_known_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SANDBOX = "sandbox"
"""Value of `api_url` for the embedded sandbox."""

MANIFEST = "masko.manifest.json"
"""Default name of the manifest."""

PLUGIN_OPTIONS = ("budget", "mode", "not_ready")
"""Options for what only the plugin does, without effect in Zensical."""

DEFAULT_ALIAS = "default"
"""Alias of the only collection, which `collection:` names."""

DEFAULT_OPTION = "default"
"""The option of the extension alone: the collection that names without one are looked up in."""

Mode = Literal["auto", "locked", "frozen"]
Seconds = Annotated[float, Meta(ge=0, le=86400)]


class GalleryPage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The gallery: a page with all poses."""

    path: str = "mascots.md"
    """Where the page is, as if it were a file in `docs_dir`: `mascots.md`, or `mascots/`."""
    title: Annotated[str, Meta(pattern=r"\S")] = "Mascots"
    """Title of the page."""
    search: bool = False
    """Whether the site's search finds the page."""

    @property
    def source(self) -> str:
        """Path of the Markdown file that stands for the page in the site."""
        return f"{self.path.rstrip('/')}.md" if self.path.endswith("/") else self.path


class Options(Struct, frozen=True, kw_only=True):
    """The plugin's options, as immutable data."""

    collection: str | None = None
    """Id of the collection, if the site has one mascot."""
    collections: dict[str, str] = {}
    """Ids of several collections by names of your own; the first is the default."""
    mode: Mode = "auto"
    """`auto` updates the manifest, `locked` fails if it is out of date, `frozen` stays offline."""
    not_ready: Literal["keep", "fail"] = "keep"
    """Whether to keep the manifest or to fail if the export is still not ready after the wait."""
    wait: Seconds = 0
    """Seconds to poll for if the export is not ready."""
    incomplete: Literal["warn", "ignore"] = "warn"
    """Whether to warn if a pose on a page lacks a file that some browsers need."""
    hosting: Literal["cdn", "self"] = "cdn"
    """Where readers load media from: Masko's CDN, or the site itself."""
    videos: Literal["auto", "original"] = "auto"
    """Whether animations of a self-hosted site are as small as their boxes, or as exported."""
    include: tuple[str, ...] = ()
    """More media to publish, for scripts: patterns of poses such as `wave` or `owl/*:video`."""
    budget: dict[Literal["page", "pose"], int | str] = {}
    """Sizes above which the build warns: of all poses of a page, and of one pose."""
    cache: str | None = None
    """A media cache that machines share, as a URL for fsspec: `s3://bucket/folder`."""
    gallery: bool | str | GalleryPage = False
    """A page with all poses: `true`, its path, or a map of path, title and search."""
    into: str | None = None
    """A folder that `sync` writes media, style sheets and scripts to: `docs/assets/masko`."""
    manifest: str = MANIFEST
    """Path of the manifest, relative to the folder of the site's configuration."""
    api_url: str = API_URL
    """Base URL of the API, or `sandbox`."""
    api_key_env: str = "MASKO_API_KEY"
    """Name of the environment variable that holds the API key."""
    timeout: Annotated[float, Meta(gt=0, le=86400)] = 30
    """Seconds for all network work of one build, not counting the wait."""

    @property
    def ids(self) -> dict[str, str]:
        """Ids of the collections by alias, the default collection first."""
        return dict(self.collections) or {DEFAULT_ALIAS: self.collection or ""}

    @property
    def limits(self) -> dict[str, int]:
        """The budget in bytes."""
        return {name: parse_size(size) or 0 for name, size in self.budget.items()}

    @property
    def gallery_page(self) -> GalleryPage | None:
        """The page with all poses, or None if the site is not to have one."""
        if isinstance(self.gallery, str):
            return GalleryPage(path=self.gallery)
        if isinstance(self.gallery, bool):
            return GalleryPage() if self.gallery else None
        return self.gallery

    @property
    def default(self) -> str:
        """Alias of the collection of poses that are named without an alias."""
        return next(iter(self.ids))


def read_options(
    raw: Mapping[str, Any],
    environ: Mapping[str, str],
    *,
    flags: Mapping[str, Any] | None = None,
    complete: bool = True,
) -> Options:
    """Check the options.

    Args:
        raw: The options as the site's configuration has them; None is the same as leaving one
            out.
        environ: Environment variables, of which those of `VARIABLES` override options.
        flags: Options of the command line, which override the environment; None is the same as
            leaving one out.
        complete: Whether the options must name a collection.

    Raises:
        OptionError: Options cannot be used; its `errors` has all of them, in the order of `raw`.
    """
    sources = {name: variable for name, variable in VARIABLES.items() if environ.get(variable)}
    overrides = {name: environ[variable] for name, variable in sources.items()}
    typed = {name: value for name, value in (flags or {}).items() if value is not None}
    sources = {name: variable for name, variable in sources.items() if name not in typed}
    overrides |= typed
    written = {str(name): value for name, value in {**raw, **overrides}.items()}
    values: dict[str, Any] = {}
    errors: list[OptionError] = []
    # All mistakes are collected: nobody is to run a build once for each.
    for name, value in written.items():
        source = sources.get(name, "")
        try:
            _reject_key(name, value)
            if (checked := _check_option(name, value, source)) is not None:
                values[name] = checked
        except OptionError as error:
            error.is_written = name not in overrides
            errors.append(error)
    # A collection with a wrong value, or under a misspelled name, is one mistake and not two.
    unusable = written.keys() - values.keys()
    if not any(suggest(name, _COLLECTIONS) for name in unusable if written[name] is not None):
        errors += _collection_errors(values, complete=complete)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise OptionError("; ".join(map(str, errors)), errors=errors)
    return Options(**values)


def take_default(raw: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Take the option `default` out of the options of the extension, which the plugin has not.

    Args:
        raw: The options as written.

    Returns:
        The options as the plugin has them, with the default collection first, and its alias; an
        empty one where the options name none. Of a site without collections, the manifest has them.

    Raises:
        OptionError: There is no such collection.
    """
    plain = {name: value for name, value in raw.items() if name != DEFAULT_OPTION}
    alias, ids = str(raw.get(DEFAULT_OPTION) or ""), raw.get("collections")
    if not ids and raw.get("collection"):
        ids = {DEFAULT_ALIAS: raw["collection"]}
    if not alias or not ids or not isinstance(ids, dict):
        return plain, alias
    if alias not in ids:
        aliases = sorted(map(str, ids))
        hint = suggest(alias, aliases) or f". There are: {sanitize(', '.join(aliases))}"
        problem = f"names no collection {sanitize(alias)!r}{hint}"
        raise OptionError(problem, option=DEFAULT_OPTION)
    if "collections" in plain:
        plain["collections"] = {alias: ids[alias], **ids}
    return plain, alias


def _check_option(name: str, value: object, source: str) -> Any:  # noqa: ANN401 - the option's type
    """Convert the value of one option to its type; None stays None.

    Args:
        name: The option.
        value: Its value.
        source: The variable that the value is from, or an empty string.
    """
    if name not in _TYPES:
        hint = suggest(name, _TYPES) or f". Options are: {', '.join(_TYPES)}"
        raise OptionError(f"is unknown{hint}", option=sanitize(name))
    if value is None:
        return None
    try:
        # Not strict: a value of `!ENV` is a text, also where a number is expected.
        converted = msgspec.convert(value, _TYPES[name], strict=False)
    except (msgspec.ValidationError, UnicodeError):  # half a letter cannot be converted
        pass
    else:
        check = _CHECKS.get(name)
        if check is None or check(converted):
            if name == "api_key_env" and not (source or _OWN_VARIABLE.fullmatch(converted)):
                raise OptionError(_FOREIGN_VARIABLE, option=name)
            return converted
    hides_value = name in _PRIVATE or _PASSWORD.search(str(value))
    got = "" if hides_value else f"; got {sanitize(repr(value))}"
    origin = f" (from {source})" if source else ""
    reason = _REASONS[name](str(value)) if name in _REASONS else ""
    raise OptionError(f"must be {_expected(name)}{got}{origin}{reason}", option=name)


def _expected(name: str) -> str:
    """Say what an option must be; of a choice, the type has all there is to say."""
    choices = get_args(_TYPES[name])
    return _EXPECTED.get(name) or f"one of {', '.join(map(repr, choices))}"


def _collection_errors(values: Mapping[str, Any], *, complete: bool) -> Iterator[OptionError]:
    """Check what the two options that name collections must be together."""
    if values.get("collection") and values.get("collections"):
        yield OptionError(
            "cannot be used together with 'collection'; keep one of them", option="collections"
        )
    elif complete and not (values.get("collection") or values.get("collections")):
        yield OptionError(
            "is missing: give the id of your mascot's collection, "
            "or try 'collection: fox' with 'api_url: sandbox'",
            option="collection",
        )


def _reject_key(name: str, value: object) -> None:
    """Refuse a key: in a file it gets committed, printed by `mkdocs build -v` and published."""
    if name == "api_key" or KEY.search(f"{name} {value}"):
        raise OptionError(
            "must not hold the API key: remove it from the file, make a new key if the file was "
            "shared, and set it in the environment: export MASKO_API_KEY=...",
            option="?" if KEY.search(name) else sanitize(name),
        )


def _is_api_url(url: str) -> bool:
    return url == SANDBOX or not api_url_problem(url)


def _api_url_reason(url: str) -> str:
    """Say what was probably meant, or what is wrong with a URL that looks like one."""
    if suggestion := suggest(url.casefold(), [SANDBOX]):
        return suggestion
    if _PASSWORD.search(url):
        return ", without user or password"
    if api_url_problem(url) == NOT_ENCRYPTED:
        return f", which {NOT_ENCRYPTED}"
    guess = f"https://{url}"
    if "." not in url or api_url_problem(guess):
        return ""
    return suggest(guess, [API_URL if is_known_api(guess) else guess])


def _is_gallery(gallery: bool | str | GalleryPage) -> bool:
    page = Options(gallery=gallery).gallery_page
    if page is None:
        return True
    is_path = _PAGE.fullmatch(page.path) and page.path.isprintable()
    # Without its suffix, the name of the page is that of a folder of the site.
    return bool(is_path) and all(map(is_portable_name, page.source.removesuffix(".md").split("/")))


def _is_folder(path: str) -> bool:
    is_path = _FOLDER.fullmatch(path) and path.isprintable()
    return bool(is_path) and all(map(is_portable_name, path.rstrip("/").split("/")))


def _is_manifest(path: str) -> bool:
    return Path(path).suffix == ".json" and path.isprintable() and not _manifest_reason(path)


def _manifest_reason(path: str) -> str:
    """Say what keeps some system from storing a file; it may be anywhere, so `..` is no harm."""
    parts = path.lstrip("/").split("/")
    if re.fullmatch(r"[^\\:?*\"<>|]*", path) and all(
        part in {".", ".."} or is_portable_name(part) for part in parts
    ):
        return ""
    return ", in a path that every system can store, with / between names and no drive"


_ALIAS: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_ID: Final = re.compile(ID_PATTERN)
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OWN_VARIABLE: Final = re.compile(r"MASKO_[A-Za-z0-9_]+")
# No `@`, so no user and no password; no `::`, with which fsspec puts one storage into another.
_STORAGE: Final = re.compile(r"[a-z][a-z0-9+.-]*://(?!.*::)[^\s?#@]+")
_PART = r"(?!\.)[^/\\:?#*\"<>|]+"  # of a path; what one system forbids is refused on every one
_PAGE: Final = re.compile(rf"(?:{_PART}/)*{_PART}(?:\.md|/)")
_FOLDER: Final = re.compile(rf"(?:{_PART}/)*{_PART}/?")

_COLLECTIONS: Final = ("collection", "collections")
"""Options of which a site needs one; what is close to a name of theirs was meant to be one."""

VARIABLES: Final = {
    "mode": "MASKO_MODE",
    "api_url": "MASKO_API_URL",
    "api_key_env": "MASKO_API_KEY_ENV",
    "cache": "MASKO_CACHE",
}
"""Environment variables that override options."""

_TYPES: Final[dict[str, Any]] = get_type_hints(Options, include_extras=True)

OPTION_NAMES: Final = tuple(_TYPES)
"""Names of all options."""

_CHECKS: Final[dict[str, Callable[[Any], bool]]] = {
    "collection": lambda id_: not id_ or bool(_ID.fullmatch(id_)),
    "collections": lambda ids: all(
        _ALIAS.fullmatch(alias) and _ID.fullmatch(id_) for alias, id_ in ids.items()
    ),
    "budget": lambda budget: all(map(parse_size, budget.values())),
    "cache": lambda url: not url or bool(_STORAGE.fullmatch(url)),
    "gallery": _is_gallery,
    "into": _is_folder,
    "manifest": _is_manifest,
    "api_url": _is_api_url,
    "api_key_env": lambda name: bool(_NAME.fullmatch(name)),
}
"""What a value must be beyond its type."""

_REASONS: Final[dict[str, Callable[[str], str]]] = {
    "api_url": _api_url_reason,
    "manifest": lambda path: _manifest_reason(path) if path.endswith(".json") else "",
}
"""What more there is to say of a wrong value."""

_EXPECTED: Final = {
    "collection": "the id of a collection: letters, digits, '-' and '_'",
    "collections": "a map of names to ids, both of letters, digits, '-' and '_'",
    "wait": "seconds from 0 to 86400",
    "include": "a list of pose names or patterns such as ['wave', 'owl/*']",
    "budget": "a map of sizes such as {page: 500 kB, pose: 200 kB}",
    "cache": "a storage URL such as s3://bucket/folder, without user or password",
    "gallery": (
        "true, false, a path below docs_dir such as mascots.md or mascots/, "
        "or a map such as {path: mascots.md, title: Mascots, search: true}"
    ),
    "into": "a folder below that of the site's configuration, such as docs/assets/masko",
    "manifest": "a path that ends in .json",
    "api_url": "an https URL or 'sandbox'",
    "api_key_env": "the NAME of an environment variable",
    "timeout": "seconds above 0, up to 86400",
}

_PRIVATE: Final = {"cache", "api_key_env"}
"""Options whose wrong values are not repeated: a password or a key may be among them."""

_PASSWORD: Final = re.compile(r"//[^/]*@")
"""A user name in a URL, perhaps with a password."""

_FOREIGN_VARIABLE: Final = (
    "must be the NAME of an environment variable that starts with 'MASKO_', because the file must "
    "not choose which secret is sent. To use another, set MASKO_API_KEY_ENV to its name"
)
