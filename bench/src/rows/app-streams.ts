/** Nine panes that are seen at once, each with an agent that says 50 words a second: what part of the page's time that takes. */
import { sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { rest } from "../load/chat-pages.ts"
import { scripted } from "../ours/agents.ts"
import { enterApp, openApp, rowOf, type RunningApp } from "../ours/app.ts"
import { createSession } from "../ours/hub.ts"
import type { BenchPage } from "../process/browser.ts"
import { value, type Figures, type Place, type Row } from "../row.ts"

const COLUMNS = 3
const PANES = COLUMNS * COLUMNS

/** Milliseconds between two words of an agent. */
const MILLIS = 20

/** Opens a session beside the pane that has the focus. */
async function openBeside(page: BenchPage, session: string, item: "Open to the right" | "Open below"): Promise<void> {
  await page.driven.click(`[data-row="${session}"]`, { button: "right" })
  await page.driven.click(`[role=menuitem]:has-text("${item}")`)
  await page.until(`document.querySelector('[data-pane][data-session="${session}"]') !== null`)
}

/** Three columns of three panes each, all of the same size. */
async function arrange(page: BenchPage, sessions: ReadonlyArray<string>): Promise<void> {
  const [first = "", ...others] = sessions.slice(0, COLUMNS)
  await page.ask(`${rowOf(first)}.click()`)
  await page.until(`document.querySelector('[data-pane][data-session="${first}"]') !== null`)
  for (const session of others) await openBeside(page, session, "Open to the right")
  for (let column = 0; column < COLUMNS; column++) {
    await page.ask(`${rowOf(sessions[column] ?? "")}.click()`)
    await page.until(`document.querySelector('[data-pane][data-focused]')?.dataset.session === "${sessions[column]}"`)
    for (let at = COLUMNS + column; at < PANES; at += COLUMNS) await openBeside(page, sessions[at] ?? "", "Open below")
  }
  await page.driven.keyboard.press("F1")
  await page.until(`document.activeElement?.getAttribute("role") === "combobox"`)
  await page.driven.keyboard.type("Make all panes the same size", { delay: 0 })
  await page.driven.keyboard.press("Enter")
  await page.until(`document.querySelectorAll("[data-pane]:not([data-hidden])").length === ${PANES}`)
}

/** The number of the last word that each pane shows. */
const SHOWN = `[...document.querySelectorAll("[data-pane]:not([data-hidden])")].map((pane) =>
  Number(/.*word(\\d+) /s.exec(pane.querySelector("[aria-label=Transcript]").textContent)?.[1] ?? 0))`

async function streaming({ hub }: RunningApp, page: BenchPage, sessions: ReadonlyArray<string>, place: Place): Promise<Figures> {
  const seconds = place.size(6, 2)
  const words = ((seconds + 2) * 1000) / MILLIS
  await Promise.all(sessions.map((session) => sendText(hub.process, session, `[[slow ${words} ${MILLIS}]]`)))
  await page.until(`${SHOWN}.every((word) => word >= 20)`)
  const [before, shown, began] = [await page.thread(), await page.ask<ReadonlyArray<number>>(SHOWN), performance.now()]
  await page.ask(rest(seconds * 1000))
  const thread = (await page.thread()) - before
  const took = performance.now() - began
  const after = await page.ask<ReadonlyArray<number>>(SHOWN)
  const deltas = after.reduce((sum, word, at) => sum + word - (shown[at] ?? 0), 0)
  await Promise.all(sessions.map((session) => settledAgent(hub.process, session)))
  // As if as many had come as were to come.
  const due = (PANES * took) / MILLIS
  return { busy: ((100 * thread) / took) * (due / deltas), each: (1000 * thread) / deltas }
}

/** The row. */
export const APP_STREAMS: Row = {
  id: "app-streams",
  title: `app: ${PANES} panes that are seen, ${1000 / MILLIS} words/s each`,
  shortRounds: 1,
  figures: [
    { id: "busy", title: "of the page's time", unit: "%", better: "less", goals: [value(50)] },
    { id: "each", title: "thread for a word", unit: "µs", better: "less", goals: [] },
  ],
  ours: {
    name: "holdfast",
    open: async (place) => {
      const app = await openApp(place, { HOLDFAST_AGENTS_LIVE: String(PANES + 1) })
      try {
        const sessions: Array<string> = []
        for (let at = 0; at < PANES; at++) sessions.push(await createSession(app.hub, { ...scripted, label: `Streams ${at}` }))
        const page = await enterApp(app.hub, app.browser)
        await page.until(`${rowOf(sessions.at(-1) ?? "")} !== null`)
        await arrange(page, sessions)
        return { measure: () => streaming(app, page, sessions, place), close: app.end }
      } catch (error) {
        await app.end()
        throw error
      }
    },
  },
  peers: [],
}
