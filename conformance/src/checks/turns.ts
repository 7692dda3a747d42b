/** What a door that shows messages promises: each reader ends with the stored message, wherever it was cut off. */
import type { Check, Suite } from "../suite.ts"
import type { Tape } from "../tape.ts"
import { demand } from "../failed.ts"
import { demandStored, hasWhole, isDone, readOn, wordsOf } from "./following.ts"

/** Starts a turn of slow words and reads some of them. */
export async function beginTurn(suite: Suite, text: string): Promise<{ readonly session: string; readonly tape: Tape }> {
  const session = await suite.calls.agent()
  await suite.send(session, text)
  const tape = await suite.attach(session)
  await tape.until("some words of the turn", (shown) => wordsOf(shown) >= 5)
  return { session, tape }
}

const whole: Check = {
  id: "turn",
  title: "a reader of a turn ends with the stored message, and with the door's own mark of its end",
  shows: "messages",
  run: async (suite) => {
    const { session, tape } = await beginTurn(suite, "[[think hm]] [[slow 40 5]] [[say done]]")
    await tape.until("the end of the turn", isDone)
    await suite.calls.idle(session)
    await demandStored(suite, tape, session)
  },
}

/** Readers that come while a turn is written. */
const ARRIVALS = 6

const live: Check = {
  id: "turn-live",
  title: "a reader that comes in a turn, at any of its words or before the first, ends with the stored message",
  proves: ["check:O3", "trap:1", "trap:5"],
  shows: "messages",
  run: async (suite) => {
    const session = await suite.calls.agent()
    await suite.send(session, "[[wait 150]] [[slow 60 8]]")
    const first = await suite.attach(session)
    const readers = [first]
    for (let i = 1; i <= ARRIVALS && !isDone(first); i++) {
      const seen = wordsOf(first)
      await first.until("more words of the turn", (tape) => isDone(tape) || wordsOf(tape) >= seen + 6)
      if (!isDone(first)) readers.push(await suite.attach(session))
    }
    await first.until("the end of the turn", isDone)
    await suite.calls.idle(session)
    const [stored] = await suite.calls.answers(session)
    // One that came at the end may have the whole message at once, and no turn to see the end of.
    const isAll = (tape: Tape): boolean => isDone(tape) || tape.isOver || hasWhole(tape, stored)
    for (const tape of readers) await tape.until("the end of the turn", isAll)
    for (const tape of readers) await demandStored(suite, tape, session)
    suite.figures["readers"] = readers.length
  },
}

const past: Check = {
  id: "turn-past",
  title: "a reader that comes when a turn is over is not shown it as one that runs",
  proves: ["trap:10"],
  shows: "messages",
  run: async (suite) => {
    const session = await suite.calls.agent()
    await suite.send(session, "[[say long ago]]")
    await suite.calls.idle(session)
    const tape = await suite.attach(session)
    await tape.until("the message of the past", (shown) => isDone(shown) || shown.isOver)
    await demandStored(suite, tape, session)
    demand(tape.unfinished.size === 0, "a turn that is over was shown as one that runs")
  },
}

const cut: Check = {
  id: "turn-cut",
  title: "a reader that is cut off in a turn, again and again, ends with the stored message",
  proves: ["check:O2", "trap:2", "trap:6"],
  shows: "messages",
  run: async (suite) => {
    const { session, tape } = await beginTurn(suite, "[[slow 80 8]]")
    let cuts = 0
    for (; cuts < 5 && !isDone(tape); cuts++) {
      const seen = wordsOf(tape)
      tape.cut()
      await readOn(suite, tape, session, (shown) => isDone(shown) || wordsOf(shown) >= seen + 5)
    }
    await readOn(suite, tape, session, isDone)
    await suite.calls.idle(session)
    await demandStored(suite, tape, session)
    suite.figures["cuts"] = cuts
  },
}

const fold: Check = {
  id: "turn-fold",
  title: "a reader that left in a turn and comes back once it has folded ends with the stored message",
  proves: ["trap:3", "trap:7"],
  shows: "messages",
  run: async (suite) => {
    const { session, tape } = await beginTurn(suite, "[[slow 40 5]]")
    tape.cut()
    await tape.close()
    await suite.calls.folded(session)
    await suite.again(tape, session)
    const [stored] = await suite.calls.answers(session)
    // A door may have nothing to say about a turn that is over: then its history has the message, and the stream is none.
    await tape.until("the message", (shown) => hasWhole(shown, stored) || isDone(shown) || shown.isOver)
    if (!tape.isOver) await demandStored(suite, tape, session)
  },
}

/** Checks of doors that show messages. */
export const TURNS: ReadonlyArray<Check> = [whole, live, past, cut, fold]
