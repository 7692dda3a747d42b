/** Scripted agents in tests of the app: what they ask, what waits for them, what they said. */
import { messagesOf, recordOf, sendText, settledAgent, textOf } from "@holdfast/testkit/agent-session"
import { eventually } from "@holdfast/testkit/eventually"
import type { Session } from "@holdfast/protocol/session"
import type { AppPage, RunningApp } from "./app.ts"
import type { Locator } from "./playwright.ts"

/** A session whose agent asks, once it does. */
export async function asking(app: RunningApp, text: string, label = "Asks"): Promise<Session> {
  const session = await app.agent({ label, options: { permissions: "ask" } })
  await sendText(app.hub, session.id, text)
  await eventually("it asks", 10_000, async () =>
    (await recordOf(app.hub, session.id)).permissions.length > 0 ? true : undefined,
  )
  return session
}

const words = async ({ hub }: RunningApp, session: string): Promise<string> =>
  (await messagesOf(hub, session)).map((message) => textOf(message)).join("\n")

/** All that was said, once a part of it was and nothing works any more. */
export async function said(app: RunningApp, session: string, part: string): Promise<string> {
  await eventually(`${part} was said`, 20_000, async () => ((await words(app, session)).includes(part) ? true : undefined))
  await settledAgent(app.hub, session)
  return words(app, session)
}

/** What this person said, in order. */
export async function ownWords({ hub }: RunningApp, session: string): Promise<ReadonlyArray<string>> {
  return (await messagesOf(hub, session)).filter(({ role }) => role === "user").map((message) => textOf(message))
}

/** What waits in the queue, in order. */
export async function queued({ hub }: RunningApp, session: string): Promise<ReadonlyArray<string>> {
  const { queue } = await recordOf(hub, session)
  const waiting = queue.filter(({ status }) => status === "waiting")
  return waiting.map(({ parts }) => parts.map((part) => (part.type === "text" ? part.text : "")).join(""))
}

/** The field for a message to a session. */
export function fieldOf({ page }: AppPage, session: string): Locator {
  return page.locator(`[data-composer="${session}"]`)
}
