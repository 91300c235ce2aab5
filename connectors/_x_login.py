"""How clerkwatch is let in to X: the app-only token of the council's own app."""

from __future__ import annotations

from connectors.login import Login

X_LOGIN = Login(
    thing="the bearer token of an app on X",
    suggested="x_bearer",
    steps=(
        (
            "Ask the Clerk whether the council has decided that it may use X's "
            "interface: X's terms have a clause about public bodies "
            "(docs/connectors/x.md). Until then register the "
            'account as platform = "manual" and stop here.'
        ),
        "Open console.x.com and sign in with the council's own X account, not a person's.",
        (
            "Accept the developer terms. Purpose: We re-read our own council's posts to check them "
            "against our own social media policy. Choose pay-per-use."
        ),
        (
            "Buy the smallest amount of credits and set a spending limit there too: a second lock "
            "beside clerkwatch's own budget ([budget.x] in the configuration)."
        ),
        "Choose New App. Any name and the same purpose; permission: Read.",
        "Among the app's credentials copy the Bearer Token (app-only). It is shown only once.",
    ),
    looks="begins with a row of capital As and is about 110 signs long",
    pattern=r"A{10,}[A-Za-z0-9%+/=_-]{30,}",
    is_telling=True,
    lasts="It has no end date; it ends when somebody makes a new one in the console.",
)
