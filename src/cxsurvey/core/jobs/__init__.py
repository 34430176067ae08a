"""Durable jobs and schedules, in the same database and the same transactions as the data."""
