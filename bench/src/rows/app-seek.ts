/** The player goes to places all over a log of 100,000 events: how long it takes until what was so then is painted. */
import { type LogSeed, openTurnLog, printedLog, seedLog, talkedLog } from "@holdfast/testkit/seeded-log"
import { rest, timed } from "../load/chat-pages.ts"
import { dataOf, enterApp, openApp, type RunningApp } from "../ours/app.ts"
import { value, type Figures, type Place, type Row } from "../row.ts"
import { median } from "../statistics.ts"

const EVENTS = 100_000

/** Where in the log, in the order in which a person might look. */
const SHARES = [0.5, 0.2, 0.8, 0.99, 0.01, 0.33, 0.66, 0.51, 0.49, 0.9]

/** The logs, and what the player shows of each after an event. */
const FILMS: Readonly<Record<string, readonly [log: LogSeed, shown: (seq: number) => string]>> = {
  terminal: [printedLog(EVENTS), (seq) => `.xterm-rows")?.textContent.includes("line ${seq} ")`],
  // Of words that are folded it shows about as many as had come.
  agent: [talkedLog(EVENTS), (seq) => `[data-film=agent]")?.textContent.includes("word${seq - 4}")`],
  turn: [openTurnLog(EVENTS), (seq) => `[data-film=agent]")?.textContent.includes("word${seq}")`],
}

async function seeking(
  { hub, browser }: RunningApp,
  session: string,
  shown: (seq: number) => string,
  shares: ReadonlyArray<number>,
): Promise<number> {
  const player = `document.querySelector('[data-player="${session}"]')`
  const page = await enterApp(hub, browser, `/s/${session}/at/9`)
  try {
    await page.until(`${player}?.dataset.status === "paused"`)
    await page.ask(rest(500))
    const times: Array<number> = []
    for (const share of shares) {
      // A word, not a call, in each kind of log.
      const seq = Math.floor(EVENTS * share) + 37
      const isShown = `${player}.dataset.status === "paused" && document.querySelector("${shown(seq)}`
      const go = `history.pushState(null, "", ${JSON.stringify(`${hub.url}/s/${session}/at/${seq}`)})`
      times.push(await page.ask<number>(timed(go, isShown)))
    }
    return median(times)
  } finally {
    await page.close()
  }
}

/** The row. */
export const APP_SEEK: Row = {
  id: "app-seek",
  title: `app: the player to a place in ${EVENTS.toLocaleString("en")} events`,
  cold: true,
  shortRounds: 1,
  figures: [
    { id: "terminal", title: "a terminal's", unit: "ms", better: "less", goals: [value(300)] },
    { id: "agent", title: "an agent's", unit: "ms", better: "less", goals: [value(300)] },
    { id: "turn", title: "of a single turn", unit: "ms", better: "less", goals: [value(300)] },
  ],
  ours: {
    name: "holdfast",
    open: async (place: Place) => {
      const sessions: Record<string, string> = {}
      for (const [name, [log]] of Object.entries(FILMS)) sessions[name] = await seedLog(dataOf(place), log)
      const app = await openApp(place)
      const measure = async (): Promise<Figures> => {
        const figures: Record<string, number> = {}
        const shares = SHARES.slice(0, place.size(SHARES.length, 5))
        for (const [name, [, shown]] of Object.entries(FILMS))
          figures[name] = await seeking(app, sessions[name] ?? "", shown, shares)
        return figures
      }
      return { measure, close: app.end }
    },
  },
  peers: [],
}
