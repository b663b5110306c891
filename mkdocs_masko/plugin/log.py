"""The plugin's logger, whose lines no terminal and no CI system obeys."""

from __future__ import annotations

import logging
from typing import Final

from mkdocs.plugins import get_plugin_logger

from mkdocs_masko.text import printable

log: Final = get_plugin_logger("masko")
"""A logger below `mkdocs`: its warnings fail a strict build."""


class _PrintableRecords(logging.Filter):
    """Rewrites each record: arguments may quote anybody; line breaks of the message are ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                arg if isinstance(arg, (int, float)) else printable(str(arg)) for arg in record.args
            )
        lines = record.getMessage().split("\n")
        record.msg, record.args = "\n".join(map(printable, lines)), ()
        return True


def note(text: str) -> None:
    """Log a text that others have a part in, at INFO."""
    log.info("%s", text)


log.logger.addFilter(_PrintableRecords())
