/** Reading and changing between conversations in the app: what jumps, how fast one that was open is back, and what all of it holds. */
import { sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { LONG, onPages, rest, timed } from "../load/chat-pages.ts"
import { scripted } from "../ours/agents.ts"
import { rowOf, startLong } from "../ours/app.ts"
import { createSession, type Hub } from "../ours/hub.ts"
import type { BenchPage } from "../process/browser.ts"
import { value, type Contestant, type Figures, type Row } from "../row.ts"
import { median } from "../statistics.ts"

/** Scrolls up 150 times and tells how often the row in the middle moved otherwise than by the step. */
const STEPS_UP = `(async () => {
  const scroller = document.querySelector("[data-pane] [aria-label=Transcript]")
  const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  const { top, height } = scroller.getBoundingClientRect()
  let jumps = 0
  for (let step = 0; step < 150; step++) {
    const row = [...scroller.querySelectorAll("[data-key]")].find((one) => {
      const box = one.getBoundingClientRect()
      return box.top <= top + height / 2 && box.bottom >= top + height / 2
    })
    const before = row?.getBoundingClientRect().top
    scroller.dispatchEvent(new WheelEvent("wheel", { deltaY: -90 }))
    scroller.scrollTop -= 90
    await frames()
    if (before === undefined) jumps++
    else if (row.isConnected && Math.abs(row.getBoundingClientRect().top - before - 90) > 2) jumps++
  }
  return jumps
})()`

/** Scrolls up until a message of a person is here. */
const upTo = (question: number): string => `(async () => {
  const scroller = document.querySelector("[data-pane] [aria-label=Transcript]")
  scroller.dispatchEvent(new WheelEvent("wheel", { deltaY: -90 }))
  const isHere = () => [...scroller.querySelectorAll("[data-message]")].some(({ dataset }) => Number(dataset.message.slice(1)) <= ${question})
  for (let frame = 0; frame < 20000 && !isHere(); frame++) {
    scroller.scrollTop = 0
    await new Promise((done) => requestAnimationFrame(done))
  }
  if (!isHere()) throw new Error("the message did not come")
})()`

const isSeen = (session: string, words: string): string =>
  `document.querySelector('[data-pane][data-session="${session}"]:not([data-hidden])')?.textContent.includes("${words}") === true`

/** Changes between two conversations by their rows. */
async function switching(page: BenchPage, turns: number, long: string, short: string): Promise<number> {
  const times: Array<number> = []
  for (let turn = 0; turn < turns; turn++) {
    for (const [session, words] of [
      [short, "said before"],
      [long, `Answer ${LONG - 1}:`],
    ] as const) {
      await page.ask(rest(100))
      const time = await page.ask<number>(timed(`${rowOf(session)}.click()`, isSeen(session, words)))
      // The first time both are opened.
      if (turn > 0) times.push(time)
    }
  }
  return median(times)
}

/** Sessions that stream. */
const STREAMS = 20

/** Has so many agents stream, one opened after the other. */
async function streaming(page: BenchPage, hub: Hub, count: number, words: number): Promise<void> {
  const sessions: Array<string> = []
  for (let at = 0; at < count; at++) {
    const session = await createSession(hub, { ...scripted, label: `Streams ${at}` })
    sessions.push(session)
    await page.until(`${rowOf(session)} !== null`)
    await page.ask(`${rowOf(session)}.click()`)
    await sendText(hub.process, session, `[[slow ${words} 20]]`)
    await page.until(isSeen(session, "word5 "))
  }
  await Promise.all(sessions.map((session) => settledAgent(hub.process, session)))
}

const ours: Contestant = onPages(
  "holdfast",
  (place) => startLong(place, { HOLDFAST_AGENTS_LIVE: String(STREAMS + 2) }),
  async (server, browser, place): Promise<Figures> => {
    const { hub, session: long } = server
    const short = await createSession(hub, { ...scripted, label: "A short one" })
    await sendText(hub.process, short, "[[say said before]]")
    await settledAgent(hub.process, short)
    const page = await server.enter(browser)
    try {
      await page.until(`${rowOf(long)} !== null && ${rowOf(short)} !== null`)
      const wall = await switching(page, place.size(10, 5), long, short)
      await page.goto(server.longUrl)
      await page.until(server.isShown)
      await page.ask(rest(500))
      const jumps = await page.ask<number>(STEPS_UP)
      await page.ask(upTo(LONG - place.size(LONG, LONG / 10)))
      await streaming(page, hub, place.size(STREAMS, 4), place.size(200, 50))
      return { jumps, switch: wall, heap: (await page.heap()) / 1e6 }
    } finally {
      await page.close()
    }
  },
)

/** The row. */
export const APP_CHAT: Row = {
  id: "app-chat",
  title: "app",
  cold: true,
  shortRounds: 1,
  figures: [
    { id: "jumps", title: "jumps in 150 steps up from the end", unit: "", better: "less", goals: [value(0)] },
    { id: "switch", title: "to a session that was open", unit: "ms", better: "less", goals: [value(50)] },
    { id: "heap", title: `heap after ${LONG} messages and ${STREAMS} streams`, unit: "MB", better: "less", goals: [value(60)] },
  ],
  ours,
  peers: [],
}
