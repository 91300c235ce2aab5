"""What is remembered: tables, repository, migrations, ledger, evidence files."""
