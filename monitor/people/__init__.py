"""Who is there: working days, absences, who stands in, and who is told of what."""
