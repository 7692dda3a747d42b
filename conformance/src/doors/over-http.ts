/** What the doors over HTTP have in common: how they are asked, and how one sends through them. */
import { request as plain, type IncomingMessage } from "node:http"
import { request as secure } from "node:https"
import { type AttachWith, DoorRefused, refusalIn, type SendWith } from "../door.ts"
import { HubCalls, type HubUnderTest } from "../hub.ts"

/** A response that is read as it comes, and how its connection is broken. */
export interface Streaming {
  readonly response: IncomingMessage
  readonly cut: () => void
}

/** Sends a GET and gives its response once the server accepted it. Fails with `DoorRefused`. */
export function openStream(hub: HubUnderTest, path: string, token: string): Promise<Streaming> {
  const url = new URL(path, hub.url)
  const send = url.protocol === "https:" ? secure : plain
  return new Promise((resolve, reject) => {
    const asked = send(url, { agent: false, headers: { authorization: `Bearer ${token}` } })
    asked.on("error", (cause) => reject(new DoorRefused("Unreachable", cause.message)))
    asked.on("response", (response) => {
      // What breaks later is seen where the response is read.
      response.on("error", () => undefined)
      if (response.statusCode === 200) return resolve({ response, cut: () => asked.destroy() })
      readAll(response).then((text) => reject(refused(text, `${path} answered ${response.statusCode}, which`)), reject)
    })
    asked.end()
  })
}

async function readAll(response: IncomingMessage): Promise<string> {
  let text = ""
  for await (const chunk of response.setEncoding("utf8")) text += String(chunk)
  return text
}

function refused(text: string, what: string): DoorRefused {
  try {
    return refusalIn(JSON.parse(text), what)
  } catch {
    return refusalIn(text, what)
  }
}

/** The query of a cursor. */
export function cursorQuery({ after, channel, log }: AttachWith): string {
  const query = new URLSearchParams()
  if (channel !== undefined) query.set("channel", channel)
  if (after !== undefined) query.set("after", String(after))
  if (log !== undefined) query.set("log", log)
  return query.toString()
}

/** Sends a message over HTTP. Fails with `DoorRefused`. */
export function sendOverHttp(hub: HubUnderTest, { session, token, text, key }: SendWith): Promise<unknown> {
  return new HubCalls(hub).ok("POST", `/api/sessions/${session}/messages`, { text, key }, token)
}

/** Types into a terminal over HTTP. Fails with `DoorRefused`. */
export function typeOverHttp(hub: HubUnderTest, { session, token, text, key }: SendWith): Promise<unknown> {
  return new HubCalls(hub).ok("POST", `/api/sessions/${session}/input`, { text, key }, token)
}
