/**
 * What a person does on the page of a chat, the same on every page that is measured: the page is loaded, a long conversation is
 * opened, and read upwards.
 */
import { gzipSync } from "node:zlib"
import { type BenchPage, type Browser, FRAME, openBrowser, PAINTED, type Storage } from "../process/browser.ts"
import type { Contestant, Figures, Place } from "../row.ts"

/** Messages of the long conversation. */
export const LONG = 10_000

/** A server with a page, and how the page is used. Expressions are evaluated in it. */
export interface ChatServer {
  /** Where the page is without a conversation, and where with the long one. */
  readonly url: string
  readonly longUrl: string
  /** Something small of the same server that brings no script. */
  readonly smallUrl: string
  /** Opens a page that may come in, and goes to `url`. */
  readonly enter: (browser: Browser) => Promise<BenchPage>
  /** Opens one with what another one had stored, and nowhere yet: nothing of the page is cached for it. */
  readonly afresh: (browser: Browser, storage: Storage) => Promise<BenchPage>
  /** True when the list is there and can be used. */
  readonly isListed: string
  /** True when the newest message of the long conversation is there. */
  readonly isShown: string
  /** Opens the long conversation from the list. */
  readonly openLong: string
  /** The element that scrolls the conversation. */
  readonly scroller: string
  readonly end: () => Promise<void>
}

/** A contestant: a server of its own and a browser of its own, with what is measured on its pages. */
export function onPages<Server extends { readonly end: () => Promise<void> }>(
  name: string,
  start: (place: Place) => Promise<Server>,
  measure: (server: Server, browser: Browser, place: Place) => Promise<Figures>,
): Contestant {
  return {
    name,
    open: async (place) => {
      const server = await start(place)
      try {
        const browser = await openBrowser()
        return {
          measure: () => measure(server, browser, place),
          close: async () => {
            await browser.close()
            await server.end()
          },
        }
      } catch (error) {
        await server.end()
        throw error
      }
    },
  }
}

/** Bytes of the scripts that a page has loaded, as gzip makes them, whatever the server sent. */
async function scriptBytes(page: BenchPage): Promise<number> {
  const names = await page.ask<ReadonlyArray<string>>(
    `performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => /[.]m?js([?]|$)/.test(name))`,
  )
  const texts = await Promise.all(
    [...new Set(names)].map((name) => page.ask<string>(`fetch(${JSON.stringify(name)}).then((answer) => answer.text())`)),
  )
  return texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0)
}

/** From nothing to a list that can be used: nothing of the page is cached. */
export async function loadPage(server: ChatServer, browser: Browser): Promise<Figures> {
  const { url, smallUrl, isListed } = server
  const entered = await server.enter(browser)
  const storage = await entered.storage()
  await entered.close()
  const page = await server.afresh(browser, storage)
  try {
    // So that the page's process is there, and its script is not.
    await page.goto(smallUrl)
    const before = await page.thread()
    await page.goto(url)
    await page.until(isListed)
    const wall = await page.ask<number>(PAINTED)
    const thread = (await page.thread()) - before
    return { script: (await scriptBytes(page)) / 1000, thread, wall }
  } finally {
    await page.close()
  }
}

/** Milliseconds after which a page has loaded what it loads when it has time. */
const REST = 2000

/** An expression that waits. */
export function rest(milliseconds: number): string {
  return `new Promise((done) => setTimeout(done, ${milliseconds}))`
}

/** An expression that does something and waits until it was painted; its value is the milliseconds that took. */
export function timed(act: string, isDone: string): string {
  return `(async () => {
    const began = performance.now()
    ${act}
    for (let frame = 0; frame < 3000 && !(${isDone}); frame++) await new Promise((done) => requestAnimationFrame(done))
    if (!(${isDone})) throw new Error("it did not come")
    return (await ${PAINTED}) - began
  })()`
}

/** From the press on the row of a conversation to its newest message on the screen. */
export async function openLong(server: ChatServer, browser: Browser): Promise<Figures> {
  const page = await server.enter(browser)
  try {
    await page.until(server.isListed)
    await page.ask(rest(REST))
    const before = await page.thread()
    const openWall = await page.ask<number>(timed(server.openLong, server.isShown))
    return { openThread: (await page.thread()) - before, openWall }
  } finally {
    await page.close()
  }
}

/** Scrolls up, one step in each frame, and tells how long each frame took. */
const scrolling = (scroller: string, frames: number, step: number): string => `(async () => {
  const scroller = ${scroller}
  const frame = () => new Promise((done) => requestAnimationFrame(done))
  const times = []
  let last = await frame()
  for (let at = 0; at < ${frames}; at++) {
    ${FRAME}
    scroller.dispatchEvent(new WheelEvent("wheel", { deltaY: -${step}, bubbles: true }))
    scroller.scrollTop -= ${step}
    const now = await frame()
    times.push(now - last)
    last = now
  }
  ${FRAME}
  return times
})()`

/** Frames, and pixels of each. */
const FRAMES = 300
const STEP = 60

/** Milliseconds that a frame may take before it is seen as a jolt. */
const LATE = 25

/** What scrolling costs: frames that came late, those whose work alone was more than a frame may take, and what one cost. */
async function scroll(page: BenchPage, scroller: string): Promise<Figures> {
  const { value, threads } = await page.frames<ReadonlyArray<number>>(scrolling(scroller, FRAMES, STEP))
  const isOver = (time: number): boolean => time > LATE
  const frame = threads.reduce((sum, time) => sum + time, 0) / threads.length
  return { late: value.filter(isOver).length, heavy: threads.filter(isOver).length, frame }
}

/** Reading the long conversation upwards. */
export async function scrollLong(server: ChatServer, browser: Browser): Promise<Figures> {
  const page = await server.enter(browser)
  try {
    await page.goto(server.longUrl)
    await page.until(server.isShown)
    await page.ask(rest(1000))
    return await scroll(page, server.scroller)
  } finally {
    await page.close()
  }
}

/** A page of words in as many elements as the view passes, and no script: what scrolling costs the browser itself. */
const PLAIN_ROWS = `(() => {
  document.body.innerHTML = '<div id="rows" style="height:100vh;overflow:auto;font:14px/22px sans-serif"></div>'
  const rows = document.getElementById("rows")
  for (let at = 0; at < 1500; at++) {
    const row = document.createElement("div")
    row.textContent = "Row " + at + ": " + "word ".repeat(at % 60)
    rows.append(row)
  }
  rows.scrollTop = rows.scrollHeight
})()`

/** The browser alone, as the limit of scrolling. */
export const PLAIN_PAGE: Contestant = {
  name: "a page of plain rows",
  open: async () => {
    const browser = await openBrowser()
    const measure = async (): Promise<Figures> => {
      const page = await browser.open()
      try {
        await page.ask(PLAIN_ROWS)
        await page.ask(rest(500))
        return await scroll(page, `document.getElementById("rows")`)
      } finally {
        await page.close()
      }
    }
    return { measure, close: () => browser.close() }
  },
}
