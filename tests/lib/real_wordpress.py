"""A real WordPress on loopback, from the distribution's packages: MariaDB, PHP's own server.

Everything lies in one folder that ends with the test; no service is started, nothing in /etc is
used. Wanted: ``wordpress php-cli php-mysql php-xml php-mbstring php-gd php-curl mariadb-server``.
"""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import requests

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

SITE = Path("/usr/share/wordpress")
PROGRAMS = ("php", "mariadbd", "mariadb-install-db")

_CONFIG = """<?php
define('DB_NAME', 'site'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:%(socket)s');
define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', '%(url)s'); define('WP_SITEURL', '%(url)s');
define('WP_ENVIRONMENT_TYPE', 'local'); define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true); define('AUTH_KEY', 'a'); define('SECURE_AUTH_KEY', 'b');
define('LOGGED_IN_KEY', 'c'); define('NONCE_KEY', 'd');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) { define('ABSPATH', __DIR__ . '/'); }
require_once ABSPATH . 'wp-settings.php';
"""
_INSTALL = """<?php
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = '127.0.0.1';
require 'wp-load.php';
require 'wp-admin/includes/upgrade.php';
wp_install('Elm Town Council', 'clerk', 'clerk@elm.example', true, '', 'not-used');
update_option('permalink_structure', '/%postname%/');
flush_rewrite_rules();
update_option('comment_moderation', 0);
$made = WP_Application_Passwords::create_new_application_password(1, ['name' => 'clerkwatch']);
echo $made[0];
"""


def missing() -> str:
    """Return what is not installed; empty if all is there."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    absent += [] if SITE.is_dir() else ["wordpress"]
    return ", ".join(absent)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RealWordPress:
    """The site and its database, while entered.

    Attributes:
        url: ``http://127.0.0.1:port``.
        password: Application password of the user ``clerk``.
    """

    def __init__(self, folder: Path) -> None:
        """Keep where everything goes.

        Args:
            folder: Empty, with a short path: a socket lies in it.
        """
        self.folder = folder
        self.url = f"http://127.0.0.1:{_free_port()}"
        self.password = ""
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Start the database, install the site, start the server."""
        try:
            self._start()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop both."""
        self._open.close()

    def _start(self) -> None:
        data, plug, site = self.folder / "my", self.folder / "my.sock", self.folder / "site"
        user = getpass.getuser()
        self._run(
            *("mariadb-install-db", "--no-defaults", f"--user={user}", f"--datadir={data}"),
            *("--auth-root-authentication-method=normal", "--skip-test-db"),
        )
        self._serve(
            *("mariadbd", "--no-defaults", f"--user={user}", f"--datadir={data}"),
            *(f"--socket={plug}", "--skip-networking", "--innodb-buffer-pool-size=32M"),
        )
        _wait(plug.exists)
        self._run(
            "mariadb", "--no-defaults", f"--socket={plug}", "-uroot", "-e", "create database site"
        )
        shutil.copytree(SITE, site, symlinks=False)
        (site / "wp-config.php").unlink(missing_ok=True)
        (site / "wp-config.php").write_text(_CONFIG % {"socket": plug, "url": self.url})
        (site / "install.php").write_text(_INSTALL)
        self.password = self._run("php", "install.php", folder=site).strip().splitlines()[-1]
        self._serve("php", "-S", self.url.removeprefix("http://"), "-t", str(site))
        _wait(self._answers)

    def _answers(self) -> bool:
        try:
            return self.get("/wp-json/")[0] == 200
        except requests.RequestException:
            return False

    def _run(self, *command: str, folder: Path | None = None) -> str:
        done = subprocess.run(
            command,
            cwd=folder or self.folder,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return done.stdout

    def _serve(self, *command: str) -> None:
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PHP_CLI_SERVER_WORKERS": "2"},
            start_new_session=True,
        )
        self._open.callback(_stop, process)

    # --- what people do with it --------------------------------------------------------------

    def get(self, path: str) -> tuple[int, Any]:
        """Ask as a stranger; return status and JSON."""
        answer = requests.get(f"{self.url}{path}", timeout=20)
        return answer.status_code, answer.json()

    def write(self, path: str, method: str = "POST", **fields: Any) -> Any:
        """Write as the clerk; return the answer."""
        return requests.request(
            method,
            f"{self.url}/wp-json/wp/v2{path}",
            json=fields,
            auth=("clerk", self.password),
            timeout=20,
        ).json()


def _wait(is_done: Callable[[], bool], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a server with the workers that it has started, which outlive it otherwise."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
