"""What a worker of a test run tells the process that counts: how each test ended, and nothing of its way there.

That a test begins, that its fixtures stood and fell and that it is over would be four more messages of six for each of
thousands, for nobody who reads them.
"""

import pytest
from _pytest.runner import runtestprotocol  # pytest has no public name for it


def is_worker(config: pytest.Config) -> bool:
    """Whether this process runs tests for another one."""
    return hasattr(config, "workerinput")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Runs a test as pytest does; in a worker, of its setup and teardown only what did not pass is told."""
    if not is_worker(item.config):
        return None
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True
