"""The daemon loads what it needs and no more, and its collector works once it has started."""

from __future__ import annotations

import gc
import json
import subprocess
import sys

import pytest

from monitor.thrift import uncollected

LATER = {"alembic", "facebook", "feedparser", "jinja2", "PIL", "rapidfuzz", "tweepy"}
"""What only some accounts, a mail or a schema step need; each takes megabytes."""


def test_start_leaves_out_what_is_not_needed_yet() -> None:
    """Importing the daemon loads no platform's SDK, no templates, no comparing, no migrations."""
    asked = (
        "import json, sys, monitor.cli.daemon\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    said = subprocess.run(
        [sys.executable, "-P", "-c", asked], capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(said.stdout))
    assert "sqlalchemy" in loaded
    assert not loaded & LATER


def test_settled_process_collects_again_and_passes_over_what_stays() -> None:
    """After settling the collector is on, and what was loaded before is frozen."""
    asked = (
        "import gc\nfrom monitor.thrift import settle, uncollected\n"
        "with uncollected():\n"
        "    before = gc.isenabled()\n    settle()\n"
        "    print(before, gc.isenabled(), gc.get_freeze_count() > 1000)"
    )
    said = subprocess.run(
        [sys.executable, "-P", "-c", asked], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["False", "True", "True"]


def test_collector_is_on_again_after_a_start_that_failed() -> None:
    """A start that fails leaves the collector on."""
    with pytest.raises(ValueError, match="no start"):
        _failing_start()
    assert gc.isenabled()


def _failing_start() -> None:
    with uncollected():
        assert not gc.isenabled()
        raise ValueError("no start")
