"""A real forum on loopback: django-machina on SQLite, in an environment of its own.

Everything lies in one folder that ends with the test. Wanted: ``.venv/real`` with django-machina,
which `scripts/test-real.sh` makes; it never becomes a dependency of clerkwatch.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import requests

if TYPE_CHECKING:
    from types import TracebackType

PYTHON = Path(__file__).parents[2] / ".venv" / "real" / "bin" / "python"

_SETTINGS = """
from pathlib import Path
from machina import MACHINA_MAIN_STATIC_DIR, MACHINA_MAIN_TEMPLATE_DIR
HERE = Path(__file__).parent
SECRET_KEY, DEBUG, ALLOWED_HOSTS = "only for a test", False, ["127.0.0.1"]
ROOT_URLCONF, USE_TZ, TIME_ZONE, SITE_ID = "forum_urls", True, "UTC", 1
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": HERE / "forum.db"}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
STATIC_URL, MEDIA_URL, MEDIA_ROOT = "/static/", "/media/", str(HERE / "media")
STATICFILES_DIRS = [MACHINA_MAIN_STATIC_DIR]
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
    "django.contrib.sessions", "django.contrib.sites", "django.contrib.messages",
    "django.contrib.staticfiles", "mptt", "haystack", "widget_tweaks", "machina",
    "machina.apps.forum", "machina.apps.forum_conversation",
    "machina.apps.forum_conversation.forum_attachments",
    "machina.apps.forum_conversation.forum_polls", "machina.apps.forum_feeds",
    "machina.apps.forum_moderation", "machina.apps.forum_search", "machina.apps.forum_tracking",
    "machina.apps.forum_member", "machina.apps.forum_permission",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "machina.apps.forum_permission.middleware.ForumPermissionMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [MACHINA_MAIN_TEMPLATE_DIR], "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
        "machina.core.context_processors.metadata",
    ]},
}]
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "machina_attachments": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(HERE / "cache"),
    },
}
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
MACHINA_FORUM_NAME = "Elm forum"
"""
_URLS = """
from django.urls import include, path
urlpatterns = [path("forum/", include("machina.urls"))]
"""
_SEED = """
import sys
import django
django.setup()
from django.contrib.auth import get_user_model
from django.contrib.sites.models import Site
from machina.apps.forum.models import Forum
from machina.apps.forum_conversation.models import Post, Topic
from machina.apps.forum_permission.models import ForumPermission, UserForumPermission
what = sys.argv[1]
if what == "start":
    Site.objects.update_or_create(id=1, defaults={"domain": sys.argv[2], "name": "Elm"})
    get_user_model().objects.create_user("clerk")
    forum = Forum(name="News", type=Forum.FORUM_POST)
    forum.save()
    for code in ("can_see_forum", "can_read_forum"):
        UserForumPermission.objects.create(
            permission=ForumPermission.objects.get(codename=code),
            anonymous_user=True, forum=forum, has_perm=True,
        )
if what == "topic":
    forum, who = Forum.objects.get(), get_user_model().objects.get()
    topic = Topic(forum=forum, poster=who, subject=sys.argv[2], type=0, status=0, approved=True)
    topic.save()
    Post(topic=topic, poster=who, subject=sys.argv[2], content=sys.argv[3], approved=True).save()
    print(topic.pk)
if what == "delete":
    Topic.objects.get(pk=int(sys.argv[2])).delete()
"""


class RealForum:
    """The forum, while entered.

    Attributes:
        url: ``http://127.0.0.1:port``.
    """

    def __init__(self, folder: Path) -> None:
        """Keep where everything goes."""
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self._port}"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def feed(self) -> str:
        """Address of its feed of topics."""
        return f"{self.url}/forum/feeds/topics/"

    def __enter__(self) -> Self:
        """Write the site, make its database, start it."""
        for name, text in {"settings": _SETTINGS, "urls": _URLS, "seed": _SEED}.items():
            (self._folder / f"forum_{name}.py").write_text(text, "utf-8")
        self._run("-m", "django", "migrate", "--verbosity", "0")
        self.seed("start", f"127.0.0.1:{self._port}")
        self._server = subprocess.Popen(
            [str(PYTHON), "-m", "django", "runserver", "--noreload", f"127.0.0.1:{self._port}"],
            cwd=self._folder,
            env=self._environ(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._wait()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(10)

    def topic(self, subject: str, content: str) -> int:
        """Publish a topic; return its number."""
        return int(self.seed("topic", subject, content))

    def delete(self, topic: int) -> None:
        """Delete a topic."""
        self.seed("delete", str(topic))

    def seed(self, *arguments: str) -> str:
        """Do something in the forum's own words."""
        return self._run("forum_seed.py", *arguments)

    def _environ(self) -> dict[str, str]:
        return {**os.environ, "DJANGO_SETTINGS_MODULE": "forum_settings", "PYTHONPATH": "."}

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(PYTHON), *arguments],
            cwd=self._folder,
            env=self._environ(),
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return done.stdout.strip()

    def _wait(self, *, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while True:
            try:
                if requests.get(self.feed, timeout=20).status_code < 500:
                    return
            except requests.RequestException:
                if time.monotonic() > end:
                    raise
            time.sleep(0.05)
