/** Leaving and being sent away: a disconnect is never a cancel, and no stream ends quietly in a turn. */
import { DoorRefused } from "../door.ts"
import type { Check, Suite } from "../suite.ts"
import { demand } from "../failed.ts"
import { demandStored, hasBegun, hasEnded, isDone } from "./following.ts"

/** Leaves a turn in which the agent says nothing for a time, once by a cut and once politely; false when that was over by then. */
async function leaveTurn(suite: Suite, milliseconds: number): Promise<boolean> {
  const session = await suite.calls.agent()
  const began = performance.now()
  await suite.send(session, `[[slow 5 5]] [[wait ${milliseconds}]] [[say over]]`)
  const [lost, polite] = [await suite.attach(session, suite.beginning), await suite.attach(session, suite.beginning)]
  for (const tape of [lost, polite]) await tape.until("the turn", hasBegun)
  lost.cut()
  await lost.close()
  await polite.close()
  const isInTurn = performance.now() < began + milliseconds
  await suite.calls.idle(session)
  const ends = (await suite.calls.log(session)).filter(({ name }) => name === "turn/ended")
  const outcomes = ends.map(({ data }) => (data as { readonly outcome: string }).outcome)
  demand(outcomes.length === 1 && outcomes[0] === "completed", `the turn ended as ${outcomes.join(", ")}`)
  return isInTurn
}

/** How long the agent says nothing, in milliseconds: a busy machine needs long. */
const PAUSES = [1000, 6000, 20_000]

const detach: Check = {
  id: "detach",
  title: "a reader that leaves, or is cut off, ends no turn",
  proves: ["trap:8"],
  run: async (suite) => {
    for (const pause of PAUSES) if (await leaveTurn(suite, pause)) return
    demand(false, "no turn lasted until its readers had left")
  },
}

const ends: Check = {
  id: "ends",
  title: "a reader that is sent away in a turn learns why; its stream does not just end",
  proves: ["trap:4"],
  run: async (suite) => {
    const session = await suite.calls.agent()
    const token = await suite.calls.token("all")
    await suite.send(session, "[[slow 2000 10]]")
    const cursor = suite.beginning
    const tape = await suite.attach(session, cursor, token.secret)
    await tape.until("the turn", hasBegun)
    await token.revoke()
    const end = performance.now() + 20_000
    while (!tape.isOver && tape.done.size === 0 && performance.now() < end) await tape.take(end - performance.now())
    await suite.calls.ok("POST", `/api/sessions/${session}/interrupt`, {})
    demand(tape.done.size === 0, "the turn looked complete to a reader that was sent away in the middle of it")
    demand(tape.isOver, "20 s after its token was revoked, a reader was still there")
    demand(!tape.isQuiet, "the stream ended without a word in the middle of a turn")
    const refused = await suite.door.attach({ session, token: token.secret, ...cursor }).then(
      async (reader) => {
        const item = await reader.next()
        await reader.close()
        return item?.kind === "ended" ? item.tag : "nothing: it may still read"
      },
      (error: unknown) => (error instanceof DoorRefused ? error.tag : String(error)),
    )
    demand(refused === "Unauthorized", `with a revoked token a reader is refused with ${refused}`)
  },
}

const interrupt: Check = {
  id: "interrupt",
  title: "a reader of a turn that is stopped learns of its end, and has what was said until then; its connection is not lost",
  proves: ["trap:8"],
  run: async (suite) => {
    const session = await suite.calls.agent()
    await suite.send(session, "[[slow 2000 10]]")
    const tape = await suite.attach(session, suite.beginning)
    await tape.until("the turn", hasBegun)
    await suite.calls.ok("POST", `/api/sessions/${session}/interrupt`, {})
    await tape.until("the end of the turn", (read) => hasEnded(read) || isDone(read))
    const [end] = tape.events.filter(({ name }) => name === "turn/ended")
    const { outcome = "interrupted" } = (end?.data ?? {}) as { readonly outcome?: string }
    demand(outcome === "interrupted", `the turn ended as ${outcome}`)
    await suite.calls.idle(session)
    if (suite.door.shows === "messages") await demandStored(suite, tape, session)
  },
}

/** Checks of how readers come to leave. */
export const LEAVING: ReadonlyArray<Check> = [detach, interrupt, ends]
