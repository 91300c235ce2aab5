"""Words in pictures, for whoever installs the extra ``clerkwatch[pictures]``.

::

    due     repository.pictures_to_read    pictures of new posts, newest first
    | fetch monitor.cases.stills           through the one door: bounded bytes, never a credential
    | read  ChildReader                    in a child process with limits of its own: what a hostile
                                           picture does to a native library ends with the child
    | add   repository.add_picture         at the end of the version's text; judged again, as news

No picture is kept for it, and nothing is ever downloaded: the models lie inside the wheel.
"""
