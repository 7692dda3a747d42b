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
EVENTS, SNAPSHOT, INPUT_RESULT, DETACHED = 1, 2, 4, 5
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
    """Follows one session over any number of connections; a subclass says what these three do."""

    def snapshot(self, head, data):
        pass

    def event(self, event):
        pass

    def refused(self, refused):
        """An input was not typed."""

    def __init__(self, session, mode, cursor=None):
        self.session, self.mode, self.cursor, self.log, self.over = session, mode, cursor, None, False
        self.client, self.connection = secrets.token_urlsafe(12), secrets.token_urlsafe(24)
        self.handle, self.number, self.sent, self.unsettled = None, 0, 0, {}

    async def run(self):
        """Follows until `over` is set; raises `Refused` when there is no use in trying again."""
        attempts = waits()
        while not self.over:
            try:
                await self.connect()
            except (OSError, asyncio.TimeoutError, websockets.ConnectionClosed):
                pass
            except websockets.InvalidHandshake as answer:
                if getattr(getattr(answer, "response", answer), "status_code", 0) in (401, 403):
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
        options = {HEADERS: AUTHORIZATION, "subprotocols": ["holdfast.1"], "compression": None, "ping_interval": None}
        address = URL.replace("http", "ws", 1) + "/api/socket"
        async with websockets.connect(address, max_size=2**28, close_timeout=1, **options) as self.socket:
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
        self.handle = None
        known = {"after": self.cursor, "log": self.log}
        cursor = {name: value for name, value in known.items() if value is not None}
        answer = await self.command("Attach", {"session": self.session, "mode": self.mode, **cursor})
        self.handle, self.log, self.sent = answer["handle"], answer["log"], answer["inputs"]
        self.settle(self.sent)
        await self.send_inputs()

    async def frame(self, frame):
        kind, handle = struct.unpack_from(">BI", frame)
        if kind not in (EVENTS, SNAPSHOT, INPUT_RESULT, DETACHED) or handle != self.handle:
            return
        if kind == EVENTS:
            for first, seq, event in records(frame[5:]):
                if self.cursor is not None and first > self.cursor + 1:
                    return await self.attach()
                if self.cursor is None or seq > self.cursor:
                    self.cursor = seq
                    self.event(event)
        elif kind == SNAPSHOT:
            seq, length = struct.unpack_from(">dI", frame, 5)
            self.cursor = int(seq)
            self.snapshot(json.loads(frame[17 : 17 + length]), frame[17 + length :])
        elif kind == INPUT_RESULT:
            self.settle(*struct.unpack_from(">d", frame, 5))
            return self.refused(Refused(json.loads(frame[13:]))) if frame[13:] else None
        else:
            detached = json.loads(frame[5:])
            if "by" in detached:
                raise Refused({"tag": "Detached", "message": detached["reason"]})
            raise OSError(detached["reason"])
        await self.socket.send(struct.pack(">BId", ACK, handle, self.cursor))

    async def type(self, data):
        """Types into the terminal, now or when the connection is back; once in any case (11)."""
        self.number += 1
        self.unsettled[self.number] = data
        try:
            await self.send_inputs()
        except websockets.ConnectionClosed:
            pass  # It is sent again after the next attach.

    async def send_inputs(self):
        """Sends the inputs that were not sent on this attachment, in order."""
        while self.handle is not None and self.sent < self.number:
            self.sent += 1
            if self.sent in self.unsettled:
                await self.socket.send(struct.pack(">BId", INPUT, self.handle, self.sent) + self.unsettled[self.sent])

    def settle(self, number):
        self.unsettled = {each: data for each, data in self.unsettled.items() if each > number}
