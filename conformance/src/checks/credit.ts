/** Credit: a reader that stops reading costs the server no memory, holds up no one, and continues where it was. */
import { eventually } from "../patience.ts"
import type { Check, Suite } from "../suite.ts"
import { demand } from "../failed.ts"

const MiB = 1024 * 1024

/**
 * What is written while a reader does not read, and how much of it the server may hold, in MiB. The kernel takes a few MiB of it. What
 * a server holds after a collection is known to a MiB; its resident memory swings by tens with when it collects, and what it does for
 * the first time costs some too, so that more is written, and the least of several tries counts: what a reader costs, it costs again.
 */
const HELD = { flood: 32, most: 16, tries: 1 }
const RESIDENT = { flood: 32, most: 16, tries: 3 }
const FLOOD_LIMIT = 120_000

const script = (bytes: number): string =>
  `read go; yes 0123456789012345678901234567890123456789012345678901234567890123456789 | head -c ${bytes}; echo over; sleep 600`

/** Types into the terminal's script, and waits until all of its output is stored. */
async function flood({ calls }: Suite, session: string): Promise<void> {
  await calls.ok("POST", `/api/sessions/${session}/input`, { text: "go\r", key: crypto.randomUUID() })
  const isOver = async (): Promise<boolean> =>
    JSON.stringify(await calls.ok("GET", `/api/sessions/${session}/screen`)).includes("over")
  await eventually("the flood is stored", isOver, FLOOD_LIMIT)
}

/** Another session that is read meanwhile: how long its reader waited for an event at most. */
async function watchOther(suite: Suite, isOver: () => boolean): Promise<number> {
  const { calls } = suite
  const quiet = await calls.shell("sleep 600")
  const other = await suite.attach(quiet, { after: 0 })
  await other.until("word that it is up to date", ({ synced }) => synced === 1)
  let slowest = 0
  while (!isOver()) {
    const began = performance.now()
    await calls.ok("POST", `/api/sessions/${quiet}/marks`, { text: "still there" })
    await other.event("session/marked")
    slowest = Math.max(slowest, performance.now() - began)
  }
  await other.close()
  return slowest
}

/** Times that it is looked whether the server still grows, and milliseconds between. */
const LOOKS = 50
const LOOK_AGAIN = 100

/** What the server holds once it grows no more: it may still pass on what was stored. */
async function settled({ calls }: Suite): Promise<number> {
  let held = await calls.memory()
  for (let look = 0; look < LOOKS; look++) {
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_AGAIN)
    })
    const before = held
    held = await calls.memory()
    if (held < before + MiB / 4) break
  }
  return held
}

/** Floods a session whose reader does not read, then lets it read: MiB by which the server had grown when all was stored. */
async function grownBy(suite: Suite, flooded: number): Promise<number> {
  const { calls, figures } = suite
  const session = await calls.shell(script(flooded * MiB))
  const tape = await suite.attach(session, { after: 0 })
  await tape.until("word that it is up to date", ({ synced }) => synced === 1)
  const before = await calls.memory()
  tape.pause()
  let isStored = false
  const watching = watchOther(suite, () => isStored)
  await flood(suite, session).finally(() => (isStored = true))
  const slowest = await watching
  const after = await settled(suite)
  const grown = Math.max(0, after - before) / MiB
  const head = (await calls.record(session)).lastSeq
  tape.resume()
  await tape.until("what was written meanwhile", ({ last = 0 }) => last >= head, FLOOD_LIMIT)
  await tape.close()
  Object.assign(figures, { grownMiB: Number(grown.toFixed(1)), othersWaitedMs: Math.round(slowest) })
  return grown
}

const stopped: Check = {
  id: "stopped-reader",
  title: "a reader that stops reading does not make the server grow or hold up others, and misses nothing",
  proves: ["check:V1"],
  alone: "measures",
  // A turn grows too slowly to fill what the network itself holds: that doors of messages stop is shown by tests of their own.
  lacks: ({ door }) => (door.shows === "events" ? undefined : "no turn is large enough to be noticed in what a server holds"),
  run: async (suite) => {
    const { flood: flooded, most, tries } = suite.hub.memory === undefined ? RESIDENT : HELD
    let grown = await grownBy(suite, flooded)
    for (let again = 1; again < tries && grown > most; again++) grown = Math.min(grown, await grownBy(suite, flooded))
    demand(grown <= most, `while a reader did not read ${flooded} MiB, the server grew by ${grown.toFixed(1)} MiB`)
  },
}

/** Checks of back-pressure. */
export const CREDIT: ReadonlyArray<Check> = [stopped]
