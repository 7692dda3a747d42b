/** The app: a hub that serves it as it was built, and pages that may come in. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { longConversation, seedTranscript } from "@holdfast/testkit/seeded-transcript"
import { type ChatServer, LONG } from "../load/chat-pages.ts"
import { type BenchPage, type Browser, openBrowser } from "../process/browser.ts"
import type { Place } from "../row.ts"
import { createSession, type Hub, openHub } from "./hub.ts"

/** The data directory of a hub that is not started yet. */
export function dataOf({ directory }: Place): string {
  const data = join(directory, "data")
  mkdirSync(data, { mode: 0o700, recursive: true })
  return data
}

/** Opens a page of the app, signed in by a link as a person is, and waits until it is connected. */
export async function enterApp(hub: Hub, browser: Browser, path = "/"): Promise<BenchPage> {
  const page = await browser.open()
  const { body } = await hub.process.call<{ readonly url: string }>("POST", "/api/links")
  await page.goto(body.url)
  await page.until(`localStorage.getItem("holdfast-key") !== null`)
  await page.goto(hub.url + path)
  await page.until(CONNECTED)
  return page
}

/** True when the page is connected. */
export const CONNECTED = `[...document.querySelectorAll("footer button")].some(({ textContent }) => /^Connected/.test(textContent))`

/** The row of a session. */
export function rowOf(session: string): string {
  return `document.querySelector('[data-row="${session}"]')`
}

/** Sessions in the list beside the one that is opened. */
const OTHERS = 12

/** A hub with its app, in which there is a long conversation. */
export interface LongApp extends ChatServer {
  readonly hub: Hub
  /** The session of the conversation. */
  readonly session: string
}

/** A hub with a conversation of 10,000 messages and some other sessions. */
export async function startLong(place: Place, settings: Readonly<Record<string, string>> = {}): Promise<LongApp> {
  const session = await seedTranscript(dataOf(place), "A long conversation", longConversation(LONG))
  const hub = await openHub(place, settings)
  try {
    for (let at = 0; at < OTHERS; at++)
      await createSession(hub, { kind: "agent", agent: "scripted", cwd: "/", label: `Other ${at}` })
  } catch (error) {
    await hub.end()
    throw error
  }
  const pane = `document.querySelector('[data-pane][data-session="${session}"]')`
  return {
    hub,
    session,
    url: hub.url,
    longUrl: `${hub.url}/s/${session}`,
    smallUrl: `${hub.url}/health/ready`,
    enter: (browser) => enterApp(hub, browser),
    afresh: (browser, storage) => browser.open(storage),
    isListed: `${CONNECTED} && document.querySelectorAll("[data-row]").length > 10`,
    isShown: `${pane}?.textContent.includes("Answer ${LONG - 1}:") === true`,
    openLong: `${rowOf(session)}.click()`,
    scroller: `document.querySelector("[data-pane] [aria-label=Transcript]")`,
    end: hub.end,
  }
}

/** A hub with its app and a browser. */
export interface RunningApp {
  readonly hub: Hub
  readonly browser: Browser
  readonly end: () => Promise<void>
}

/** Starts both; what is to be in the data directory is there already. */
export async function openApp(place: Place, settings: Readonly<Record<string, string>> = {}): Promise<RunningApp> {
  const hub = await openHub(place, settings)
  try {
    const browser = await openBrowser()
    return {
      hub,
      browser,
      end: async () => {
        await browser.close()
        await hub.end()
      },
    }
  } catch (error) {
    await hub.end()
    throw error
  }
}
