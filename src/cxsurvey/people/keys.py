"""The keys of segments, shared by tables, commands and pages."""

SEGMENT_KEYS = (
    "touchpoint",
    "channel",
    "language",
    "country",
    "agent",
    "team",
    "department",
    "attribute_1",
    "attribute_2",
    "attribute_3",
    "attribute_4",
)
"""What answers can be grouped by; the last four are named by the workspace."""
