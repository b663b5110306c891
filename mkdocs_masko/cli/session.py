"""What commands that ask the API share: a session, and finding the object that a person means."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from mkdocs_masko.cli.options import (
    api_url_option,
    config_option,
    environment,
    timeout_option,
)
from mkdocs_masko.cli.output import show_retry
from mkdocs_masko.errors import OptionError, ReferenceProblem
from mkdocs_masko.options import SANDBOX
from mkdocs_masko.text import list_some, quote, sanitize, slugify, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mkdocs_masko.api import Client, RawClient
    from mkdocs_masko.options import Options

ApiObject: TypeAlias = dict[str, Any]
"""A project, collection, item or asset as the API's JSON has it."""

_TIMEOUT = 120.0  # seconds; enough for a rate limit of a minute in the middle of a long list
_MAX_NAMED = 5  # objects that one message names
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def session_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that `open_session` takes."""
    for option in (
        timeout_option(_TIMEOUT),
        api_url_option(),
        config_option("Configuration of the site, if any [mkdocs.yml or zensical.toml]."),
    ):
        command = option(command)
    return command


@contextmanager
def open_session(
    config_file: Path | None,
    api_url: str | None,
    timeout: float | None,
) -> Iterator[ApiSession]:
    """Open a session with the API that the command line, the environment or the site names.

    Args:
        config_file: The site's configuration; None stands for the one in the current folder, if
            there is one.
        api_url: URL of the API, or `sandbox`.
        timeout: Seconds for all network work of the session.

    Raises:
        OptionError: There is no key, or an option cannot be used.
    """
    from mkdocs_masko.sync import connect, site_of

    options = session_plugin_options(config_file, api_url, timeout)
    site = site_of(options, Path.cwd(), os.environ, api_url=api_url)
    if not site.has_api_access:
        name = options.api_key_env
        raise OptionError(f"no key in {name}: set it, or try '--api-url sandbox'")
    with connect(site, sleep=show_retry) as client:
        yield ApiSession(client, options)


def session_plugin_options(
    config_file: Path | None, api_url: str | None, timeout: float | None
) -> Options:
    """Return the plugin's options of the site, if there is one, with those of the command line."""
    from mkdocs_masko.options import read_options
    from mkdocs_masko.site_config.option_places import option_places
    from mkdocs_masko.site_config.settings import chosen_config, find_plugin_options

    path = chosen_config(config_file)
    flags = {"api_url": api_url, "timeout": timeout}
    with option_places(path):
        raw = {"timeout": _TIMEOUT, **((find_plugin_options(path) if path else None) or {})}
        return read_options(raw, environment(), flags=flags, complete=False)


class ApiSession:
    """A client for one command, which also finds objects by what a person typed.

    Args:
        client: Makes the requests.
        options: The plugin's options of the site, or the defaults without a site.

    Attributes:
        client: Makes the requests that change something.
        raw: Reads objects as the API's JSON has them, with fields that are unknown here.
        is_passing: Whether the API is a sandbox that ends with the session.
        site_ids: Ids of the site's collections by alias.
    """

    def __init__(self, client: Client, options: Options) -> None:
        self.client = client
        self.raw: RawClient = client.raw
        self.is_passing = options.api_url == SANDBOX
        self.site_ids = options.ids if options.collection or options.collections else {}

    def project_id(self, text: str) -> str:
        """Return the id of the project that somebody typed."""
        return self._find_id(text, self.raw.projects, "project")

    def collection_id(self, text: str) -> str:
        """Return the id of the collection that somebody typed; the site's aliases come first."""
        site_id = self.site_ids.get(text)
        return site_id or self._find_id(text, self.raw.collections, "collection")

    def asset_id(self, text: str) -> str:
        """Return the id of the asset that somebody typed."""
        return self._find_id(text, self.raw.all_assets, "asset")

    def exact_asset_id(self, text: str) -> str:
        """Return the id of an asset that is to be changed; `text` must be the whole id."""
        return self._find_id(text, self.raw.all_assets, "asset", pick_exact)

    def exact_item(self, text: str, collection: str | None) -> tuple[str, ApiObject]:
        """Find an item that is to be changed.

        Args:
            text: Its id, or its whole name if no other item has that.
            collection: Id, whole name or alias of its collection; None stands for those of the
                site.

        Returns:
            The id of the item's collection, and the item.

        Raises:
            OptionError: No collection is given, and no site names one.
            ReferenceProblem: There is no such item, or several.
        """
        ids = [self._exact_collection_id(collection)] if collection else [*self.site_ids.values()]
        if not ids:
            raise OptionError("no site here names a collection: give one with --collection")
        owners = {item["id"]: (id_, item) for id_ in ids for item in self.raw.items(id_)}
        item = pick_exact(text, [item for _, item in owners.values()], "item", ids)
        return owners[item["id"]]

    def _exact_collection_id(self, text: str) -> str:
        alias_id = self.site_ids.get(text)
        if alias_id is None:
            return self._find_id(text, self.raw.collections, "collection", pick_exact)
        namesakes = [each for each in self.raw.collections() if _is_exact(text, each)]
        if any(each["id"] != alias_id for each in namesakes):
            raise ReferenceProblem(
                f"{quote(text)} stands for {alias_id!r} on this site, and is also what "
                f"another collection is called: {list_some(map(describe, namesakes), _MAX_NAMED)}. "
                "Give the id."
            )
        return alias_id

    def _find_id(
        self,
        text: str,
        fetch: Callable[[], Iterator[ApiObject]],
        kind: str,
        find: Callable[[str, Iterable[ApiObject], str], ApiObject] | None = None,
    ) -> str:
        # A whole id saves the request for the list.
        return text if is_whole_id(text) else str((find or pick)(text, fetch(), kind)["id"])


def is_whole_id(text: str) -> bool:
    """Tell whether a text can only be an id, so that no list is needed to find the object."""
    return bool(_UUID.fullmatch(text))


def pick(text: str, objects: Iterable[ApiObject], kind: str) -> ApiObject:
    """Find an object by id, by name, by slug, then by the start of an id or a slug.

    Args:
        text: What somebody typed.
        objects: Candidates.
        kind: What one of them is called, for messages: `collection`.

    Raises:
        ReferenceProblem: No object matches, or several do; the message names them.
    """
    candidates = list(objects)
    for is_match in _criteria(text):
        matches = [candidate for candidate in candidates if is_match(candidate)]
        if len(matches) == 1:
            return matches[0]
        if matches:
            remedy = "Give more of the name, or the id."
            raise ReferenceProblem(_ambiguous(text, matches, kind, remedy))
    raise ReferenceProblem(
        f"no {kind} {quote(text)}{_suggestion(text, candidates)}. "
        f"Give an id, a name, or the start of one; 'mkdocs-masko {kind}s' lists them."
    )


def pick_exact(
    text: str, objects: Iterable[ApiObject], kind: str, within: Iterable[str] = ()
) -> ApiObject:
    """Find an object that is to be changed: by its id, or by a name that no other one has.

    A slug or the start of a name is not enough. After a deletion, the same command would find
    the next object, and a slug may still be that of a name from before a rename.

    Args:
        text: What somebody typed.
        objects: Candidates.
        kind: What one of them is called, for messages: `item`.
        within: The collections that were looked in, where the command that lists the objects needs
            to know them.

    Raises:
        ReferenceProblem: No object matches, or several do; the message names them, or those that
            `pick` would find.
    """
    candidates = list(objects)
    matches = [candidate for candidate in candidates if _is_exact(text, candidate)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        remedy = "Give the id."
        if any(match["id"] == text for match in matches):
            remedy = "The id of one is the name of another: rename that one first, by its id."
        raise ReferenceProblem(_ambiguous(text, matches, kind, remedy))
    similar = [each for each in candidates if any(is_match(each) for is_match in _criteria(text))]
    meant = list_some(map(describe, similar), _MAX_NAMED, separator=" or ")
    hint = f"; did you mean {meant}?" if meant else f"{_suggestion(text, candidates)}."
    commands = [f"'mkdocs-masko {kind}s {id_}'" for id_ in within] or [f"'mkdocs-masko {kind}s'"]
    verb = "lists" if len(commands) == 1 else "list"
    raise ReferenceProblem(
        f"no {kind} has exactly this id or name: {quote(text)}{hint} "
        f"Give the whole id or name; {' and '.join(commands)} {verb} them."
    )


def _is_exact(text: str, obj: ApiObject) -> bool:
    return bool(text) and text in {obj["id"], _name(obj)}


def _suggestion(text: str, candidates: Iterable[ApiObject]) -> str:
    names = {name for each in candidates for name in (_name(each), str(each["id"])) if name}
    return suggest(text, sorted(names))


def describe(obj: ApiObject) -> str:
    """Name an object in a message: `'Fox Mascot' (f950...)`."""
    name, id_ = _name(obj), sanitize(str(obj["id"]))
    return f"{quote(name)} ({id_})" if name else id_


def _criteria(text: str) -> Iterator[Callable[[ApiObject], bool]]:
    """Yield what may match, the surest first."""
    slug = slugify(text)
    yield lambda obj: bool(obj["id"] == text)
    yield lambda obj: bool(text) and _name(obj) == text
    yield lambda obj: slug in _slugs(obj)
    yield (
        lambda obj: (
            str(obj["id"]).startswith(text.lower() or "\n")  # nothing is the start of all ids
            or any(name.startswith(slug) for name in _slugs(obj))
        )
    )


def _name(obj: ApiObject) -> str:
    return obj.get("name") or ""


def _slugs(obj: ApiObject) -> set[str]:
    public_slug = obj.get("public_slug") or ""
    return {public_slug, slugify(_name(obj)) if _name(obj) else ""} - {""}


def _ambiguous(text: str, matches: list[ApiObject], kind: str, remedy: str) -> str:
    names = list_some(map(describe, matches), _MAX_NAMED)
    return f"{quote(text)} matches {len(matches)} {kind}s: {names}. {remedy}"
