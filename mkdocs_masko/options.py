"""The options of `mkdocs.yml`, with the variables that override them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from mkdocs_masko.errors import OptionError
from mkdocs_masko.text import parse_size, sanitize, suggest
from mkdocs_masko.urls import API_URL, ID_PATTERN

if TYPE_CHECKING:
    from collections.abc import Mapping

SANDBOX = "sandbox"
"""As `api_url`: the sandbox that comes with the package."""

MANIFEST = "masko.manifest.json"
"""The manifest's name, unless the options give another."""

DEFAULT_ALIAS = "default"
"""The alias of the one mascot that `collection:` names."""

_KEY = re.compile(r"masko_[0-9a-zA-Z]{16,}")
_ALIAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_PART = r"(?!\.)[^/\\:?#*\"<>|]+"  # of a path, on every system
_PAGE = re.compile(rf"(?:{_PART}/)*{_PART}(?:\.md|/)")
_ID = re.compile(ID_PATTERN)

Mode = Literal["auto", "locked", "frozen"]
Seconds = Annotated[float, Meta(ge=0, le=86400)]


class GalleryPage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The page with all poses, where a site has one."""

    path: str = "mascots.md"
    """Its place in the site, as if it were a file of the docs: `mascots.md`, or `mascots/`."""
    title: Annotated[str, Meta(pattern=r"\S")] = "Mascots"
    search: bool = False
    """Whether the site's search finds it."""

    @property
    def source(self) -> str:
        """The path of the Markdown file that it is made from."""
        return f"{self.path.rstrip('/')}.md" if self.path.endswith("/") else self.path


class Options(Struct, frozen=True, kw_only=True):
    """What a site says about its mascots."""

    collection: str | None = None
    """Id of the one collection there is."""
    collections: dict[str, str] = {}
    """Several collections: their ids by names of the author's own; the first is the default."""
    mode: Mode = "auto"
    """`auto` updates the manifest, `locked` only compares it, `frozen` takes it as the truth."""
    not_ready: Literal["keep", "fail"] = "keep"
    """What happens when the export is not ready after the wait."""
    wait: Seconds = 0
    """Seconds to poll while the export is not ready."""
    incomplete: Literal["warn", "ignore"] = "warn"
    """What happens when a pose lacks a file, so that some readers see less of it."""
    hosting: Literal["cdn", "self"] = "cdn"
    """Where readers get the media from: Masko's servers, or the site itself."""
    include: tuple[str, ...] = ()
    """What scripts need beside what pages show: patterns of pose names, `wave` or `owl/*:video`."""
    budget: dict[Literal["page", "pose"], int | str] = {}
    """The most that a reader should load: bytes of a page's poses, and of one pose."""
    cache: str | None = None
    """A cache of media that machines share, as an address of fsspec's: `s3://bucket/folder`."""
    gallery: bool | str | GalleryPage = False
    """A page with all poses: `true`, its path, or its path, title and search."""
    manifest: str = MANIFEST
    """Path of the manifest, from the folder of `mkdocs.yml`."""
    api_url: str = API_URL
    """Base address of the API, or `sandbox`."""
    api_key_env: str = "MASKO_API_KEY"
    """Name of the environment variable that holds the key."""
    timeout: Annotated[float, Meta(gt=0, le=86400)] = 30
    """Seconds for all network work of one build, without the wait."""

    @property
    def ids(self) -> dict[str, str]:
        """Ids of the collections by alias, the default one first."""
        return dict(self.collections) or {DEFAULT_ALIAS: self.collection or ""}

    @property
    def limits(self) -> dict[str, int]:
        """The budget in bytes."""
        return {name: parse_size(size) or 0 for name, size in self.budget.items()}

    @property
    def gallery_page(self) -> GalleryPage | None:
        """The page with all poses, if there is to be one."""
        if isinstance(self.gallery, str):
            return GalleryPage(path=self.gallery)
        if isinstance(self.gallery, bool):
            return GalleryPage() if self.gallery else None
        return self.gallery

    @property
    def default(self) -> str:
        """Alias of the collection that names without one are looked up in."""
        return next(iter(self.ids))


_EXPECTED = {
    "collection": "the id of a collection",
    "collections": "ids by names of your own: {fox: f950..., owl: 04da...}",
    "mode": "auto, locked or frozen",
    "not_ready": "keep or fail",
    "wait": "seconds from 0 to 86400",
    "incomplete": "warn or ignore",
    "hosting": "cdn or self",
    "include": "a list of pose names or patterns: ['wave', 'owl/*']",
    "budget": "sizes by name: {page: 500 kB, pose: 200 kB}",
    "cache": "an address of a storage: s3://bucket/folder",
    "gallery": "true, a path such as mascots.md, or {path: mascots.md, title: ..., search: true}",
    "manifest": "a path beside mkdocs.yml",
    "api_url": "an https address, or sandbox",
    "api_key_env": "the NAME of an environment variable",
    "timeout": "seconds above 0, up to 86400",
}
_TYPES = get_type_hints(Options, include_extras=True)
_VARIABLES = {"mode": "MASKO_MODE", "api_url": "MASKO_API_URL"}


def read_options(
    raw: Mapping[str, Any], environ: Mapping[str, str], *, complete: bool = True
) -> Options:
    """Check the options.

    Args:
        raw: As they stand in `mkdocs.yml`; None is the same as not given.
        environ: Where `MASKO_MODE` and `MASKO_API_URL` are looked up, which override them.
        complete: Whether they must name a collection.

    Raises:
        OptionError: The first thing that is wrong: which option, what it takes, what to do.
    """
    overrides = {name: environ[v] for name, v in _VARIABLES.items() if environ.get(v)}
    given = {str(name): value for name, value in {**raw, **overrides}.items()}
    _refuse_keys(given)
    checked = {n: _value(n, value, environ) for n, value in given.items() if value is not None}
    options = Options(**checked)
    _check(options, complete=complete)
    return options


def _value(name: str, value: object, environ: Mapping[str, str]) -> Any:  # noqa: ANN401 - the option's type
    if name not in _EXPECTED:
        hint = suggest(name, _EXPECTED) or f". There are: {', '.join(_EXPECTED)}"
        raise OptionError(f"is unknown{hint}", option=sanitize(name))
    try:
        found = msgspec.convert(value, _TYPES[name], strict=False)
        if name == "api_url":
            urlsplit(found)  # half an IPv6 address has no parts to compare
    except (msgspec.ValidationError, ValueError):
        variable = _VARIABLES.get(name, "")
        origin = f" (from {variable})" if environ.get(variable) else ""
        shown = sanitize(str(value))
        raise OptionError(f"takes {_EXPECTED[name]}, not {shown!r}{origin}", option=name) from None
    return found


def _check(options: Options, *, complete: bool) -> None:
    if options.collection and options.collections:
        raise OptionError("cannot be given beside 'collection'; keep one", option="collections")
    named = options.collection or options.collections
    if not named and complete:
        raise OptionError(
            "is missing: give the id of your mascot's collection, "
            "or try 'collection: fox' with 'api_url: sandbox'",
            option="collection",
        )
    if options.collection and not _ID.fullmatch(options.collection):
        shown = sanitize(options.collection)
        raise OptionError(
            f"takes an id of letters, digits, '-' and '_', not {shown!r}", option="collection"
        )
    for alias, collection in options.ids.items() if named else ():
        if not _ALIAS.fullmatch(alias) or not _ID.fullmatch(collection):
            raise OptionError(
                "takes ids of letters, digits, '-' and '_' by names of the same, "
                f"not {sanitize(alias)!r}: {sanitize(collection)!r}",
                option="collections",
            )
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", options.api_key_env):
        raise OptionError("takes the NAME of an environment variable", option="api_key_env")
    if wrong := next((str(s) for s in options.budget.values() if not parse_size(s)), None):
        raise OptionError(
            f"takes sizes like 500 kB or 2 MB, not {sanitize(wrong)!r}", option="budget"
        )
    if options.cache and not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^\s?#@]+", options.cache):
        raise OptionError(
            "takes an address like s3://bucket/folder, without user or password", option="cache"
        )
    _check_page(options.gallery_page)
    if Path(options.manifest).suffix != ".json" or not options.manifest.isprintable():
        shown = sanitize(options.manifest)
        raise OptionError(f"takes a path that ends in .json, not {shown!r}", option="manifest")


def _check_page(page: GalleryPage | None) -> None:
    if page and not (_PAGE.fullmatch(page.path) and page.path.isprintable()):
        raise OptionError(
            f"takes a path below docs_dir, mascots.md or mascots/, not {sanitize(page.path)!r}",
            option="gallery",
        )


def _refuse_keys(raw: Mapping[str, Any]) -> None:
    """A key in a file gets committed, printed by `mkdocs build -v` and put on pages."""
    holders = (name for name, value in raw.items() if _KEY.search(f"{name} {value}"))
    holder = next(holders, "api_key" if "api_key" in raw else None)
    if holder is not None:
        raise OptionError(
            "must not hold the API key: remove it from the file, make a new key if the file was "
            "shared, and set it in the environment: export MASKO_API_KEY=...",
            option="?" if _KEY.search(holder) else sanitize(holder),
        )
