/** Leaving and being sent away: a disconnect is never a cancel, and no stream ends quietly in a turn. */
import { DoorRefused } from "../door.ts"
import type { Check } from "../suite.ts"
import { demand } from "../failed.ts"

const detach: Check = {
  id: "detach",
  title: "a reader that leaves, or is cut off, ends no turn",
  run: async (suite) => {
    const session = await suite.calls.agent()
    await suite.send(session, "[[slow 60 10]]")
    const cursor = suite.door.shows === "events" ? { after: 0 } : {}
    const [lost, polite] = [await suite.attach(session, cursor), await suite.attach(session, cursor)]
    for (const tape of [lost, polite]) {
      await tape.until(
        "the turn",
        ({ events, messages }) => events.some(({ name }) => name === "agent/text-delta") || messages.size > 0,
      )
    }
    lost.cut()
    await lost.close()
    await polite.close()
    await suite.calls.idle(session)
    const ends = (await suite.calls.log(session)).filter(({ name }) => name === "turn/ended")
    const outcomes = ends.map(({ data }) => (data as { readonly outcome: string }).outcome)
    demand(outcomes.length === 1 && outcomes[0] === "completed", `the turn ended as ${outcomes.join(", ")}`)
  },
}

const ends: Check = {
  id: "ends",
  title: "a reader that is sent away in a turn learns why; its stream does not just end",
  run: async (suite) => {
    const session = await suite.calls.agent()
    const token = await suite.calls.token("all")
    await suite.send(session, "[[slow 400 10]]")
    const cursor = suite.door.shows === "events" ? { after: 0 } : {}
    const tape = await suite.attach(session, cursor, token.secret)
    await tape.until(
      "the turn",
      ({ events, messages }) => events.some(({ name }) => name === "agent/text-delta") || messages.size > 0,
    )
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

/** Checks of how readers come to leave. */
export const LEAVING: ReadonlyArray<Check> = [detach, ends]
