"""A browser's half of the talk with a page, without the browser: what it asks for, and what it receives.

It speaks the messages of Streamlit's own script in the browser, so that a test can poll as fast as the server
answers, where a browser waits two seconds between two looks.
"""

import asyncio

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Origin, Subprotocol
from websockets.asyncio.client import connect

from tests.support.serving import Served

__all__ = ["Visitor"]

PATIENCE = 60.0  # seconds for an answer, on a busy machine


class Visitor:
    """A session on one page: it opens it, and then polls its live part as often as the page asks."""

    def __init__(self, desk: Served, page: str) -> None:
        self._desk, self._page = desk, page
        self._fragment = self._script = ""
        self.problems: list[str] = []
        self.progress: list[str] = []  # what stood beside each progress bar, in the order of the looks

    async def __aenter__(self) -> "Visitor":
        self._socket = await connect(
            f"ws://localhost:{self._desk.port}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            origin=Origin(self._desk.url),
            max_size=None,
            open_timeout=PATIENCE,
        )
        await self._ask(page_name=self._page)
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._socket.close()

    @property
    def live(self) -> bool:
        """Whether the page has a part that polls."""
        return bool(self._fragment)

    async def poll(self) -> None:
        """One look at the live part."""
        await self._ask(
            fragment_id=self._fragment,
            page_script_hash=self._script,
            page_name=self._page,
            is_auto_rerun=True,
        )

    async def _ask(self, **state: object) -> None:
        """Have the script run, and read what it shows until it has finished."""
        asked = BackMsg()
        for name, value in state.items():
            setattr(asked.rerun_script, name, value)
        await self._socket.send(asked.SerializeToString())
        while True:
            message = ForwardMsg.FromString(await self._message())
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self._script = message.new_session.page_script_hash
            elif kind == "auto_rerun":
                self._fragment = message.auto_rerun.fragment_id
            elif kind == "delta":
                self._look(message)
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return

    async def _message(self) -> bytes:
        return await asyncio.wait_for(self._socket.recv(decode=False), PATIENCE)

    def _look(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.problems.append(element.exception.message)
        elif kind == "alert" and element.alert.format == Alert.ERROR:
            self.problems.append(element.alert.body)
        elif kind == "progress":
            self.progress.append(element.progress.text)
