"""What every test gets: an environment without anybody's key or choice."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings


@pytest.fixture(autouse=True, scope="session")
def no_variables_of_ours() -> None:
    """Forget the variables that would make tests depend on who runs them."""
    for name in ("MASKO_API_KEY", "MASKO_API_URL", "MASKO_MODE"):
        os.environ.pop(name, None)


# An example that a busy machine is slow at is no fault.
settings.register_profile("patient", settings.default, deadline=None)
settings.load_profile("patient")

# A shell that starts the suite in the background ignores Ctrl+C, and so would the servers under
# test; what is not ignored here is not ignored there.
signal.signal(signal.SIGINT, signal.default_int_handler)
