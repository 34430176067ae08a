"""The two databases: engines, the write lane, reads, migrations, backup. Dialects are told apart only here."""
