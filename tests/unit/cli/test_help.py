"""Help is quick: what a command needs is imported when it runs."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"pydantic", "sqlalchemy", "sqlmodel", "tweepy", "feedparser", "facebook", "requests"}


def test_help_imports_nothing_heavy() -> None:
    """`--help` loads neither settings, nor the database, a platform's package, or reading mail."""
    script = (
        "import json, sys\n"
        "from monitor.cli import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit:\n    pass\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True
    )
    modules = json.loads(done.stdout.splitlines()[-1])
    loaded = {name.split(".")[0] for name in modules}

    assert "typer" in loaded
    assert not HEAVY & loaded
    assert "email.policy" not in modules
