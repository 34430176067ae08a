"""cxsurvey: ask one good question, keep every response, tell the truth about the score."""

__version__ = "0.1.0"
