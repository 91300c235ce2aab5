"""Blogs, newspapers, forums and YouTube channels through their public feeds.

Set-up: none; `handle` is the feed's address (``https://…/feed/``), or a YouTube channel id
(``UC…``). RSS, Atom and JSON Feed are told apart by themselves. No credential.

Limits: a feed is a window of the newest 10 to 20 entries, so a post is first seen only
while it stands in there; one feed is at most 5 MB. At most 40 pages of single posts are
asked in one run. One request a run while nothing has changed or vanished.

Blind spots: comments under a post, changes of a post that has left the feed, drafts,
pages that are no posts, words inside pictures and films. Of YouTube, only title and
description of the 15 newest videos.

Absence from a feed never means gone: the post's own page is asked, and only 404 or 410
while the feed itself is readable says that it is no longer there.
"""

from __future__ import annotations

from connectors._feed_reader import FeedConnector
from connectors.base import Asking, KnownBy, Platform

CONNECTOR = Platform(
    name="feed",
    title="Blog or news feed",
    open=FeedConnector,
    needs_credential=False,
    asking=Asking(pull=1, profile=0),
    known_by=KnownBy.SITE,
    blind_spots=(
        "late edits of old posts",
        "web pages that are not posts",
        "sound and film",
        "comments",
        "text in pictures",
    ),
    removal_steps=(
        "Sign in to the site, open the list of posts, and move the post to the bin (on YouTube: "
        "YouTube Studio, Content, Delete). Then open its address in a private window: it must "
        "answer that the page does not exist. If the site keeps a cache, clear it."
    ),
    closing_steps=(
        "Sign in to the site and export its content. Then close it where it is run (for a hosted "
        "site under its settings; otherwise whoever runs the server switches it off). Open its "
        "address in a private window: it must answer that there is no such page."
    ),
    recovery_steps=(
        "Ask whoever runs the server to take the site off line as it stands, without deleting "
        "anything. Set new passwords for the site, its database and its files, and take away every "
        "user you do not know. Put back the newest copy that is known to be clean."
    ),
)
