"""How the test run itself logs, until a test sets logging up as a process of the service does."""

import structlog


def log_plainly() -> None:
    """Logs to standard output with tracebacks as Python writes them.

    What structlog does unasked prints the local variables of every frame: seconds for one error of a page.
    """
    structlog.reset_defaults()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.set_exc_info,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )
