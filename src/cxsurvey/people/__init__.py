"""Customers a workspace knows by personal link, REST or import, and the segments that answers are grouped by."""
