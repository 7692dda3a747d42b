/** Order, density and resumption: what a reader of events is given, whatever happens to its connection or the turn. */
import type { EventItem } from "../door.ts"
import type { Check, Suite } from "../suite.ts"
import { demand } from "../failed.ts"
import type { Tape } from "../tape.ts"
import { demandMessages, demandSame, hasBegun, hasEnded, isLasting, readOn } from "./following.ts"

const order: Check = {
  id: "order",
  title: "each event comes once, in order, without gaps: what was there, then word that it is up to date, then what happens",
  proves: ["trap:10"],
  shows: "events",
  run: async (suite) => {
    const { calls } = suite
    const session = await calls.agent()
    const mark = (text: string): Promise<unknown> => calls.ok("POST", `/api/sessions/${session}/marks`, { text })
    for (let i = 0; i < 5; i++) await mark(`before ${i}`)
    const readers = [await suite.attach(session, { after: 0 }), await suite.attach(session, { after: 0 })]
    for (const tape of readers) await tape.until("word that it is up to date", ({ synced }) => synced === 1)
    await suite.send(session, "[[think a]] [[say some words]] [[tokens 60]]")
    await Promise.all(Array.from({ length: 20 }, (_, i) => mark(`during ${i}`)))
    const isAll = (tape: Tape): boolean =>
      hasEnded(tape) && tape.events.filter(({ name }) => name === "session/marked").length === 25
    for (const tape of readers) await tape.until("the end of the turn and every mark", isAll)
    const log = (await calls.folded(session)).filter(isLasting)
    for (const { events, last } of readers) {
      const upTo = (list: ReadonlyArray<EventItem>): ReadonlyArray<EventItem> => list.filter(({ seq }) => seq <= (last ?? 0))
      demandSame(events.filter(isLasting), upTo(log), "events from the beginning on")
    }
  },
}

const everyCursor: Check = {
  id: "every-cursor",
  title: "from every cursor a reader is given exactly what follows it",
  proves: ["check:O3", "trap:10"],
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
      const isOfLog = ({ seq }: EventItem): boolean => seq > after && seq <= head
      demandSame(tape.events.filter(isOfLog), log.filter(isOfLog), `from cursor ${after}`)
      await tape.close()
    }
    suite.figures["cursors"] = head + 1
  },
}

/** Readers that come while a turn is written. */
const ARRIVALS = 8

const live: Check = {
  id: "live-cursors",
  title:
    "a reader that comes while events are written misses none: with any cursor, with none, and before the agent's first word",
  proves: ["check:O3", "trap:1", "trap:5"],
  shows: "events",
  run: async (suite) => {
    const { calls } = suite
    const session = await calls.agent()
    await suite.send(session, "[[wait 100]] [[slow 60 8]]")
    const first = await suite.attach(session, { after: 0 })
    const [readers, cursors] = [[first], [0]]
    for (let i = 1; i <= ARRIVALS && !hasEnded(first); i++) {
      const seen = first.events.length
      await first.until("more of the turn", (tape) => hasEnded(tape) || tape.events.length >= seen + 6)
      const after = Math.floor(((first.last ?? 0) * i) / ARRIVALS)
      const fresh = await suite.attach(session)
      readers.push(await suite.attach(session, { after }), fresh)
      cursors.push(after, Infinity)
    }
    await first.until("the end of the turn", hasEnded)
    const end = first.events.find(({ name }) => name === "turn/ended")?.seq ?? 0
    for (const tape of readers) await tape.until("the end of the turn", ({ last = 0 }) => last >= end)
    const stored = (await calls.folded(session)).filter(isLasting)
    for (const [at, { events, last = 0, snapshots }] of readers.entries()) {
      const after = cursors[at] === Infinity ? (snapshots[0]?.seq ?? 0) : (cursors[at] ?? 0)
      const wanted = stored.filter(({ seq }) => seq > after && seq <= last)
      demandSame(events.filter(isLasting), wanted, `from cursor ${after}, while events were written`)
    }
    suite.figures["readers"] = readers.length
  },
}

/** Events between two cuts, and cuts at most. */
const CUT_EACH = 12
const CUTS_MOST = 8

/** Cuts a reader off again and again in a turn of `count` words; gives how often it came back while the turn was written. */
async function cutThrough(suite: Suite, count: number): Promise<number> {
  const session = await suite.calls.agent()
  const tape = await suite.attach(session, { after: 0 })
  await tape.until("word that it is up to date", ({ synced }) => synced === 1)
  await suite.send(session, `[[slow ${count} 6]]`)
  let [cuts, lively] = [0, 0]
  while (!hasEnded(tape)) {
    const from = tape.events.length
    // A busy reader can be given much of the turn from what was on its way before the cut.
    const isEnough = (read: Tape): boolean => cuts < CUTS_MOST && read.isBack && read.events.length >= from + CUT_EACH
    await readOn(suite, tape, session, (read) => hasEnded(read) || isEnough(read))
    if (cuts > 0 && tape.isBack && (await suite.calls.record(session)).turn.status !== "idle") lively++
    if (hasEnded(tape)) break
    tape.cut()
    cuts++
  }
  await demandMessages(suite, tape, session)
  suite.figures["cuts"] = cuts
  return lively
}

/** Words of turns to be cut off in: a busy machine needs long ones. */
const WORDS = [100, 300, 1000]

const cut: Check = {
  id: "cut",
  title: "a reader that is cut off in a turn, again and again, misses nothing and is given nothing twice",
  proves: ["check:O2", "trap:2", "trap:6"],
  shows: "events",
  run: async (suite) => {
    for (const count of WORDS) if ((await cutThrough(suite, count)) > 0) return
    demand(false, "the turn was over before a reader could come back")
  },
}

const fold: Check = {
  id: "fold",
  title: "a reader that left in a turn and comes back once it has folded is given what stands for it, and its message",
  proves: ["trap:3", "trap:7"],
  shows: "events",
  run: async (suite) => {
    const session = await suite.calls.agent()
    const tape = await suite.attach(session, { after: 0 })
    await suite.send(session, "[[slow 40 5]]")
    await tape.until("some words of the turn", hasBegun)
    tape.cut()
    await tape.close()
    await suite.calls.folded(session)
    await suite.again(tape, session)
    await tape.until("word that it is up to date", ({ synced }) => synced === 1)
    demand(hasEnded(tape), "the end of the turn is missing")
    await demandMessages(suite, tape, session)
  },
}

const filter: Check = {
  id: "filter",
  title: "a reader of one channel is given all of that and nothing else, also when it comes back after a cut",
  proves: ["trap:13"],
  shows: "events",
  lacks: ({ door }) => (door.filters === true ? undefined : "readers of the door cannot ask for a channel"),
  run: async (suite) => {
    const { calls, door, hub } = suite
    const session = await calls.agent()
    const given: Array<EventItem> = []
    const marks = (): number => given.filter(({ name }) => name === "session/marked").length
    let after = 0
    for (const round of [1, 2, 3]) {
      const reader = await door.attach({ session, token: hub.token, after, channel: "session" })
      await suite.send(session, "[[tokens 20]]")
      await calls.ok("POST", `/api/sessions/${session}/marks`, { text: `round ${round}` })
      while (marks() < round) {
        const item = await reader.next()
        demand(item !== undefined && item.kind !== "ended", "the stream ended before the mark")
        if (item.kind === "event") given.push(item)
        if (item.kind === "event") after = item.seq
      }
      reader.cut()
      await reader.close()
      await calls.idle(session)
    }
    const log = (await calls.log(session)).filter(({ name, seq }) => name.startsWith("session/") && seq <= after)
    demandSame(given, log, "of the channel `session`")
  },
}

/** Checks of what a reader of events is given. */
export const READING: ReadonlyArray<Check> = [order, everyCursor, live, cut, fold, filter]
