/** The pages of docs/react: each example is run in a browser, and does what the page says. */
import { expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { openAgent, sendText, settledAgent } from "@holdfast/testkit/agent-session"
import type { Page } from "../chromium.ts"
import { DOCUMENTS } from "./document-pages.ts"
import { until, type World, write } from "./world.ts"

const text = (page: Page) => until(page, "document.body.innerText.trim()")

async function click(page: Page, label: string): Promise<void> {
  const button = `[...document.querySelectorAll("button")].find((one) => one.textContent === ${JSON.stringify(label)})`
  await until(page, `${button}?.disabled`).toBe(false)
  await page.evaluate(`${button}.click()`)
}

/** What each page's example is seen to do, with an agent that has answered once. */
const SEEN: Readonly<Record<string, (page: Page, session: string, world: World) => Promise<void>>> = {
  README: async (page) => {
    await text(page).toContain("Choose a session.")
    await click(page, "docs agent")
    await until(page, `document.querySelector("[data-role=assistant]")?.innerText`).toBe("answered")
  },
  chat: async (page) => {
    await text(page).toContain("answered")
    expect(await page.evaluate(`document.querySelector("textarea").ariaLabel`)).toBe("Message to the agent")
  },
  terminal: (page) => until(page, `document.querySelector(".xterm-rows")?.textContent`).toContain("shown here"),
  "use-connection": (page) => text(page).toBe("Connected"),
  "use-doing": async (page, session, { hub }) => {
    await text(page).toBe("Nothing now")
    await sendText(hub, session, "[[say doing]] [[slow 60 50]]")
    await text(page).toContain("writing")
    await settledAgent(hub, session)
    await text(page).toBe("Nothing now")
  },
  "use-draft": async (page, session, { hub }) => {
    await write(page, "not sent yet")
    await expect
      .poll(async () => (await hub.call<{ readonly text: string }>("GET", `/api/sessions/${session}/draft`)).body.text)
      .toBe("not sent yet")
  },
  "use-layout": async (page) => {
    await text(page).toContain("0 open")
    await click(page, "Open")
    await text(page).toContain("1 open")
  },
  "use-messages": (page) => text(page).toMatch(/user .*say answered[^]*assistant answered/),
  "use-outbox": async (page, _, world) => {
    await text(page).toContain("0 on their way, 0 failed")
    await click(page, "Create")
    const made = async () =>
      (await world.hub.call<{ readonly sessions: ReadonlyArray<Session> }>("GET", "/api/sessions?q=from+the+box")).body.sessions
    await expect.poll(async () => (await made()).length).toBe(1)
    await text(page).toContain("0 on their way, 0 failed")
  },
  "use-permissions": async (page, session, { hub }) => {
    await text(page).toBe("Nothing to decide.")
    await sendText(hub, session, "[[bash echo documented]]")
    await text(page).toContain("echo documented")
    await page.evaluate(`document.querySelector("button").click()`)
    await text(page).toBe("Nothing to decide.")
  },
  "use-queue": async (page, session, { hub }) => {
    await text(page).toContain("0 waiting")
    await sendText(hub, session, "[[slow 600 50]]")
    await sendText(hub, session, "[[say never]]")
    await text(page).toContain("1 waiting")
    await click(page, "Remove")
    await text(page).toContain("0 waiting")
    await sendText(hub, session, "[[say kept]]")
    await text(page).toContain("1 waiting")
    await hub.call("POST", `/api/sessions/${session}/interrupt`)
    await click(page, "Continue")
    await text(page).toBe("0 waiting")
  },
  "use-seen": async (page) => {
    await text(page).toContain("New, in the list")
    await click(page, "Mark as seen")
    await text(page).toContain("Seen, not in the list")
    await click(page, "Mark as unread")
    await text(page).toContain("New, in the list")
  },
  "use-session": (page) => text(page).toMatch(/^docs agent \(idle\)$/i),
  "use-session-events": (page) => text(page).toBe("Live: has events, 0 waiting, turn idle"),
  "use-session-service": async (page) => {
    await click(page, "Create")
    await text(page).toContain("made here is working")
    await click(page, "Create with an unknown agent")
    await text(page).toContain("not created: ")
  },
  "use-session-stream": async (page) => {
    await text(page).toContain("Connected")
    await text(page).toContain("turn/ended")
  },
  "use-sessions": (page) => text(page).toContain("docs agent is "),
  "use-trace": (page) => text(page).toMatch(/^[1-9]\d* busy, [1-9]\d* with messages$/),
}

/** One test for each page. */
export function documents(world: World): void {
  let agent: Session | undefined

  const answered = async (): Promise<Session> => {
    const made = await openAgent(world.hub, { label: "docs agent", tags: ["docs"] })
    await sendText(world.hub, made.id, "[[say answered]]")
    return made
  }

  it.each(DOCUMENTS)("U-2 U-5 the example of docs/react/%s.md does what it says", async (name) => {
    const { hub } = world
    expect(Object.keys(SEEN)).toContain(name)
    agent ??= await answered()
    await settledAgent(hub, agent.id)
    const shell = { kind: "terminal", command: "sh", args: ["-c", "echo shown here; cat"] }
    const { id } = name === "terminal" ? (await hub.call<Session>("POST", "/api/sessions", shell)).body : agent
    const page = await world.signedIn()
    await world.load(page, "react")
    await page.evaluate(`window.test.showDocument(${JSON.stringify(name)}, ${JSON.stringify(id)})`)
    await SEEN[name]?.(page, id, world)
  })
}
