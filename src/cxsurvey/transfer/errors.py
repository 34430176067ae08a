"""Refusals of files."""

from __future__ import annotations

from cxsurvey.core.errors import Kind, Refusal


class FileUnreadable(Refusal):
    """The file is not there, not UTF-8, or not the CSV it should be; the message says where."""

    code = "file_unreadable"
    kind = Kind.INVALID


class MappingWrong(Refusal):
    """A mapping names a field or a column that does not exist."""

    code = "mapping_wrong"
    kind = Kind.INVALID


class NothingAsked(Refusal):
    """The survey was never published, so there is no question that the answers could belong to."""

    code = "survey_never_published"
    message = "This survey is a draft. Publish it first, so that it is clear what was asked."
