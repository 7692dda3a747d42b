/** What a page hears of a session's log, over all of its connections, and what it shows of it, both against what is stored. */
import { expect } from "vitest"
import { decodeServerFrame, FRAME_EVENTS, FRAME_SNAPSHOT } from "@holdfast/protocol/frame"
import { readRecords } from "@holdfast/protocol/record"
import { checkedAgentLog, messagesOf, textOf } from "@holdfast/testkit/agent-session"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { wholeLog } from "@holdfast/testkit/logs"
import type { AppPage } from "./app.ts"
import type { Page, PageSocket } from "./playwright.ts"
import { WITHIN } from "./terminal-screen.ts"

/** An event as it came: the range of the log that it stands for. A snapshot stands for all up to its seq. */
interface Range {
  readonly from: number
  readonly seq: number
}

/** The events of each session, as they came. */
export type Heard = ReadonlyMap<string, ReadonlyArray<Range>>

/** Listens to a page's sockets from now on. */
export function hear(page: Page): Heard {
  const heard = new Map<string, Array<Range>>()
  let last: PageSocket | undefined
  page.on("websocket", (socket) => {
    last = socket
    const sessions = new Map<number, string>()
    socket.on("framereceived", ({ payload }) => {
      // A page has one connection: of an earlier one it has let go, whatever the browser still gets from it.
      if (socket !== last) return
      if (typeof payload === "string") return attached(payload, sessions)
      const frame = decodeServerFrame(new Uint8Array(payload))
      const session = "handle" in frame ? sessions.get(frame.handle) : undefined
      if (session === undefined) return
      const ranges = heard.get(session) ?? []
      heard.set(session, ranges)
      if (frame.type === FRAME_SNAPSHOT) ranges.push({ from: 1, seq: frame.seq })
      if (frame.type === FRAME_EVENTS) for (const { from, seq } of readRecords(frame.records)) ranges.push({ from, seq })
    })
  })
  return heard
}

/** Learns from the answers to attaches which session a handle is of. */
function attached(text: string, sessions: Map<number, string>): void {
  const answers = [JSON.parse(text) as unknown].flat() as ReadonlyArray<{
    readonly exit?: { readonly value?: { readonly handle?: number; readonly session?: { readonly id: string } } }
  }>
  for (const { exit } of answers) {
    const { handle, session } = exit?.value ?? {}
    if (handle !== undefined && session !== undefined) sessions.set(handle, session.id)
  }
}

/** What was heard of a session twice, and what was left out of it, up to its head (D-1, D-7, C-1, C-2). */
export async function countsOf(hub: HubProcess, heard: Heard, session: string): Promise<object> {
  const head = (await wholeLog(hub, session)).at(-1)?.seq ?? 0
  const ranges = heard.get(session) ?? []
  const doubled: Array<number> = []
  const missing: Array<number> = []
  let cursor = ranges[0] === undefined ? 0 : ranges[0].from - 1
  for (const { from, seq } of ranges) {
    if (seq <= cursor) doubled.push(seq)
    if (from > cursor + 1) missing.push(cursor + 1)
    cursor = Math.max(cursor, seq)
  }
  return { doubled, missing, upTo: cursor === head ? "the head" : `${cursor} of ${head}` }
}

/** What it is when each event came once. */
export const ONCE = { doubled: [], missing: [], upTo: "the head" }

/**
 * The rows of an agent's transcript, from its beginning to its end, with the message that each is of and its text: those in view are
 * in the page, so it is scrolled through. A row that is there twice is given twice, and so is what waits to be sent or in the queue.
 */
const rowsOf = (session: string) => `(async () => {
  const pane = document.querySelector('[data-pane][data-session="${session}"]')
  const scroller = pane.querySelector("[aria-label=Transcript]")
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  const rows = new Map()
  const twice = []
  // A person leaves the end with the wheel; what scrolls otherwise does not.
  scroller.dispatchEvent(new WheelEvent("wheel", { deltaY: -90 }))
  for (let top = 0; ; top += scroller.clientHeight / 2) {
    scroller.scrollTop = top
    await frame()
    const inView = [...scroller.querySelectorAll("[data-message]")]
    const keys = inView.map((row) => row.dataset.key)
    twice.push(...inView.filter((row, at) => keys.indexOf(row.dataset.key) !== at))
    for (const row of inView) rows.set(row.dataset.key, [row.dataset.message, row.innerText])
    if (top + scroller.clientHeight >= scroller.scrollHeight) break
  }
  const waiting = [...pane.querySelectorAll("[data-outgoing], [data-queued]")].map((one) => one.innerText)
  return { rows: [...rows.values()], twice: twice.map((row) => row.innerText), waiting }
})()`

interface Rows {
  readonly rows: ReadonlyArray<readonly [message: string, text: string]>
  readonly twice: ReadonlyArray<string>
  readonly waiting: ReadonlyArray<string>
}

/**
 * Waits until a page shows what is stored of an agent's session: each message once, in order, with each of its words once.
 * `words` picks out of all that is shown what is compared with the stored text.
 */
export async function showsStored(
  hub: HubProcess,
  { page }: Pick<AppPage, "page">,
  session: string,
  words: RegExp,
): Promise<void> {
  await checkedAgentLog(hub, session)
  const stored = await messagesOf(hub, session)
  const wanted = {
    twice: [],
    waiting: [],
    messages: stored.map(({ id }) => id),
    words: stored.flatMap((message) => textOf(message).match(words) ?? []),
  }
  const shown = async () => {
    const { rows, ...others } = (await page.evaluate(rowsOf(session))) as Rows
    return {
      ...others,
      messages: rows.map(([message]) => message).filter((message, at, all) => message !== all[at - 1]),
      words: rows.flatMap(([, text]) => text.match(words) ?? []),
    }
  }
  await expect.poll(shown, WITHIN).toEqual(wanted)
}
