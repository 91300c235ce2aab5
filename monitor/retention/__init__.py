"""How long things are kept: the schedule, what goes by it, and what somebody asks about them."""
