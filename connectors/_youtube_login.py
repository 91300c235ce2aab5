"""How clerkwatch is let in to YouTube: a key of a project of the council's Google account."""

from __future__ import annotations

from connectors.login import Login

YOUTUBE_LOGIN = Login(
    thing="a key for YouTube's Data API",
    suggested="youtube",
    steps=(
        "Open console.cloud.google.com with an account of the council, not of a person.",
        (
            "At the top: choose the project, New project. Name: clerkwatch. No payment details are "
            "needed."
        ),
        "Menu, APIs and services, Library: find YouTube Data API v3 and choose Enable.",
        "APIs and services, Credentials, Create credentials, API key.",
        (
            "Choose the new key. Under API restrictions choose Restrict key and tick only YouTube "
            "Data API v3. Under Application restrictions choose IP addresses and enter the address "
            "from which this machine reaches the internet. Save."
        ),
        "Copy the key.",
    ),
    looks="begins with AIza and is 39 signs long",
    pattern=r"AIza[A-Za-z0-9_-]{35}",
    is_telling=True,
    lasts="It has no end date; it ends when somebody deletes it in the console.",
    without="Without a key the channel's public feed is read: titles and descriptions of the "
    "newest 15 videos.",
)
