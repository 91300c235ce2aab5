"""How the tables are trained: for development only, nothing at run time imports it.

``python -m monitor.checks.training --sets FOLDER`` writes ``tables/posts.toml`` and
``tables/posts.gz``; the same texts give the same bytes. `monitor/checks/tables/README.md` says
what it was trained on and how it fares.
"""
