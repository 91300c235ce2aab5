"""The committee's paper: facts of a period, as HTML, CSV, JSON and text from one set of tables."""
