"""The daemon: as the installed command under a service manager, and in hand on a stepped clock."""
