"""What `doctor` examines of a house in use: machine, names, record, daemon, readings, mails."""
