"""How clerkwatch is let in to a WordPress site: an application password of its own user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors._wordpress_calls import Calls, find_root, site_of
from connectors.login import Granted, Login, Permission

if TYPE_CHECKING:
    from connectors.base import Circumstances

_EDITS = "edit_others_posts"


def examine_site(circumstances: Circumstances) -> Granted:
    """Ask what the login may do; raises as `connectors.login.Examine` says."""
    found = find_root(circumstances, site_of(circumstances.account.handle))
    if found is None:
        return Granted(cautions=("The site's interface is closed, so its feed is read.",))
    able = Calls(circumstances, found[0]).abilities()
    is_given = None if able is None else _EDITS in able
    edits = Permission(
        name=_EDITS,
        is_given=is_given,
        is_needed=False,
        said="earlier versions, what was taken back, and what is scheduled",
        remedy="Give the user the role Editor (Users, All users)",
    )
    cautions = []
    if able is not None and "manage_options" in able:
        cautions.append("The user is an administrator of the site: the role Editor is enough.")
    return Granted(permissions=(edits,), cautions=tuple(cautions))


WORDPRESS_LOGIN = Login(
    thing="an application password of the site",
    suggested="wordpress",
    steps=(
        (
            "Sign in to the site as an administrator: Users, Add new. User name: clerkwatch; role: "
            "Editor; e-mail: an address of the council. It is nobody's personal login."
        ),
        (
            "Users, All users, clerkwatch, Edit. At the bottom under Application "
            "passwords enter the name clerkwatch and choose Add. If that part is "
            "missing, the site has no https or a plugin has switched it off."
        ),
        (
            "Copy the password that is shown. Write it behind the user name and a colon, on one "
            "line: clerkwatch:abcd EFGH 1234 ijkl MNOP 5678"
        ),
    ),
    looks="is a user name, a colon, and six groups of four signs",
    pattern=r"[^:\s]{1,60}:( ?[A-Za-z0-9]{4}){6}",
    is_telling=True,
    lasts="It has no end date; it ends when somebody revokes it at the same place.",
    examine=examine_site,
    without="Public posts are read without any. With one, earlier versions are read too, and "
    "what was taken back is told apart from what was moved.",
)
