/** What a door that shows messages promises: each reader ends with the stored message, wherever it was cut off. */
import { eventually } from "../patience.ts"
import type { Check, Suite } from "../suite.ts"
import { demand } from "../failed.ts"
import type { Tape } from "../tape.ts"

const parts = (list: ReadonlyArray<unknown>): string =>
  // A part's state is the door's own business while it streams; what is left at the end is compared.
  JSON.stringify(list, (_, value: unknown) => (value === undefined ? null : value))

/** Fails unless the message that the reader has is the stored one. */
async function demandStored(suite: Suite, tape: Tape, session: string): Promise<void> {
  const stored = (await suite.calls.answers(session)).at(-1)
  demand(stored !== undefined, "no message was stored")
  const given = tape.messages.get(stored.id)
  demand(given !== undefined, `the reader was not given the message ${stored.id}`)
  const [is, should] = [parts(given.parts), parts(stored.parts)]
  demand(is === should, `the reader has ${is.slice(0, 300)}, but ${should.slice(0, 300)} is stored`)
}

const words = (tape: Tape): number => parts([...tape.messages.values()]).split("word").length - 1

const isDone = ({ done }: Tape): boolean => done.size > 0

/** Reads on after a cut, until the turn is over or `met`; what was on its way still comes, then the reader comes to its end. */
async function readOn(suite: Suite, tape: Tape, session: string, met: (tape: Tape) => boolean): Promise<void> {
  await eventually("the reader is given more of the turn", async () => {
    if (tape.isOver && !isDone(tape)) await suite.again(tape, session)
    await tape.take(1000)
    return isDone(tape) || met(tape)
  })
}

/** Starts a turn of slow words and reads some of them. */
async function begin(suite: Suite, text: string): Promise<{ readonly session: string; readonly tape: Tape }> {
  const session = await suite.calls.agent()
  await suite.send(session, text)
  const tape = await suite.attach(session)
  await tape.until("some words of the turn", (shown) => words(shown) >= 5)
  return { session, tape }
}

const whole: Check = {
  id: "turn",
  title: "a reader of a turn ends with the stored message, and with the door's own mark of its end",
  shows: "messages",
  run: async (suite) => {
    const { session, tape } = await begin(suite, "[[think hm]] [[slow 40 5]] [[say done]]")
    await tape.until("the end of the turn", isDone)
    await suite.calls.idle(session)
    await demandStored(suite, tape, session)
  },
}

const cut: Check = {
  id: "turn-cut",
  title: "a reader that is cut off in a turn, again and again, ends with the stored message",
  shows: "messages",
  run: async (suite) => {
    const { session, tape } = await begin(suite, "[[slow 100 10]]")
    let cuts = 0
    for (; cuts < 5 && !isDone(tape); cuts++) {
      const seen = words(tape)
      tape.cut()
      await readOn(suite, tape, session, (shown) => words(shown) >= seen + 5)
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
  shows: "messages",
  run: async (suite) => {
    const { session, tape } = await begin(suite, "[[slow 40 5]]")
    tape.cut()
    await tape.close()
    await suite.calls.folded(session)
    await suite.again(tape, session)
    const stored = (await suite.calls.answers(session)).at(-1)
    const isWhole = ({ messages }: Tape): boolean =>
      parts(messages.get(stored?.id ?? "")?.parts ?? []) === parts(stored?.parts ?? ["none"])
    // A door may have nothing to say about a turn that is over: then its history has the message, and the stream is none.
    await tape.until("the message", (shown) => isWhole(shown) || isDone(shown) || shown.isOver)
    if (!tape.isOver) await demandStored(suite, tape, session)
  },
}

const kill: Check = {
  id: "turn-kill",
  title: "a reader of a turn during which the hub is killed ends with the stored message",
  shows: "messages",
  lacks: ({ hub }) => (hub.restart === undefined ? "the server may not be killed" : undefined),
  run: async (suite) => {
    const { session, tape } = await begin(suite, "[[slow 60 20]]")
    tape.cut()
    await suite.hub.restart?.()
    await readOn(suite, tape, session, isDone)
    await suite.calls.idle(session)
    await demandStored(suite, tape, session)
  },
}

/** Checks of doors that show messages. */
export const TURNS: ReadonlyArray<Check> = [whole, cut, fold, kill]
