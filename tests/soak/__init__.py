"""A month in minutes: the daemon lives through days of posts and faults by a virtual clock."""
