"""Logging of the whole process: structlog and uvicorn through one chain, as JSON or for the eye.

No line holds an e-mail address, a secret token or what a customer wrote: the last processor before rendering
takes them out, whoever logged them.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TextIO

from cxsurvey.core.clock import Clock
from cxsurvey.core.lean import without
from cxsurvey.settings import Settings

with without("rich"):  # meant for tracebacks that show the values of variables
    import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

LEFT_OUT = "[left out]"
PRIVATE_FIELDS = frozenset(
    {"answers", "args", "attributes", "body", "claims", "comment", "email", "follow_ups", "password", "token"}
)

_ADDRESS = re.compile(r"[^\s@<>\"'(),:;=\[\]]+@[^\s@<>\"'(),:;=\[\]]+")
# a secret, alone or behind the nine letters that say where it is looked up
_TOKEN = re.compile(r"(?<![0-9A-Za-z])([0-9A-Za-z]{4})(?:[0-9A-Za-z]{23}|[0-9A-Za-z]{32})(?![0-9A-Za-z])")
# databases repeat values in their messages: those of the statement, of the row, of the line that COPY was reading; a
# value has any number of lines, so what is left out goes on to the next part that SQLAlchemy or Python has written
_END = r"(?=\n\[SQL: |\n\(Background|\n(?:The above exception|During handling)[^\n]*\n\nTraceback|\Z)"
_VALUES = re.compile(
    r"\[parameters: .*?\]\s*(?=\(Background|$)"
    rf"|(?:\b(?:DETAIL|CONTEXT): |\binvalid input [^:\n]*: \").*?{_END}",
    re.DOTALL | re.MULTILINE,
)


def redact(text: str) -> str:
    """`text` without e-mail addresses, database values and secret tokens (four characters of these stay)."""
    text = _VALUES.sub(LEFT_OUT, text)
    text = _ADDRESS.sub("[address]", text)
    return _TOKEN.sub(r"\1…", text)


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {key: LEFT_OUT if key in PRIVATE_FIELDS else _redacted(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_redacted(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float)) else redact(str(value))


def drop_private(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Processor: the event without what identifies a person or opens a door."""
    return {
        key: value if key.startswith("_") else LEFT_OUT if key in PRIVATE_FIELDS else _redacted(value)
        for key, value in event.items()
    }


class AccessLog:
    """One line per request, written past the processors: it is on the path of every answer."""

    def __init__(self) -> None:
        self.stream: TextIO | None = None
        self.as_json = True
        self.clock: Clock | None = None

    def write(self, fields: Mapping[str, Any]) -> None:
        if self.stream is None or self.clock is None:
            return
        stamp = self.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if self.as_json:
            line = json.dumps({"event": "request", "level": "info", "timestamp": stamp, **fields}, ensure_ascii=False)
        else:
            line = f"{stamp} {fields['status']} {fields['method']} {fields['path']} {fields['milliseconds']} ms"
        self.stream.write(line + "\n")


_access = AccessLog()


def tells_access() -> bool:
    """Whether answered requests are logged at all."""
    return _access.stream is not None


def access(
    *,
    method: str,
    path: str,
    status: int,
    seconds: float,
    audience: str,
    request_id: str = "",
    peer: str = "",
) -> None:
    """Logs one answered request. `path` is without query; tokens in it are cut to their first characters.

    `peer` is left out where it is empty: customers are not tracked. Whoever sends the request chooses method and path,
    so nothing in them may begin a line or steer a terminal.
    """
    if _access.stream is None:
        return
    _access.write(
        {
            "method": _printable(method),
            "path": _printable(_TOKEN.sub(r"\1…", path)),
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
            "audience": audience,
            "request_id": request_id,
            **({"peer": peer} if peer else {}),
        }
    )


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def configure(settings: Settings, clock: Clock, stream: TextIO | None = None) -> None:
    """Sets up logging for this process; `auto` means colours on a terminal and JSON elsewhere."""
    stream = stream or sys.stderr
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not stream.isatty())
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        _stamp(clock),
        structlog.processors.format_exc_info,
        drop_private,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=stream.isatty(),
            # the pretty one prints local variables, and with them tokens and what customers wrote
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    _route(handler, level)
    _access.stream = stream if level <= logging.INFO else None
    _access.as_json = as_json
    _access.clock = clock


def _route(handler: logging.Handler, level: int) -> None:
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
        # what it says of its start and end, `serve` says in its own words
        logger.setLevel(max(level, logging.WARNING))
    # our own access log replaces it: it would print whole tokens
    silent = logging.getLogger("uvicorn.access")
    silent.handlers = []
    silent.propagate = False
    silent.disabled = True
    logging.getLogger("alembic").setLevel(max(level, logging.WARNING))


def _stamp(clock: Clock) -> Processor:
    def add(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["timestamp"] = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return event

    return add
