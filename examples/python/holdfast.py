"""A Holdfast client, written from docs/PROTOCOL.md; numbers in parentheses are its sections."""
import asyncio
import json
import os
import random
import secrets
import struct
import time
import urllib.error
import urllib.request

import websockets

URL = os.environ.get("HOLDFAST_URL", "http://127.0.0.1:4653")
AUTHORIZATION = {"Authorization": "Bearer " + os.environ.get("HOLDFAST_TOKEN", "")}
# The argument has another name since websockets 14.
HEADERS = "additional_headers" if int(websockets.version.version.split(".")[0]) >= 14 else "extra_headers"
EVENTS, SNAPSHOT, INPUT_RESULT, DETACHED, HEARTBEAT, FEED = 1, 2, 4, 5, 6, 8
INPUT, ACK, PING = 16, 17, 19
TRANSIENT = {"Busy", "Unavailable", "InternalError"}


class Refused(Exception):
    """The hub refused: `tag` to branch on, the text to show."""

    def __init__(self, error):
        self.tag = error.get("tag") or error.get("_tag")
        super().__init__(f"{self.tag}: {error['message']}")


def waits():
    """Seconds to wait before each attempt (7)."""
    wait = 0.1
    while True:
        yield wait * random.uniform(0.5, 1)
        wait = min(10, wait * 2)


def call(method, path, body=None, key=None):
    """Calls the HTTP API, again while the hub is away or busy; what creates or appends needs a key (5)."""
    headers = {**AUTHORIZATION, "Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
    data = None if body is None else json.dumps(body).encode()
    for wait in waits():
        try:
            request = urllib.request.Request(URL + path, data, headers, method=method)
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as answer:
            if answer.headers.get_content_type() == "application/json":
                error = json.load(answer)["error"]
                if error["tag"] not in TRANSIENT:
                    raise Refused(error) from None
            wait = max(wait, float(answer.headers.get("Retry-After", 0)))
        except OSError:
            pass
        time.sleep(wait)


def records(data):
    """The records of an EVENTS frame, as from, seq and event; terminal output has its bytes as `data` (8)."""
    at = 0
    while at < len(data):
        length, kind, seq, span = struct.unpack_from(">IBdI", data, at)
        end = at + 4 + length
        output = {"channel": "terminal", "type": "output", "data": data[at + 25 : end]}
        yield int(seq) - span, int(seq), output if kind == 2 else json.loads(data[at + 17 : end])
        at = end


class Attachment:
    """Follows one session over any number of connections; a subclass says what `attached`, `snapshot` and `event` do."""

    def __init__(self, session, mode, cursor=None):
        self.session, self.mode, self.cursor, self.log = session, mode, cursor, None
        self.client, self.connection = secrets.token_urlsafe(12), secrets.token_urlsafe(24)
        self.handle, self.number, self.unsettled, self.over = None, 0, {}, False

    def attached(self, record):
        pass

    def snapshot(self, head, data):
        pass

    def event(self, event):
        pass

    async def run(self):
        """Follows until `over` is set; raises `Refused` when there is no use in trying again."""
        attempts = waits()
        while not self.over:
            try:
                await self.connect()
            except (OSError, asyncio.TimeoutError, websockets.ConnectionClosed):
                pass
            except websockets.InvalidHandshake as answer:
                if getattr(answer, "status_code", 0) in (401, 403):
                    raise Refused({"tag": "Unauthorized", "message": str(answer)}) from None
            except Refused as refused:
                if refused.tag not in TRANSIENT:
                    raise
            if self.handle is not None:
                attempts = waits()
            self.handle = None
            if not self.over:
                await asyncio.sleep(next(attempts))

    async def connect(self):
        address = URL.replace("http", "ws", 1) + "/api/socket"
        options = {HEADERS: AUTHORIZATION, "subprotocols": ["holdfast.1"], "compression": None, "ping_interval": None}
        async with websockets.connect(address, max_size=None, close_timeout=1, **options) as self.socket:
            self.silence, self.commands = 10, 0
            hello = {"protocol": 1, "client": self.client, "connection": self.connection, "name": "python"}
            self.silence = (await self.command("Hello", hello))["silence"] / 1000
            await self.attach()
            pinging = asyncio.ensure_future(self.ping())
            try:
                while not self.over:
                    message = await asyncio.wait_for(self.socket.recv(), self.silence)
                    if isinstance(message, bytes):
                        await self.frame(message)
            finally:
                pinging.cancel()

    async def ping(self):
        while True:
            await asyncio.sleep(self.silence / 3)
            await self.socket.send(struct.pack(">Bd", PING, int(time.time() * 1000)))

    async def command(self, tag, payload):
        """Sends a command and returns its answer. Frames that come first belong to a former attachment (10)."""
        self.commands += 1
        await self.socket.send(json.dumps({"_tag": "Request", "id": self.commands, "tag": tag, "payload": payload}))
        while True:
            message = await asyncio.wait_for(self.socket.recv(), self.silence)
            answers = [] if isinstance(message, bytes) else json.loads(message)
            for answer in answers if isinstance(answers, list) else [answers]:
                if answer["_tag"] == "Exit" and answer["requestId"] == self.commands:
                    if answer["exit"]["_tag"] == "Failure":
                        raise Refused(answer["exit"]["cause"][0]["error"])
                    return answer["exit"]["value"]

    async def attach(self):
        cursor = {"after": self.cursor, "log": self.log} if self.log else {"after": self.cursor}
        payload = {"session": self.session, "mode": self.mode, **({} if self.cursor is None else cursor)}
        answer = await self.command("Attach", payload)
        self.handle, self.log = answer["handle"], answer["log"]
        self.settle(answer["inputs"])
        for number in self.unsettled:
            await self.send_input(number)
        self.attached(answer["session"])

    async def frame(self, frame):
        kind, handle = struct.unpack_from(">BI", frame)
        if kind in (HEARTBEAT, FEED) or handle != self.handle:
            return
        if kind == EVENTS:
            for first, seq, event in records(frame[5:]):
                if self.cursor is not None and first > self.cursor + 1:
                    return await self.attach()
                if self.cursor is None or seq > self.cursor:
                    self.cursor = seq
                    self.event(event)
            await self.socket.send(struct.pack(">BId", ACK, handle, self.cursor))
        elif kind == SNAPSHOT:
            seq, length = struct.unpack_from(">dI", frame, 5)
            self.cursor = int(seq)
            self.snapshot(json.loads(frame[17 : 17 + length]), frame[17 + length :])
            await self.socket.send(struct.pack(">BId", ACK, handle, self.cursor))
        elif kind == INPUT_RESULT:
            self.settle(*struct.unpack_from(">d", frame, 5))
        elif kind == DETACHED:
            detached = json.loads(frame[5:])
            if "by" in detached:
                raise Refused({"tag": "Detached", "message": detached["reason"]})
            raise OSError(detached["reason"])

    async def type(self, data):
        """Types into the terminal, now or when the connection is back; once in any case (11)."""
        self.number += 1
        self.unsettled[self.number] = data
        if self.handle is not None:
            try:
                await self.send_input(self.number)
            except websockets.ConnectionClosed:
                pass  # It is sent again after the next attach.

    async def send_input(self, number):
        await self.socket.send(struct.pack(">BId", INPUT, self.handle, number) + self.unsettled[number])

    def settle(self, number):
        self.unsettled = {each: data for each, data in self.unsettled.items() if each > number}
