#!/usr/bin/env python3
"""What the client can do: `list`, `attach SESSION` for a terminal, `ask SESSION TEXT OPTION` for an agent."""
import asyncio
import secrets
import sys

try:
    from holdfast import Attachment, Refused, call
except ModuleNotFoundError as missing:
    if missing.name != "websockets":
        raise
    sys.exit("The package websockets is missing: `pip install websockets` in a virtual environment, or `apt install python3-websockets`.")


def show(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


class Terminal(Attachment):
    def snapshot(self, head, data):
        show(data)

    def refused(self, refused):
        print(refused, file=sys.stderr, flush=True)

    def event(self, event):
        if event["channel"] != "terminal":
            return
        if event["type"] == "output":
            show(event["data"])
        self.over = event["type"] in ("exit", "lost")


async def attach(session):
    terminal, lines = Terminal(session, "interactive", 0), asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)

    async def typing():
        async for line in lines:
            await terminal.type(line.replace(b"\n", b"\r"))

    typist = asyncio.ensure_future(typing())
    await terminal.run()
    typist.cancel()


class Asked(Attachment):
    """Follows the turn of one message and answers what the agent asks."""

    def __init__(self, session, sent, option):
        super().__init__(session, "viewer", sent["seq"] - 1)
        self.message, self.option, self.turn = sent["messageId"], option, None

    def event(self, event):
        kind, data = event["channel"] + "/" + event["type"], event["data"]
        if kind == "queue/sent" and data["messageId"] == self.message:
            self.turn = data["turn"]
        elif kind == "permission/asked":
            self.answer(data["request"])
        elif kind == "message/added" and data["message"]["role"] == "assistant" and data["message"].get("turn") == self.turn:
            print("".join(part["text"] for part in data["message"]["parts"] if part["type"] == "text"), flush=True)
        elif kind == "turn/ended" and data["turn"] == self.turn:
            self.over = True

    def answer(self, request):
        print(f"{request['tool']}: {request['subject']}? {self.option}", file=sys.stderr, flush=True)
        try:
            call("POST", f"/api/sessions/{self.session}/permissions/{request['id']}", {"optionId": self.option})
        except Refused as refused:
            if refused.tag != "PermissionSettled":  # Another client, or this one before a cut, was first.
                raise


def main(command="list", *arguments):
    if (command, len(arguments)) not in {("list", 0), ("attach", 1), ("ask", 3)}:
        sys.exit(f"usage: demo.py COMMAND\n{__doc__}")
    if command == "list":
        for session in call("GET", "/api/sessions")["sessions"]:
            print(session["id"], session["kind"], session["process"], session["label"])
    elif command == "attach":
        asyncio.run(attach(*arguments))
    else:
        session, text, option = arguments
        sent = call("POST", f"/api/sessions/{session}/messages", {"text": text}, key=secrets.token_urlsafe(12))
        asyncio.run(Asked(session, sent, option).run())


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Refused as refused:
        sys.exit(str(refused))
