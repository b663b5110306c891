"""The client of Masko's REST API.

`calling` sends, `client` has the calls, `objects` gives what they answer as it came, `answers`
makes data of it, `retrying` decides on another attempt, `key` keeps the key out of sight.
"""

from __future__ import annotations

from mkdocs_masko.api.client import Client, Objects
from mkdocs_masko.http import Budget
from mkdocs_masko.urls import API_URL

__all__ = ["API_URL", "Budget", "Client", "Objects"]
