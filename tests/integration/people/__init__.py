"""Who is there, with a database and a terminal."""
