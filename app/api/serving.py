"""What the server around the desk has no option for, and who must not be let in by another's options."""

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, cast

from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.access import exposure
from app.api.patience import ImpatientProtocol
from app.settings import Network
from sac.errors import DeskError

__all__ = ["lifespan"]

SHUTDOWN_SECONDS = 3  # for answers under way, once the server is asked to stop

Lifespan = Callable[[Any], AbstractAsyncContextManager[None]]


def lifespan(pages: Lifespan, network: Network) -> Lifespan:
    """What happens before the server listens, around what the pages do then.

    Only here the server is known however it was started, and with it the address that it will bind to.
    """

    @asynccontextmanager
    async def around(app: FastAPI) -> AsyncIterator[None]:
        try:
            exposure.check_exposure()
        except (
            DeskError
        ) as refusal:  # raised from here, it would be a traceback, and some servers would go on
            print(f"error: {refusal}", file=sys.stderr, flush=True)
            os._exit(1)
        if server := exposure.running_server():
            config = server.config
            config.timeout_graceful_shutdown = SHUTDOWN_SECONDS  # else one client that waits keeps the server
            config.http_protocol_class = ImpatientProtocol
            # uvicorn alone believes every program on this machine whom it asks for
            config.loaded_app = ProxyHeadersMiddleware(cast(Any, app), list(network.proxies))
        async with pages(app):
            yield

    return around
