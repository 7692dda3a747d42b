/** Order, density and resumption: what a reader of events is given, whatever happens to its connection, the turn or the hub. */
import type { EventItem } from "../door.ts"
import { eventually } from "../patience.ts"
import type { Check, Suite } from "../suite.ts"
import { demand } from "../failed.ts"
import type { Tape } from "../tape.ts"

const shown = ({ seq, from, name, data }: EventItem): string => JSON.stringify([from, seq, name, data])

/** Fails unless what a reader was given is what the log holds there. */
function demandSame(given: ReadonlyArray<EventItem>, log: ReadonlyArray<EventItem>, what: string): void {
  const differing = log.findIndex((event, at) => given[at] === undefined || shown(event) !== shown(given[at]))
  if (differing < 0 && given.length === log.length) return
  const at = differing < 0 ? log.length : differing
  const [got, wanted] = [given[at], log[at]].map((event) => (event === undefined ? "nothing" : shown(event).slice(0, 300)))
  demand(false, `${what}: the reader was given ${got}, the log holds ${wanted}`)
}

const hasEnded = ({ events }: Tape): boolean => events.some(({ name }) => name === "turn/ended")

/**
 * Reads on until `met`, through ends of the connection: what was on its way before a cut still comes; then a client that resumes by
 * itself continues, and any other comes to its end, and attaches again.
 */
async function readOn(suite: Suite, tape: Tape, session: string, met: (tape: Tape) => boolean): Promise<void> {
  await eventually("the reader is given the rest of the turn", async () => {
    if (met(tape)) return true
    if (tape.isOver) await suite.again(tape, session)
    await tape.take(1000)
    return met(tape)
  })
}

/** Reads on from cut to cut until the turn has ended; gives how often it cut. */
async function readThrough(suite: Suite, tape: Tape, session: string, each: number, most: number): Promise<number> {
  let cuts = 0
  while (!hasEnded(tape)) {
    const from = tape.events.length
    await readOn(suite, tape, session, (read) => hasEnded(read) || (cuts < most && read.events.length >= from + each))
    if (hasEnded(tape)) break
    tape.cut()
    cuts++
  }
  return cuts
}

/** Fails unless the messages that the reader was given are the stored ones. */
async function demandStored(suite: Suite, tape: Tape, session: string): Promise<void> {
  const stored = await suite.calls.answers(session)
  const given = tape.events.flatMap(({ name, data }) => {
    const { message } = (name === "message/added" ? data : {}) as { message?: { role: string; id: string; parts: unknown } }
    return message?.role === "assistant" ? [message] : []
  })
  demand(
    JSON.stringify(given.map(({ id, parts }) => [id, parts])) === JSON.stringify(stored.map(({ id, parts }) => [id, parts])),
    `the reader was given ${given.length} messages of the agent that are not the ${stored.length} stored ones`,
  )
}

const order: Check = {
  id: "order",
  title: "each event comes once, in order, without gaps: what was there, then word that it is up to date, then what happens",
  shows: "events",
  run: async (suite) => {
    const { calls } = suite
    const session = await calls.agent()
    for (let i = 0; i < 5; i++) await calls.ok("POST", `/api/sessions/${session}/marks`, { text: `before ${i}` })
    const readers = [await suite.attach(session, { after: 0 }), await suite.attach(session, { after: 0 })]
    for (const tape of readers) await tape.until("word that it is up to date", ({ synced }) => synced === 1)
    await suite.send(session, "[[think a]] [[say some words]] [[tokens 60]]")
    const marks = Array.from({ length: 20 }, (_, i) =>
      calls.ok("POST", `/api/sessions/${session}/marks`, { text: `during ${i}` }),
    )
    await Promise.all(marks)
    const isAll = ({ events }: Tape): boolean =>
      events.some(({ name }) => name === "turn/ended") && events.filter(({ name }) => name === "session/marked").length === 25
    for (const tape of readers) await tape.until("the end of the turn and every mark", isAll)
    const lasting = ({ name }: EventItem): boolean => !name.startsWith("agent/")
    const log = (await calls.folded(session)).filter(lasting)
    for (const { events, last } of readers) {
      const upTo = (list: ReadonlyArray<EventItem>): ReadonlyArray<EventItem> => list.filter(({ seq }) => seq <= (last ?? 0))
      demandSame(events.filter(lasting), upTo(log), "events from the beginning on")
    }
  },
}

const everyCursor: Check = {
  id: "every-cursor",
  title: "from every cursor a reader is given exactly what follows it",
  shows: "events",
  run: async (suite) => {
    const session = await suite.calls.agent()
    await suite.calls.say(session, "[[say one]] [[tokens 12]]")
    await suite.calls.idle(session)
    const log = await suite.calls.folded(session)
    const head = log.at(-1)?.seq ?? 0
    for (let after = 0; after <= head; after++) {
      const tape = await suite.attach(session, { after })
      await tape.until(`word that it is up to date, from cursor ${after}`, ({ synced }) => synced === 1)
      demandSame(
        tape.events,
        log.filter(({ seq }) => seq > after),
        `from cursor ${after}`,
      )
      await tape.close()
    }
    suite.figures["cursors"] = head + 1
  },
}

const cut: Check = {
  id: "cut",
  title: "a reader that is cut off in a turn, again and again, misses nothing and is given nothing twice",
  shows: "events",
  run: async (suite) => {
    const session = await suite.calls.agent()
    const tape = await suite.attach(session, { after: 0 })
    await tape.until("word that it is up to date", ({ synced }) => synced === 1)
    await suite.send(session, "[[slow 100 8]]")
    const cuts = await readThrough(suite, tape, session, 12, 8)
    demand(cuts > 0, "the turn was over before a reader could be cut off")
    await demandStored(suite, tape, session)
    suite.figures["cuts"] = cuts
  },
}

const fold: Check = {
  id: "fold",
  title: "a reader that left in a turn and comes back once it has folded is given what stands for it, and its message",
  shows: "events",
  run: async (suite) => {
    const session = await suite.calls.agent()
    const tape = await suite.attach(session, { after: 0 })
    await suite.send(session, "[[slow 40 5]]")
    const chunks = (): number => tape.events.filter(({ name }) => name === "agent/text-delta").length
    await tape.until("some words of the turn", () => chunks() >= 8)
    tape.cut()
    await tape.close()
    await suite.calls.folded(session)
    await suite.again(tape, session)
    await tape.until("word that it is up to date", ({ synced }) => synced === 1)
    const names = tape.events.map(({ name }) => name)
    demand(names.includes("turn/ended"), "the end of the turn is missing")
    await demandStored(suite, tape, session)
  },
}

const trim: Check = {
  id: "trim",
  title: "a reader whose cursor has left the log is given a snapshot that says so, and what follows it",
  shows: "events",
  lacks: ({ hub }) => (hub.trimsAt === undefined ? "the server's `logMaxBytes` is not known to be small" : undefined),
  run: async (suite) => {
    const most = suite.hub.trimsAt ?? 0
    const flood = `yes 0123456789012345678901234567890123456789 | head -c ${most}; sleep 0.05;`
    const session = await suite.calls.shell(`${flood.repeat(5)} while :; do echo tick; sleep 0.05; done`)
    await eventually("the beginning has left the log", async () => (await suite.calls.record(session)).firstSeq > 10, 120_000)
    const isOver = async (): Promise<boolean> =>
      JSON.stringify(await suite.calls.ok("GET", `/api/sessions/${session}/screen`)).includes("tick")
    await eventually("the flood is over", isOver, 120_000)
    const tape = await suite.attach(session, { after: 3 })
    await tape.until("a snapshot and word that it is up to date", ({ synced }) => synced === 1)
    demand(tape.snapshots[0]?.reason === "trimmed", `the snapshot says ${tape.snapshots[0]?.reason}, not trimmed`)
    await suite.calls.ok("POST", `/api/sessions/${session}/marks`, { text: "after" })
    await tape.until("what happens after", ({ events }) => events.some(({ name }) => name === "session/marked"))
  },
}

const kill: Check = {
  id: "kill",
  title: "a reader of a turn during which the hub is killed misses nothing and is given nothing twice",
  shows: "events",
  lacks: ({ hub }) => (hub.restart === undefined ? "the server may not be killed" : undefined),
  run: async (suite) => {
    const session = await suite.calls.agent()
    const tape = await suite.attach(session, { after: 0 })
    await suite.send(session, "[[slow 60 20]]")
    await tape.until("some words of the turn", ({ events }) => events.some(({ name }) => name === "agent/text-delta"))
    tape.mayBreak()
    await suite.hub.restart?.()
    await readOn(suite, tape, session, hasEnded)
    await demandStored(suite, tape, session)
  },
}

/** Checks of what a reader of events is given. */
export const READING: ReadonlyArray<Check> = [order, everyCursor, cut, fold, trim, kill]
