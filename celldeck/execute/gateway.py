"""Kernels on a Jupyter Server or an Enterprise Gateway: started over HTTP, spoken to over a WebSocket.

`GatewayManager` and `GatewayClient` have what `JupyterKernel` and nbclient ask of a manager and a client.
Jupyter's own, in `jupyter_server.gateway`, know one server a process, send no token with their WebSocket, and
take a cell that says nothing for 40 seconds for lost; they bring 40 packages.

Jupyter: https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html and
https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html
"""

from __future__ import annotations

import asyncio
import json
import os
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from http.client import responses
from pathlib import Path
from queue import Empty
from typing import Any
from urllib.parse import quote, urlencode

from jupyter_client.jsonutil import json_default
from jupyter_client.kernelspec import KernelSpec
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.httputil import HTTPHeaders
from tornado.simple_httpclient import HTTPTimeoutError
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from celldeck.execute.client import Client, log
from celldeck.execute.kernels import ENVIRONMENT, OWN_PYTHON, CannotStart, NoServer
from celldeck.execute.messages import HELD_BACK, LARGEST_CELL
from celldeck.frozen import frozen
from celldeck.gateway import TOKEN

CONNECT_S = 10.0
START_S = 120.0
"""Seconds that a server may take to start a kernel: a gateway may have to find a machine for it."""
LEAVE_S = 5.0
"""Seconds that a server may take to interrupt or to end a kernel."""
TRIES = 3
"""How often a connection to a kernel is made that is lost before the kernel has said anything."""
PING_S = 20.0
"""Seconds between two questions whether the server is still there, and until one has to be answered."""

_ENDED = frozenset({"restarting", "autorestarting", "dead", "terminating"})
"""States of a kernel that has lost what it knew; a server starts a kernel that has died again by itself."""
_HELD_BACK = ("IOPub data rate exceeded", "IOPub message rate exceeded")


@frozen
class Access:
    """How a server is spoken to: as Jupyter's own variables of the environment say."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    has_token: bool = False
    tls: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, url: str) -> Access:
        """Return how the server at an address is spoken to.

        Raises:
            CannotStart: `JUPYTER_GATEWAY_HEADERS` is no JSON.
        """
        said = {
            name.removeprefix("JUPYTER_GATEWAY_"): value
            for name, value in os.environ.items()
            if name.startswith("JUPYTER_GATEWAY_") and value
        }
        try:
            headers = dict(json.loads(said.get("HEADERS", "{}")))
        except (ValueError, TypeError):
            told = "JUPYTER_GATEWAY_HEADERS is no JSON object"
            raise NoServer(told, 'such as {"X-Name": "value"}') from None
        token = said.get("AUTH_TOKEN")
        if token:
            headers["Authorization"] = f"{said.get('AUTH_SCHEME', 'token')} {token}"
        tls = {
            "validate_cert": said.get("VALIDATE_CERT", "").lower() not in ("no", "false", "0"),
            "ca_certs": said.get("CA_CERTS"),
            "client_cert": said.get("CLIENT_CERT"),
            "client_key": said.get("CLIENT_KEY"),
        }
        return cls(url, {str(name): str(value) for name, value in headers.items()}, bool(token), tls)

    def request(
        self, path: str, method: str = "GET", body: object = None, timeout_s: float = CONNECT_S
    ) -> HTTPRequest:
        """Return a request; `path` begins with a slash."""
        return HTTPRequest(
            self.url + path,
            method,
            headers=HTTPHeaders({"Content-Type": "application/json", **self.headers}),
            body=None if body is None else json.dumps(body),
            follow_redirects=False,
            connect_timeout=CONNECT_S,
            request_timeout=timeout_s,
            **self.tls,
        )


class GatewayManager:
    """Stands for the manager of a kernel's process where that runs on a server."""

    def __init__(self, url: str, name: str) -> None:
        """Take the address of a server and the name of a kernel there; nothing is asked for yet."""
        self.kernel_name = name
        self.kernel_spec: KernelSpec | None = None
        self.cause: str | None = None
        """Why the kernel is gone, in words; None: it is there."""
        self._access = Access.of(url)
        self._http: AsyncHTTPClient | None = None
        self._id: str | None = None
        self._start: asyncio.Future[HTTPResponse] | None = None

    @property
    def has_kernel(self) -> bool:
        """The server may have a kernel for us."""
        return self._id is not None or self._start is not None

    async def start_kernel(self, *, cwd: str, **_: object) -> None:
        """Ask for a kernel.

        Args:
            cwd: the folder of the deck; gateways that share our disks let their kernels work there.

        Raises:
            NoServer: there is no server, or it does not let us in.
            CannotStart: it has no such kernel, or does not start it.
        """
        self._http = AsyncHTTPClient(force_instance=True)
        specs = self._json(await self._ask("/api/kernelspecs"), "kernelspecs")
        self.kernel_spec = self._spec(specs)
        # As Jupyter does: what a gateway is to know begins with KERNEL_. Others are set where it lets us,
        # such as PYTHONHASHSEED, which counts before Python starts.
        own = {name: value for name, value in os.environ.items() if name.startswith("KERNEL_")}
        variables = {**ENVIRONMENT, "KERNEL_WORKING_DIR": cwd, **own}
        body = {"name": self.kernel_name, "env": variables}
        self._start = asyncio.ensure_future(
            self._ask("/api/kernels", "POST", body, START_S, fails="cannot be started on")
        )
        # If we are stopped meanwhile, `shutdown_kernel` still has to know what was started.
        self._id = str(self._json(await asyncio.shield(self._start), "id"))

    def first_code(self, folder: Path) -> str:
        """Return Python code that settles a kernel there as one of this machine is settled.

        Args:
            folder: of the deck; where the server has it, cells work in it.
        """
        variables = {name: value for name, value in ENVIRONMENT.items() if name != "PYTHONHASHSEED"}
        code = (
            f"import os\nos.environ.update({variables!r})\n"
            f"if os.path.isdir({str(folder)!r}):\n    os.chdir({str(folder)!r})\n"
        )
        return f"exec({code!r}, {{}})\n"

    def client(self) -> GatewayClient:
        """Return a client; it is connected by its `start_channels`."""
        return GatewayClient(self)

    async def connect(self, session: str) -> WebSocketClientConnection:
        """Return a connection to the kernel.

        Raises:
            NoServer: the server takes none.
        """
        path = f"/api/kernels/{quote(self._id or '', safe='')}/channels?{urlencode({'session_id': session})}"
        request = self._access.request(path, timeout_s=START_S)
        request.url = "ws" + request.url.removeprefix("http")
        try:
            return await websocket_connect(
                request,
                ping_interval=PING_S,
                ping_timeout=PING_S,
                max_message_size=2 * LARGEST_CELL,
            )
        except (HTTPClientError, OSError, WebSocketClosedError) as error:
            raise self._objection(error) from error

    async def is_alive(self) -> bool:
        """Say whether the kernel is there, as far as we have heard."""
        return self.cause is None

    async def interrupt_kernel(self) -> None:
        """Ask the server to interrupt what runs; if it does not answer, nothing comes of that."""
        if self._id is not None:
            with suppress(CannotStart):
                await self._ask(f"{self._path}/interrupt", "POST", {}, LEAVE_S)

    async def shutdown_kernel(self, *, now: bool = True) -> None:
        """Ask the server to end the kernel; one that does not answer is left alone."""
        if self._id is None and self._start is not None:
            with suppress(CannotStart, TimeoutError, asyncio.CancelledError):
                answer = await asyncio.wait_for(self._start, LEAVE_S)
                self._id = str(self._json(answer, "id"))
        self._start = None
        if self._id is not None:
            with suppress(CannotStart):
                await self._ask(self._path, "DELETE", timeout_s=LEAVE_S)
            self._id = None
        self.lose("it was stopped")

    def cleanup_resources(self) -> None:
        """Close the connections of requests."""
        if self._http is not None:
            self._http.close()

    def lose(self, cause: str) -> None:
        """Note why the kernel is gone; the first cause counts."""
        self.cause = self.cause or cause

    @property
    def _path(self) -> str:
        return f"/api/kernels/{quote(self._id or '', safe='')}"

    def _spec(self, specs: Any) -> KernelSpec:
        """Return the kernelspec of our kernel, of those of the server."""
        if self.kernel_name in OWN_PYTHON and self.kernel_name not in specs:
            self.kernel_name = next((name for name in sorted(OWN_PYTHON) if name in specs), self.kernel_name)
        if self.kernel_name not in specs:
            told = f"there is no kernel '{self.kernel_name}' on {self._access.url}"
            raise CannotStart(told, f"kernels there: {', '.join(sorted(specs)) or 'none'}")
        spec = specs[self.kernel_name].get("spec") or {}
        return KernelSpec(language=str(spec.get("language", "")).lower())

    def _json(self, answer: HTTPResponse, key: str) -> Any:
        try:
            return json.loads(answer.body)[key]
        except (ValueError, KeyError, TypeError):
            raise NoServer(f"{self._access.url} does not answer as a Jupyter server does") from None

    async def _ask(
        self,
        path: str,
        method: str = "GET",
        body: object = None,
        timeout_s: float = CONNECT_S,
        *,
        fails: str = "",
    ) -> HTTPResponse:
        """Return the answer of the server.

        Args:
            fails: what cannot be done with the kernel where the server itself fails, in words.

        Raises:
            CannotStart: it does not do as it is asked; see `_objection`.
        """
        assert self._http is not None
        try:
            return await self._http.fetch(self._access.request(path, method, body, timeout_s))
        except (HTTPClientError, OSError) as error:
            raise self._objection(error, fails) from error

    def _objection(self, error: Exception, fails: str = "") -> CannotStart:
        """Return what is told of a server that does not do as it is asked."""
        url = self._access.url
        if isinstance(error, HTTPTimeoutError):
            return NoServer(f"the Jupyter server {url} does not answer")
        if not isinstance(error, HTTPClientError):
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error) or "no connection"
            hint = "start it, or say `--gateway none` to run the cells on this machine"
            return NoServer(f"the Jupyter server {url} cannot be reached: {reason}", hint)
        # A gateway that has let us in may refuse a kernel all the same.
        if (error.code in (401, 403) and not fails) or 300 <= error.code < 400:
            hint = (
                f"is the token in {TOKEN} its own?" if self._access.has_token else f"set its token as {TOKEN}"
            )
            return NoServer(f"the Jupyter server {url} does not let us in: {_message(error)}", hint)
        if fails:
            return CannotStart(f"kernel '{self.kernel_name}' {fails} {url}: {_message(error)}")
        return NoServer(f"{url} does not answer as a Jupyter server does: {_status(error)}")


def _status(error: HTTPClientError) -> str:
    return f"{error.code} {responses.get(error.code, error.message)}"


def _message(error: HTTPClientError) -> str:
    """Return what the server says of its failure."""
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        assert error.response is not None
        said = json.loads(error.response.body)
        return str(said.get("message") or said["reason"]).strip().splitlines()[-1]
    return _status(error)


class _Channel:
    """One of the channels that share a WebSocket."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.socket: WebSocketClientConnection | None = None
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.early: list[str] | None = []
        """What was sent before the kernel has said anything; None: it has."""

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message; where the connection is lost, `is_alive` of the client says so."""
        text = json.dumps({**message, "channel": self.name, "buffers": []}, default=json_default)
        if self.early is not None:
            self.early.append(text)
        self.send_text(text)

    def send_text(self, text: str) -> None:
        """Send a message as it goes over the socket."""
        assert self.socket is not None
        with suppress(WebSocketClosedError):
            sent = asyncio.ensure_future(self.socket.write_message(text))
            sent.add_done_callback(lambda sent: sent.cancelled() or sent.exception())

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """Return the next message; `queue.Empty` is raised if none comes for so many seconds."""
        try:
            return await asyncio.wait_for(self.messages.get(), timeout)
        except TimeoutError:
            raise Empty from None


class GatewayClient(Client):
    """A client whose channels share one WebSocket."""

    def __init__(self, manager: GatewayManager) -> None:
        super().__init__(log=log)
        self._manager = manager
        self._channels = {name: _Channel(name) for name in ("shell", "iopub", "stdin")}
        self._socket: WebSocketClientConnection | None = None
        self._reading: asyncio.Future[None] | None = None

    @property
    def shell_channel(self) -> Any:
        """The channel of requests and replies."""
        return self._channels["shell"]

    @property
    def iopub_channel(self) -> Any:
        """The channel of what cells give."""
        return self._channels["iopub"]

    @property
    def stdin_channel(self) -> Any:
        """The channel of what cells ask, and of the answers."""
        return self._channels["stdin"]

    async def start_channels(self, **_: bool) -> None:  # type: ignore[override]
        """Connect; see `GatewayManager.connect`."""
        self._reading = asyncio.ensure_future(self._read(await self._connect()))

    async def _connect(self) -> WebSocketClientConnection:
        self._socket = await self._manager.connect(self.session.session)
        for channel in self._channels.values():
            channel.socket = self._socket
            for text in channel.early or ():
                channel.send_text(text)
        return self._socket

    def stop_channels(self) -> None:
        """Leave the kernel."""
        if self._reading is not None:
            self._reading.cancel()
        if self._socket is not None:
            self._socket.close()

    async def is_alive(self) -> bool:
        """Say whether the kernel is there; nbclient asks each second while a cell runs."""
        return await self._manager.is_alive()

    async def _read(self, socket: WebSocketClientConnection) -> None:
        for tries_left in reversed(range(TRIES)):
            while (data := await socket.read_message()) is not None:
                for channel in self._channels.values():
                    channel.early = None
                self._take(_message_of(data))
            if self.shell_channel.early is None or not tries_left:
                break
            # A busy server may drop it before the kernel is up.
            try:
                socket = await self._connect()
            except CannotStart:
                break
        self._manager.lose("the connection to the Jupyter server was lost")

    def _take(self, message: dict[str, Any]) -> None:
        kind, content = message["msg_type"], message.get("content") or {}
        if kind == "status" and content.get("execution_state") in _ENDED:
            self._manager.lose("the kernel on the Jupyter server died: its memory may be full")
        if kind == "stream" and str(content.get("text", "")).startswith(_HELD_BACK):
            # That is the server's own word: it passes on only so much in a second.
            message["msg_type"] = HELD_BACK
        channel = self._channels.get(message.get("channel", ""))
        if channel is not None:
            channel.messages.put_nowait(message)


def _message_of(data: str | bytes) -> dict[str, Any]:
    """Return a message of the default protocol; the buffers of a binary one are dropped."""
    if isinstance(data, bytes):
        count = struct.unpack_from("!I", data)[0]
        offsets = [*struct.unpack_from(f"!{count}I", data, 4), len(data)]
        data = data[offsets[0] : offsets[1]].decode("utf-8")
    message: dict[str, Any] = json.loads(data)
    message["parent_header"] = message.get("parent_header") or {}
    message.setdefault("msg_type", message["header"]["msg_type"])
    return message
