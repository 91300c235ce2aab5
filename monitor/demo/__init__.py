"""Loopback platforms and a small town's story, for `clerkwatch demo` and the tests.

::

    posts/*.toml  | cast  | story       what the accounts post, and what is wrong with it
    story         | world               everything that happens, shown by a clock
    world         | x_server graph_server feed_server    as each platform answers
    server faults                       HTTP on 127.0.0.1, scripted trouble, the record
    smtp_server                         keeps the mails
    run                                 all of it together, with a configuration
"""
