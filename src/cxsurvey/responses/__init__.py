"""Answers: stored once, changed by revision, counted by day, never lost and never counted twice."""
