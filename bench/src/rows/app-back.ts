/** The server is killed while an agent speaks, and started again: how long after it is ready the page shows what is said then. */
import { setTimeout as pause } from "node:timers/promises"
import { sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { scripted } from "../ours/agents.ts"
import { enterApp, openApp, type RunningApp } from "../ours/app.ts"
import { createSession } from "../ours/hub.ts"
import type { BenchPage } from "../process/browser.ts"
import { value, type Figures, type Row } from "../row.ts"

/** Milliseconds for which there is no server. */
const AWAY = 2000

/** The clock whose times the agent says, in milliseconds. */
const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6

/** The last time that the agent said, as the page shows it. */
const LAST = `Number([...document.querySelector("[data-pane] [aria-label=Transcript]").textContent.matchAll(/\\d{4,}[.]\\d{3}/g)].at(-1)?.[0] ?? 0)`

async function away({ hub }: RunningApp, page: BenchPage, session: string): Promise<Figures> {
  const begun = monotonic()
  await sendText(hub.process, session, "[[stamp 500 20]]")
  await page.until(`${LAST} > ${begun}`)
  await hub.process.kill("SIGKILL")
  await pause(AWAY)
  await hub.process.start()
  const ready = monotonic()
  await page.until(`${LAST} > ${ready}`)
  const time = monotonic() - ready
  await hub.process.call("POST", `/api/sessions/${session}/interrupt`)
  await settledAgent(hub.process, session)
  return { time }
}

/** The row. */
export const APP_BACK: Row = {
  id: "app-back",
  title: "app: caught up after the server is back",
  shortRounds: 1,
  figures: [{ id: "time", title: "", unit: "ms", better: "less", goals: [value(1000)] }],
  ours: {
    name: "holdfast",
    open: async (place) => {
      const app = await openApp(place)
      try {
        const session = await createSession(app.hub, scripted)
        const page = await enterApp(app.hub, app.browser, `/s/${session}`)
        await page.until(`document.querySelector("[data-pane] [aria-label=Transcript]") !== null`)
        return { measure: () => away(app, page, session), close: app.end }
      } catch (error) {
        await app.end()
        throw error
      }
    },
  },
  peers: [],
}
