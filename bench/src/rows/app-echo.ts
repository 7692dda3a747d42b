/** A key that is typed into a terminal of the app, to the frame that shows its echo: the page, the hub, the runner, and back. */
import { enterApp, openApp } from "../ours/app.ts"
import { createSession, terminal } from "../ours/hub.ts"
import type { BenchPage } from "../process/browser.ts"
import { value, type Figures, type Place, type Row } from "../row.ts"
import { quantile } from "../statistics.ts"

/** Notes how long each key took to the frame that shows it. */
const WATCH = `(() => {
  window.echoes = []
  let begun
  addEventListener("keydown", () => (begun = performance.now()), { capture: true })
  const rows = document.querySelector(".xterm-rows")
  let length = rows.textContent.trim().length
  new MutationObserver(() => {
    const now = rows.textContent.trim().length
    if (begun === undefined || now <= length) return
    const from = begun
    begun = undefined
    length = now
    // The frame is painted before the next message is taken.
    const channel = new MessageChannel()
    channel.port1.onmessage = () => window.echoes.push(performance.now() - from)
    channel.port2.postMessage(0)
  }).observe(rows, { childList: true, subtree: true, characterData: true })
})()`

async function typing(page: BenchPage, place: Place): Promise<Figures> {
  const keys = place.size(200, 60)
  await page.ask("void (window.echoes.length = 0)")
  // At any moment of a frame, as people type.
  await page.driven.keyboard.type("x".repeat(keys), { delay: 37 })
  // Keys that come in one frame are one echo.
  await page.ask(`void (window.typed = (window.typed ?? 0) + ${keys})`)
  await page.until(`(document.querySelector(".xterm-rows").textContent.match(/x/g) ?? []).length >= window.typed`)
  const times = await page.ask<ReadonlyArray<number>>("window.echoes")
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95) }
}

/** The row. */
export const APP_ECHO: Row = {
  id: "app-echo",
  title: "app: a key to the frame that shows it",
  shortRounds: 1,
  figures: [
    { id: "p50", title: "p50", unit: "ms", better: "less", goals: [value(20)] },
    { id: "p95", title: "p95", unit: "ms", better: "less", goals: [value(40)] },
  ],
  ours: {
    name: "holdfast",
    open: async (place) => {
      const app = await openApp(place)
      try {
        const session = await createSession(app.hub, terminal("/bin/cat", []))
        const page = await enterApp(app.hub, app.browser, `/s/${session}`)
        await page.until(`document.querySelector(".xterm-rows") !== null`)
        await page.driven.click(".xterm-screen")
        await page.ask(WATCH)
        return { measure: () => typing(page, place), close: app.end }
      } catch (error) {
        await app.end()
        throw error
      }
    },
  },
  peers: [],
}
