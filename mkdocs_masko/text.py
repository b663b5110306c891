"""Text from outside, made fit for a name, a message or a page."""

from __future__ import annotations

import hashlib
import math
import re
import shlex
import unicodedata
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST_LINE = 200  # characters; enough for a sentence, too short to flood a log
_ACTING = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # controls, bidi and zero-width marks, surrogates
_SPELLING = "\u061c\u200c\u200d\u200e\u200f"  # joiners and marks that scripts and emoji need


_PLAIN_WORD = re.compile(r"[\w./:@+,-]+")
_EXPANDED = frozenset('"$`\\!')  # by some shell, also between double quotes


def replace_controls(text: str) -> str:
    """Replace what would act on a parser, or on the text around it, by U+FFFD.

    Line breaks and tabs become spaces, so that the result is one line. The joiners and marks
    that Persian, Hebrew or an emoji of a family are spelled with stay.
    """
    return _replace_acting(text, _SPELLING)


def _replace_acting(text: str, exceptions: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    text = re.sub(r"[\t\r\n]+", " ", text)
    chars = (c if c in exceptions or not _acts(c) else "\N{REPLACEMENT CHARACTER}" for c in text)
    return "".join(chars)


def _acts(char: str) -> bool:
    return unicodedata.category(char) in _ACTING


# What CI systems obey in a log: `::error::` at the start of a line (GitHub), `##[error]` (GitHub,
# Azure), `##vso[` (Azure) and `##teamcity[` anywhere in it; `--- title` starts a group (Buildkite).
# GitLab's sections need a carriage return and an escape character. The `::` of an IPv6 address is
# followed by its other digits and a bracket.
_COMMAND = re.compile(
    r"(?<=#)(?=#\w*\[)|(?<=:)(?=:+(?![0-9a-fA-F:.]*\])\w)|(?<=^:)(?=:)"
    r"|^(?=(?:---|\+{3}|~~~|\^{3})\s)"
)


KEY: Final = re.compile(r"masko_[0-9a-zA-Z]{16,}")
"""What an API key looks like, wherever it stands."""


def printable(text: str) -> str:
    """Return foreign text as one line that neither a terminal nor a CI system obeys.

    Every message, log line and cell of a table goes through this function on its way out. It hides
    an API key, which somebody may have written where a name belongs.
    """
    return KEY.sub("masko_...", _COMMAND.sub(" ", _replace_acting(text, exceptions="")))


def sanitize(text: str) -> str:
    """Make foreign text safe inside a message: `printable`, and at most 200 characters.

    No `::` is left at all, because a message may start with it.
    """
    words = printable(text[: _LONGEST_LINE * 4]).split()
    line = re.sub(":(?=:)", ": ", " ".join(words))
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"


def shell_word(text: str) -> str:
    """Return a path for a command that somebody copies, if needed in quotes of all shells."""
    if _PLAIN_WORD.fullmatch(text):
        return text
    return shlex.quote(text) if _EXPANDED & {*text} else f'"{text}"'


def quote(text: str) -> str:
    """Return foreign text in quotes for a message: as `sanitize`, but with all of its blanks.

    Two names may differ in nothing else.
    """
    line = re.sub(":(?=:)", ": ", printable(text[: _LONGEST_LINE * 4]))
    return repr(line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…")


def escape_json(document: str) -> str:
    """Escape in JSON what a CI system obeys anywhere in a line; the data stay the same."""
    return re.sub("#(?=#)", r"\\u0023", document)


# Seven of a kind and then a label, which is optional. A line of seven `=`, which separates the two
# sides, is also a heading in other formats, and never alone.
_CONFLICT_MARKER = re.compile(rb"^(?:<{7}|>{7}|\|{7})(?: .*)?\r?$", re.MULTILINE)
_SEVENS = (b"<<<<<<<", b">>>>>>>", b"|||||||")


_BLACK = re.compile(r"\S")


def blank(text: str, spans: Iterable[tuple[int, int]], filler: str) -> str:
    """Replace all but white space in parts of a text, so that lines and offsets stay.

    Args:
        text: The text.
        spans: Where the parts start and end, in order and apart.
        filler: The character that replaces others.
    """
    parts: list[str] = []
    position = 0
    for start, end in spans:
        parts += text[position:start], _BLACK.sub(filler, text[start:end])
        position = end
    return "".join([*parts, text[position:]])


def has_conflict_markers(content: bytes) -> bool:
    """Tell whether version control left an unresolved merge conflict in a file."""
    # The pattern stops at each line, and a manifest may have a million.
    return any(seven in content for seven in _SEVENS) and bool(_CONFLICT_MARKER.search(content))


def slugify(name: str) -> str:
    """Turn a free name into the one that is typed: `Plush Swagger` is `plush-swagger`.

    Accents are dropped, letters of other scripts kept. A name without a letter or digit
    gets a slug from its hash, so that every pose can be named.
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    slug = "-".join(re.findall(r"[^\W_]+", letters))
    return slug or "pose-" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]


_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*", re.IGNORECASE)


def is_portable_name(name: str) -> bool:
    """Tell whether a file or folder can have a name on every system.

    Windows takes some names for devices, whatever follows the first dot, and drops dots and blanks
    at the end: https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
    """
    is_device = _DEVICE.fullmatch(name.partition(".")[0])
    return bool(name) and not is_device and name[-1] not in ". "


def suggest(name: str, names: Iterable[str]) -> str:
    """Say which names come close to a wrong one.

    Returns:
        ` (did you mean 'wave'?)`, with up to three names, or an empty string.
    """
    return Suggester(names).suggest(name)


_ALL_COMPARED = 256  # names; difflib needs 10 us for each
_MOST_COMPARED = 64  # of more names than that
_MOST_COUNTED = 4096  # occurrences of pairs of letters that are looked up for one name


class Suggester:
    """Says which of many names come close to a wrong one; the same wrong name is looked up once.

    Of thousands of names, only those that share the most, and the rarest, pairs of letters with the
    wrong one are compared with it.

    Args:
        names: What there is.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(set(names))
        self._answers: dict[str, str] = {}

    def suggest(self, name: str) -> str:
        """Return ` (did you mean 'wave'?)`, with up to three names, or an empty string."""
        if name not in self._answers:
            import difflib  # noqa: PLC0415 - most sites have no wrong name

            close = difflib.get_close_matches(name, self._candidates(name), n=3, cutoff=0.6)
            meant = " or ".join(repr(sanitize(each)) for each in close)
            self._answers[name] = f" (did you mean {meant}?)" if meant else ""
        return self._answers[name]

    def _candidates(self, name: str) -> list[str]:
        if len(self._names) <= _ALL_COMPARED:
            return self._names
        shared: Counter[str] = Counter()
        counted = 0
        for names in sorted((self._by_pair.get(pair, ()) for pair in _pairs(name)), key=len):
            counted += len(names)
            if counted > _MOST_COUNTED and shared:
                break
            shared.update(names)
        return [each for each, _ in shared.most_common(_MOST_COMPARED)]

    @cached_property
    def _by_pair(self) -> dict[str, list[str]]:
        by_pair: dict[str, list[str]] = {}
        for name in self._names:
            for pair in _pairs(name):
                by_pair.setdefault(pair, []).append(name)
        return by_pair


def _pairs(name: str) -> set[str]:
    """Return all pairs of neighbouring letters; the ends count as letters."""
    padded = f"\n{name.casefold()}\n"
    return {padded[at : at + 2] for at in range(len(padded) - 1)}


def list_some(
    texts: Iterable[str], limit: int, *, separator: str = ", ", counted: bool = True
) -> str:
    """List the first texts, and say how many more there are: `a, b, and 3 more`.

    Args:
        texts: What to list; each is sanitized.
        limit: How many are listed.
        separator: What stands between two.
        counted: Whether `texts` are all there are, so that the rest has a number.
    """
    items = [sanitize(text) for text in texts]
    rest = len(items) - limit
    listed = separator.join(items[:limit])
    if rest <= 0:
        return listed
    return f"{listed}{separator}and {rest} more" if counted else f"{listed}{separator}and more"


_SIZE_UNITS = {"": 1, "b": 1, "kb": 1000, "mb": 1000**2, "kib": 1024, "mib": 1024**2}
_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([a-z]*)")
_KILO = 1000


def parse_size(text: object) -> int | None:
    """Read a size: `500000`, `500 kB`, `1.5 MB`, `2 MiB`.

    Returns:
        Bytes, at least 1, or None when it is no size.
    """
    match = _SIZE.fullmatch(str(text).strip().lower()) if not isinstance(text, bool) else None
    if not match or match[2] not in _SIZE_UNITS:
        return None
    return int(float(match[1]) * _SIZE_UNITS[match[2]]) or None


def format_size(size: int) -> str:
    """Say a number of bytes in its largest fitting unit: `999 bytes`, `48 kB`, `2.5 MB`."""
    if size < _KILO:
        return f"{size} bytes" if size != 1 else "1 byte"
    if size < 999_500:  # noqa: PLR2004 - what is rounded to a thousand
        return f"{size / _KILO:.0f} kB" if size >= 9_950 else f"{size / _KILO:.1f} kB"  # noqa: PLR2004
    return f"{size / _KILO**2:.1f} MB"


def format_downloads(count: int, sizes: Sequence[int], seconds: float) -> str:
    """Say where media came from: `9 of 9 media are ready: 7 from the cache, 2 downloaded (...)`.

    Args:
        count: How many media there are to get.
        sizes: The bytes of each one that is there, 0 for one from the cache.
        seconds: How long that took.
    """
    downloaded = [size for size in sizes if size]
    text = (
        f"{len(sizes)} of {count} media are ready: {len(sizes) - len(downloaded)} from the cache, "
        f"{len(downloaded)} downloaded"
    )
    return f"{text} ({format_size(sum(downloaded))} in {seconds:.1f} s)" if downloaded else text


_MOST_DECIMALS = 6  # of a megabyte: the bytes


def format_excess(size: int, limit: int) -> tuple[str, str]:
    """Say a number of bytes and a smaller one, so that they differ: `50.2 kB` and `50 kB`."""
    if format_size(size) != format_size(limit):
        return format_size(size), format_size(limit)
    unit, name = (_KILO, "kB") if format_size(size).endswith("kB") else (_KILO**2, "MB")
    for decimals in range(1, _MOST_DECIMALS + 1):
        more, less = f"{size / unit:.{decimals}f}", f"{limit / unit:.{decimals}f}"
        if more != less:
            break
    is_exact = float(format_size(limit).split()[0]) == float(less)
    return f"{more} {name}", format_size(limit) if is_exact else f"{less} {name}"


_YEAR = 365 * 86_400  # seconds
_TIME_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def format_duration(seconds: float, *, elapsed: bool = False) -> str:
    """Say a duration in its largest fitting unit: 90 seconds are `2 min`.

    Args:
        seconds: How long it is.
        elapsed: Whether it has passed, and is rounded down; otherwise it is rounded up, because
            what may be done after a wait must not be done before its end.
    """
    if seconds > _YEAR and not elapsed:
        return "more than a year"
    size, unit = next((pair for pair in _TIME_UNITS if seconds >= pair[0]), _TIME_UNITS[-1])
    number = math.floor(seconds / size) if elapsed else math.ceil(seconds / size)
    return f"{max(0, number)} {unit}"
