"""How clerkwatch is let in to a Mastodon server that shows nothing to strangers."""

from __future__ import annotations

from connectors.login import Login

MASTODON_LOGIN = Login(
    thing="an access token of the council's account on its Mastodon server",
    suggested="mastodon",
    steps=(
        (
            "Open the account's page in a private window. If its posts are shown, stop here: no "
            "token is needed."
        ),
        (
            "Sign in to the server as the council's account: Preferences, Development, New "
            "application."
        ),
        "Name: clerkwatch. Leave the website empty. Under Scopes leave only read ticked. Submit.",
        "Open the new application and copy Your access token.",
    ),
    looks="is 43 letters, digits, dashes and underscores",
    pattern=r"[A-Za-z0-9_-]{43}",
    is_telling=False,
    lasts="It has no end date; it ends when somebody deletes the application.",
    without="Most servers show public posts to everybody: then none is needed.",
)
