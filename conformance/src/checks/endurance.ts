/** What a reader is given when the hub is killed, its log is trimmed, or nothing happens for a long time. */
import type { EventItem } from "../door.ts"
import { eventually } from "../patience.ts"
import type { Check, Suite } from "../suite.ts"
import { demand } from "../failed.ts"
import type { Tape } from "../tape.ts"
import { demandMessages, demandStored, hasBegun, hasEnded, isDone, readOn } from "./following.ts"
import { beginTurn } from "./turns.ts"

const mayNotBeKilled = ({ hub }: Suite): string | undefined =>
  hub.restart === undefined ? "the server may not be killed" : undefined

/**
 * Kills the hub in a turn, with a message waiting that is sent again afterwards: its sender does not know whether it was taken. Gives
 * what waits until it was answered, and demands that it was handed over once.
 */
async function killWithQueue(suite: Suite, session: string): Promise<() => Promise<void>> {
  const [text, key] = ["[[say after the kill]]", crypto.randomUUID()]
  const sent = (): Promise<boolean> =>
    suite.send(session, text, key).then(
      () => true,
      () => false,
    )
  // A door may answer only once the message has its turn.
  const first = sent()
  const isAdded = ({ name }: EventItem): boolean => name === "queue/added"
  await eventually("the second message waits", async () => (await suite.calls.log(session)).filter(isAdded).length === 2)
  await suite.hub.restart?.()
  await first
  const second = eventually("the second message is accepted again", sent)
  return async () => {
    await second
    await suite.calls.idle(session)
    const log = await suite.calls.log(session)
    const said = log.flatMap(({ name, data }) => {
      const { message } = (name === "message/added" ? data : {}) as { message?: { role: string; parts: ReadonlyArray<object> } }
      return message?.role === "user" ? [JSON.stringify(message.parts)] : []
    })
    const times = said.filter((parts) => parts.includes("after the kill")).length
    demand(said.length === 2 && times === 1, `a message that waited when the hub was killed was handed over ${times} times`)
  }
}

const kill: Check = {
  id: "kill",
  title: "a reader of a turn in which the hub is killed misses nothing, and what waited is handed over once",
  proves: ["check:O2", "trap:9"],
  alone: "kills",
  shows: "events",
  lacks: mayNotBeKilled,
  run: async (suite) => {
    const session = await suite.calls.agent()
    const tape = await suite.attach(session, { after: 0 })
    await suite.send(session, "[[slow 60 40]]")
    await tape.until("some words of the turn", hasBegun)
    tape.mayBreak()
    const settled = await killWithQueue(suite, session)
    await readOn(suite, tape, session, hasEnded)
    await settled()
    const { lastSeq } = await suite.calls.record(session)
    await readOn(suite, tape, session, ({ last = 0 }) => last >= lastSeq)
    await demandMessages(suite, tape, session)
  },
}

const turnKill: Check = {
  id: "turn-kill",
  title: "a reader of a turn in which the hub is killed ends with the stored message, and what waited is handed over once",
  proves: ["check:O2", "trap:9"],
  alone: "kills",
  shows: "messages",
  lacks: mayNotBeKilled,
  run: async (suite) => {
    const { session, tape } = await beginTurn(suite, "[[slow 60 40]]")
    const [id = ""] = tape.messages.keys()
    tape.cut()
    const settled = await killWithQueue(suite, session)
    await readOn(suite, tape, session, ({ done }) => done.has(id))
    await settled()
    await demandStored(suite, tape, session)
  },
}

const trim: Check = {
  id: "trim",
  title: "a reader whose cursor has left the log is given a snapshot that says so, and what follows it",
  shows: "events",
  lacks: ({ hub }) => (hub.trimsAt === undefined ? "the server's `logMaxBytes` is not known to be small" : undefined),
  run: async (suite) => {
    const { calls, hub } = suite
    const most = hub.trimsAt ?? 0
    const after = 3
    // Nothing follows the flood: a log that is over its limit is trimmed nevertheless.
    const session = await calls.shell(`yes 0123456789012345678901234567890123456789 | head -c ${3 * most}; sleep 600`)
    await eventually("the beginning has left the log", async () => (await calls.record(session)).firstSeq > after + 1, 120_000)
    const tape = await suite.attach(session, { after })
    await tape.until("a snapshot and word that it is up to date", ({ synced }) => synced === 1)
    demand(tape.snapshots[0]?.reason === "trimmed", `the snapshot says ${tape.snapshots[0]?.reason}, not trimmed`)
    const { seq } = await calls.ok<{ readonly seq: number }>("POST", `/api/sessions/${session}/marks`, { text: "after" })
    await tape.until("what happens after", ({ last = 0 }) => last >= seq)
    // A reader that asks may find that this has left the log as well.
    const isGiven = tape.events.some(({ name }) => name === "session/marked") || (tape.snapshots.at(-1)?.seq ?? 0) >= seq
    demand(isGiven, "what happened after is missing")
  },
}

/** How many times the server's own limit of silence a reader of nothing stays. */
const QUIET = 2.5

/** Readers that are tried: a connection is also lost when a busy machine stands still, but not again and again. */
const TRIES = 3

/** Reads a turn that says nothing for long, on one connection; gives how that was lost, if it was. */
async function readQuietly(suite: Suite): Promise<string | undefined> {
  const { calls } = suite
  const session = await calls.agent()
  const silence = Math.round((suite.hub.silence ?? 0) * QUIET)
  await suite.send(session, `[[say before]] [[wait ${silence}]] [[say after]]`)
  const tape = await suite.attach(session, suite.beginning)
  const isOver = (read: Tape): boolean => hasEnded(read) || isDone(read) || read.isOver
  await tape.until("the end of a turn that says nothing for long", isOver, silence + 30_000)
  if (tape.isOver && !isDone(tape)) return `${tape.ended?.tag ?? "no word"}: ${tape.ended?.message ?? ""}`
  await calls.idle(session)
  if (suite.door.shows === "events") await demandMessages(suite, tape, session)
  else await demandStored(suite, tape, session)
  return undefined
}

const quiet: Check = {
  id: "quiet",
  title: "a reader of a session in which nothing happens keeps its connection, and is given what happens then",
  proves: ["trap:11"],
  lacks: ({ hub }) => (hub.silence === undefined ? "the server's `socketSilence` is not known to be short" : undefined),
  run: async (suite) => {
    let lost: string | undefined
    for (let tried = 0; tried < TRIES; tried++) {
      lost = await readQuietly(suite)
      if (lost === undefined) return
    }
    demand(false, `${TRIES} readers lost their connection while nothing happened; the last one with ${lost}`)
  },
}

/** Checks of what lasts. */
export const ENDURANCE: ReadonlyArray<Check> = [trim, quiet, kill, turnKill]
