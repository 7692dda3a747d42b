/** What is refused: with a type, in the door's own form, and with nothing changed. */
import { DoorRefused, type AttachWith } from "../door.ts"
import type { Check, Suite } from "../suite.ts"
import { demand } from "../failed.ts"

/** Well-formed, and of no session. */
const NO_SESSION = "00000000-0000-7000-8000-000000000000"

/** How an attach ended: the tag of its refusal, `snapshot REASON`, or what came instead. */
async function outcomeOf(suite: Suite, request: AttachWith): Promise<string> {
  try {
    const reader = await suite.door.attach(request)
    const item = await reader.next()
    await reader.close()
    if (item === undefined) return "silence"
    if (item.kind === "ended") return item.tag
    return item.kind === "snapshot" ? `snapshot ${item.reason}` : item.kind
  } catch (error) {
    if (error instanceof DoorRefused) return error.tag
    throw error
  }
}

const cursors: Check = {
  id: "cursors",
  title: "a cursor that is none is CursorInvalid; one beyond the head, or of another log, is reset or CursorAhead, never silence",
  proves: ["check:O8"],
  shows: "events",
  run: async (suite) => {
    const session = await suite.calls.agent()
    const request = { session, token: suite.hub.token }
    // A number that a double does not hold exactly may be refused before anyone takes it for a cursor.
    for (const [after, ...tags] of [
      [-1, "CursorInvalid"],
      [1.5, "CursorInvalid"],
      [2 ** 53, "CursorInvalid", "BadRequest"],
    ] as const) {
      const outcome = await outcomeOf(suite, { ...request, after })
      demand(
        tags.some((tag) => tag === outcome),
        `the cursor ${after} came to ${outcome}`,
      )
    }
    const ahead = [{ after: 999_999 }, { after: 1, log: "another-log" }]
    for (const cursor of ahead) {
      const outcome = await outcomeOf(suite, { ...request, ...cursor })
      demand(["snapshot reset", "CursorAhead"].includes(outcome), `the cursor ${JSON.stringify(cursor)} came to ${outcome}`)
    }
  },
}

const sessions: Check = {
  id: "sessions",
  title: "a session that does not exist is SessionNotFound, for readers and for senders",
  run: async (suite) => {
    const { token } = suite.hub
    const cursor = suite.beginning
    const read = await outcomeOf(suite, { session: NO_SESSION, token, ...cursor })
    demand(read === "SessionNotFound", `attaching to a session that does not exist came to ${read}`)
    if (suite.door.send === undefined) return
    const sent = await sending(suite, { session: NO_SESSION, text: "hello", key: "none" })
    demand(sent === "SessionNotFound", `sending to a session that does not exist came to ${sent}`)
  },
}

/** How a message that must be refused was: the tag, or `accepted`. */
function sending(
  suite: Suite,
  message: { session: string; text: string; key: string },
  token = suite.hub.token,
): Promise<string> {
  const { send } = suite.door
  if (send === undefined) return Promise.resolve("this door sends nothing")
  return send({ ...message, token }).then(
    () => "accepted",
    (error: unknown) => {
      if (error instanceof DoorRefused) return error.tag
      throw error
    },
  )
}

const sendsNothing = ({ door }: Suite): string | undefined => (door.send === undefined ? "the door sends nothing" : undefined)

const keys: Check = {
  id: "keys",
  title:
    "a message sent again under its key, at the same moment or later, is one message with one answer; another message under it is KeyConflict",
  proves: ["check:O4"],
  lacks: sendsNothing,
  run: async (suite) => {
    const session = await suite.calls.agent()
    const message = { session, token: suite.hub.token, text: "[[say once]]", key: crypto.randomUUID() }
    const [first, beside] = await Promise.all([suite.door.send?.(message), suite.door.send?.(message)])
    const later = await suite.door.send?.(message)
    for (const second of [beside, later])
      demand(JSON.stringify(first) === JSON.stringify(second), `the second answer is another: ${JSON.stringify(second)}`)
    const other = await sending(suite, { ...message, text: "[[say twice]]" })
    demand(other === "KeyConflict", `another message under the same key came to ${other}`)
    await suite.calls.idle(session)
    const added = (await suite.calls.log(session)).filter(({ name }) => name === "queue/added")
    demand(added.length === 1, `${added.length} messages were added`)
  },
}

const nothing: Check = {
  id: "bad-input",
  title: "a message that is refused has a type, and changes nothing",
  lacks: sendsNothing,
  run: async (suite) => {
    const session = await suite.calls.agent()
    const before = JSON.stringify(await suite.calls.log(session))
    for (const [text, key] of [
      ["", "empty"],
      ["hello", ""],
      ["hello", "x".repeat(300)],
      ["hello", "kéy"],
    ] as const) {
      const outcome = await sending(suite, { session, text, key })
      const what = `the message ${JSON.stringify(text)} under the key ${JSON.stringify(key.slice(0, 10))}`
      demand(["BadRequest", "Unprocessable", "TooLarge"].includes(outcome), `${what} came to ${outcome}`)
    }
    demand(JSON.stringify(await suite.calls.log(session)) === before, "a message that was refused is in the log")
  },
}

const scope: Check = {
  id: "scope",
  title: "a token that may only read can read; what it sends is SessionPermissionError, and changes nothing",
  run: async (suite) => {
    const session = await suite.calls.agent()
    await suite.calls.say(session, "[[slow 20 10]]")
    const { secret, revoke } = await suite.calls.token("read")
    const tape = await suite.attach(session, suite.beginning, secret)
    await tape.until("something to read", ({ events, messages }) => events.length > 0 || messages.size > 0)
    await suite.calls.idle(session)
    if (suite.door.send !== undefined) {
      const outcome = await sending(suite, { session, text: "[[say no]]", key: "read-only" }, secret)
      demand(outcome === "SessionPermissionError", `a message sent with a token that may only read came to ${outcome}`)
      const added = (await suite.calls.log(session)).filter(({ name }) => name === "queue/added")
      demand(added.length === 1, "a message that was refused is in the log")
    }
    await revoke()
  },
}

/** Checks of what is refused. */
export const REFUSALS: ReadonlyArray<Check> = [cursors, sessions, keys, nothing, scope]
