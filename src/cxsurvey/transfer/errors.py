"""Refusals of files."""

from __future__ import annotations

from cxsurvey.core.errors import Kind, NotFound, Refusal


class FileUnreadable(Refusal):
    """The file is not there, not text, or not the table it should be; the message says where."""

    code = "file_unreadable"
    kind = Kind.INVALID


class FileTooLarge(Refusal):
    """The file, or what it unpacks to, is more than this installation takes."""

    code = "file_too_large"
    kind = Kind.TOO_LARGE


class MappingWrong(Refusal):
    """A mapping names a field or a column that does not exist."""

    code = "mapping_wrong"
    kind = Kind.INVALID


class ScaleWrong(Refusal):
    """What a score column says is mapped to something that is no score of the survey."""

    code = "scale_wrong"
    kind = Kind.INVALID


class DatesUnclear(Refusal):
    """Nothing says whether the day or the month comes first in the dates of a file."""

    code = "dates_unclear"
    kind = Kind.INVALID


class NothingAsked(Refusal):
    """The survey was never published, so there is no question that the answers could belong to."""

    code = "survey_never_published"
    message = "This survey is a draft. Publish it first, so that it is clear what was asked."


class ImportUnknown(NotFound):
    """There is no such import in this workspace, or its file is gone."""


class RefusedRowsGone(Refusal):
    """There is no list of refused rows: none was refused, or the list is not kept any more."""

    code = "refused_rows_gone"
    kind = Kind.GONE
    message = "No row was refused, or the list of them is not kept any more."


class TooManyFiles(Refusal):
    """The files of this workspace's imports take all the room that a workspace has."""

    code = "too_many_files"
    kind = Kind.CONFLICT


class NotUndoable(Refusal):
    """There is nothing that could be taken back: of people, or where no answer was stored."""

    code = "not_undoable"
    kind = Kind.CONFLICT
    message = (
        "Only responses can be taken back. People stay as this import wrote them down: what was known of them before "
        "is not kept."
    )


class ImportStateForbids(Refusal):
    """An import in this state cannot go there."""

    code = "state_forbids"
    kind = Kind.CONFLICT
    message = "This is not possible in the present state of the import."


class ImportInTheWay(Refusal):
    """An import and the taking back of another one concern the same source, so one has to wait for the other."""

    code = "import_in_the_way"
    kind = Kind.CONFLICT
    message = "An import of the same source waits or runs. Take this one back when that has ended."
