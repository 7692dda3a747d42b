/** Server-sent events, read off the wire. The end of a stream means to a reader of this protocol that its connection is lost. */
import type { Event } from "@holdfast/protocol/event"
import type { AttachWith, DoorItem, DoorReader, DoorUnderTest } from "../door.ts"
import { eventItem, type HubUnderTest } from "../hub.ts"
import { cursorQuery, openStream, sendOverHttp, typeOverHttp } from "./over-http.ts"

/** The item of one message, or nothing for one that only moves the cursor. */
function itemOf(message: string): DoorItem | undefined {
  const fields = new Map(
    message.split("\n").map((line) => {
      const colon = line.indexOf(":")
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const
    }),
  )
  const data = fields.get("data")
  if (data === undefined) return undefined
  const value = JSON.parse(data) as Event & { readonly reason: string }
  switch (fields.get("event")) {
    case "event":
      return eventItem(value)
    case "snapshot":
      return { kind: "snapshot", seq: value.seq, reason: value.reason }
    case "synced":
      return { kind: "synced", seq: value.seq }
    default:
      return undefined
  }
}

async function attach(hub: HubUnderTest, request: AttachWith): Promise<DoorReader> {
  const path = `/api/sessions/${request.session}/events/stream?${cursorQuery(request)}`
  const { response, cut } = await openStream(hub, path, request.token)
  const chunks = response.setEncoding("utf8")[Symbol.asyncIterator]() as AsyncIterator<string>
  const ready: Array<DoorItem> = []
  let text = ""
  let over = false
  const lost: DoorItem = { kind: "ended", tag: "ConnectionLost", message: "the stream of events ended" }
  const next = async (): Promise<DoorItem | undefined> => {
    while (ready.length === 0) {
      if (over) return undefined
      const chunk = await chunks.next().catch(() => ({ done: true, value: "" }))
      if (chunk.done === true) {
        over = true
        return lost
      }
      const messages = (text + chunk.value).split("\n\n")
      text = messages.pop() ?? ""
      ready.push(...messages.map(itemOf).filter((item) => item !== undefined))
    }
    return ready.shift()
  }
  // What is not asked for is not read: the connection's own flow control holds the server back.
  return { next, cut, pause: () => undefined, resume: () => undefined, close: cut }
}

/** The streams of server-sent events of a server. */
export function sseDoor(hub: HubUnderTest): DoorUnderTest {
  return {
    name: "server-sent events",
    shows: "events",
    entries: [
      { method: "GET", path: "/api/sessions/:session/events/stream?after=0" },
      { method: "POST", path: "/api/sessions/:session/messages", body: '{"text":"[[say no]]"}' },
    ],
    attach: (request) => attach(hub, request),
    send: (request) => sendOverHttp(hub, request),
    type: (request) => typeOverHttp(hub, request),
    filters: true,
  }
}
