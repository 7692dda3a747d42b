/** Credit: a reader that stops reading costs the server no memory, holds up no one, and continues where it was. */
import { eventually } from "../patience.ts"
import type { Check, Suite } from "../suite.ts"
import { demand } from "../failed.ts"

const MiB = 1024 * 1024

/** Output that is written while a reader does not read, in bytes, and MiB by which the server may grow: far less than all of it. */
const FLOOD = 24 * MiB
const GROWTH_MOST = 16
const FLOOD_LIMIT = 120_000
const TRIES = 3

const script = (bytes: number): string =>
  `read go; yes 0123456789012345678901234567890123456789012345678901234567890123456789 | head -c ${bytes}; echo over; sleep 600`

/** Types into the terminal's script, and waits until all of its output is stored. */
async function flood({ calls }: Suite, session: string): Promise<void> {
  await calls.ok("POST", `/api/sessions/${session}/input`, { text: "go\r", key: crypto.randomUUID() })
  const isOver = async (): Promise<boolean> =>
    JSON.stringify(await calls.ok("GET", `/api/sessions/${session}/screen`)).includes("over")
  await eventually("the flood is stored", isOver, FLOOD_LIMIT)
}

/** Another session that is read meanwhile: how long its reader waited for an event at most, and how much memory the server held. */
async function watchOther(suite: Suite, isOver: () => boolean): Promise<{ readonly slowest: number; readonly most: number }> {
  const { calls } = suite
  const quiet = await calls.shell("sleep 600")
  const other = await suite.attach(quiet, { after: 0 })
  await other.until("word that it is up to date", ({ synced }) => synced === 1)
  let [slowest, most] = [0, 0]
  while (!isOver()) {
    const began = performance.now()
    await calls.ok("POST", `/api/sessions/${quiet}/marks`, { text: "still there" })
    await other.event("session/marked")
    slowest = Math.max(slowest, performance.now() - began)
    most = Math.max(most, await calls.memory())
  }
  return { slowest, most }
}

/** Floods a session whose reader does not read, then lets it read: MiB by which the server grew meanwhile. */
async function grownBy(suite: Suite): Promise<number> {
  const { calls, figures } = suite
  const session = await calls.shell(script(FLOOD))
  const tape = await suite.attach(session, { after: 0 })
  await tape.until("word that it is up to date", ({ synced }) => synced === 1)
  const before = await calls.memory()
  tape.pause()
  let isStored = false
  const watching = watchOther(suite, () => isStored)
  await flood(suite, session).finally(() => (isStored = true))
  const { slowest, most } = await watching
  const head = (await calls.record(session)).lastSeq
  tape.resume()
  await tape.until("what was written meanwhile", ({ last = 0 }) => last >= head, FLOOD_LIMIT)
  await tape.close()
  const grown = Math.max(0, Math.round((most - before) / MiB))
  Object.assign(figures, { grownMiB: grown, othersWaitedMs: Math.round(slowest) })
  return grown
}

const stopped: Check = {
  id: "stopped-reader",
  title: "a reader that stops reading does not make the server grow or hold up others, and misses nothing",
  shows: "events",
  run: async (suite) => {
    let grown = await grownBy(suite)
    // What a server does for the first time costs memory too; what a reader costs, it costs again.
    for (let again = 1; again < TRIES && grown > GROWTH_MOST; again++) grown = await grownBy(suite)
    demand(grown <= GROWTH_MOST, `while a reader did not read ${FLOOD / MiB} MiB, the server grew by ${grown} MiB`)
  },
}

/** Checks of back-pressure. */
export const CREDIT: ReadonlyArray<Check> = [stopped]
