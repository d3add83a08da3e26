"""Here tests run in the event loop services run in: what a broken connection looks like is the loop's to say."""

import uvloop


def pytest_asyncio_loop_factories(config, item):
    return {"uvloop": uvloop.new_event_loop}
