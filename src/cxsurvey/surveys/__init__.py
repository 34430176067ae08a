"""What is asked: surveys, their drafts, immutable versions, and the trend lines scores belong to."""
