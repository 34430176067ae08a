"""The read side: scores, trends, distributions and what was left out, computed on read from exact counts."""
