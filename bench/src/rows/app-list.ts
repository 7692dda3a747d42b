/** A list of 2,000 sessions of which 1,000 change in each second: what part of the page's time that takes. */
import { seedData } from "@holdfast/testkit/seeded-store"
import { rest } from "../load/chat-pages.ts"
import { dataOf, enterApp, openApp, type RunningApp } from "../ours/app.ts"
import type { BenchPage } from "../process/browser.ts"
import { value, type Figures, type Place, type Row } from "../row.ts"

const SESSIONS = 2000
const CHANGES = 1000
/** Sessions that one call changes. */
const BATCH = 100

async function change({ hub }: RunningApp, sessions: ReadonlyArray<string>, tag: string): Promise<void> {
  const body = { sessions, action: "update", change: { tags: [tag] } }
  const { status } = await hub.process.call("POST", "/api/sessions/batch", body)
  if (status !== 200) throw new Error(`changing sessions was answered with ${status}`)
}

async function changing(app: RunningApp, page: BenchPage, ids: ReadonlyArray<string>, place: Place): Promise<Figures> {
  const seconds = place.size(6, 2)
  const [before, began] = [await page.thread(), performance.now()]
  let changed = 0
  for (let batch = 0; batch < (seconds * CHANGES) / BATCH; batch++) {
    const from = (batch * BATCH) % SESSIONS
    await change(app, ids.slice(from, from + BATCH), `t${batch}`)
    changed += BATCH
    const left = began + (changed / CHANGES) * 1000 - performance.now()
    if (left > 0) await page.ask(rest(left))
  }
  const thread = (await page.thread()) - before
  // As if they had come as fast as they were to come.
  return { busy: (100 * thread) / ((changed / CHANGES) * 1000) }
}

/** The row. */
export const APP_LIST: Row = {
  id: "app-list",
  title: `app: ${SESSIONS} sessions, ${CHANGES} changes/s`,
  shortRounds: 1,
  figures: [{ id: "busy", title: "of the page's time", unit: "%", better: "less", goals: [value(15)] }],
  ours: {
    name: "holdfast",
    open: async (place) => {
      const seeded = await seedData(dataOf(place), Array<number>(SESSIONS).fill(3))
      const app = await openApp(place)
      try {
        const page = await enterApp(app.hub, app.browser)
        await page.until(`document.querySelectorAll("[data-row]").length > 10`)
        await page.ask(rest(1000))
        const ids = seeded.map(({ id }) => id)
        return { measure: () => changing(app, page, ids, place), close: app.end }
      } catch (error) {
        await app.end()
        throw error
      }
    },
  },
  peers: [],
}
