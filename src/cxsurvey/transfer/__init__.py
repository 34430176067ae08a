"""Answers in and out in bulk: CSV import and export."""
