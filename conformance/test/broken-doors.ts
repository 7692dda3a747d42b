/** Doors that are broken on purpose, each in one way, made of one that is not. */
import { createServer, type IncomingMessage, request as forward, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { AttachWith, DoorItem, DoorReader, DoorUnderTest } from "../src/door.ts"
import type { HubUnderTest } from "../src/hub.ts"

type Next = DoorReader["next"]

/** The door with another way to read; `spoil` makes the `next` of each reader. */
export function reading(door: DoorUnderTest, spoil: (next: Next, request: AttachWith) => Next): DoorUnderTest {
  return {
    ...door,
    attach: async (request) => {
      const reader = await door.attach(request)
      return { ...reader, next: spoil(() => reader.next(), request) }
    },
  }
}

/** The door with another request in place of the one that is made. */
export function attaching(door: DoorUnderTest, change: (request: AttachWith) => AttachWith): DoorUnderTest {
  return { ...door, attach: (request) => door.attach(change(request)) }
}

/** Each item as `items` makes of it, with its number among the events. */
export function items(make: (item: DoorItem, event: number) => ReadonlyArray<DoorItem>): (next: Next) => Next {
  return (next) => {
    const ready: Array<DoorItem> = []
    let events = 0
    return async () => {
      while (ready.length === 0) {
        const item = await next()
        if (item === undefined) return undefined
        if (item.kind === "event") events++
        ready.push(...make(item, events))
      }
      return ready.shift()
    }
  }
}

/** Loses the tenth event. */
export const dropping = items((item, event) => (item.kind === "event" && event === 10 ? [] : [item]))

/** Hands the tenth event out twice. */
export const doubling = items((item, event) => (item.kind === "event" && event === 10 ? [item, item] : [item]))

/** Hands the tenth event out after the eleventh. */
export function reordering(next: Next): Next {
  let held: DoorItem | undefined
  return items((item, event) => {
    if (item.kind !== "event" || event < 10 || event > 11) return [item]
    if (event === 10) {
      held = item
      return []
    }
    return held === undefined ? [item] : [item, held]
  })(next)
}

/** Says something else than the log in the third event. */
export const forging = items((item, event) =>
  item.kind === "event" && event === 3 ? [{ ...item, data: { forged: true } }] : [item],
)

/** Ends without a word where the door says why it ends. */
export function quiet(next: Next): Next {
  return async () => {
    const item = await next()
    return item?.kind === "ended" ? undefined : item
  }
}

/** A server before a hub. */
interface Before {
  readonly hub: HubUnderTest
  readonly close: () => Promise<void>
}

/** A server that forwards to a hub with the hub's own Host and without an Origin, so that no guard sees them. */
export function openUnguarded(hub: HubUnderTest): Promise<Before> {
  return openBefore(hub, (answer, response) => void answer.pipe(response))
}

/** A server that takes all that a hub has for a reader, and keeps what the reader does not take. */
export async function openGreedy(hub: HubUnderTest): Promise<Before> {
  const open = new Set<ServerResponse>()
  const before = await openBefore(hub, (answer, response) => {
    open.add(response)
    answer.on("data", (piece: Buffer) => void response.write(piece))
    answer.on("close", () => response.end())
    response.on("close", () => open.delete(response))
  })
  const memory = (): Promise<number> => Promise.resolve([...open].reduce((sum, { writableLength }) => sum + writableLength, 0))
  return { ...before, hub: { ...before.hub, memory } }
}

async function openBefore(hub: HubUnderTest, pass: (answer: IncomingMessage, response: ServerResponse) => void): Promise<Before> {
  const { host } = new URL(hub.url)
  const server = createServer((request, response) => {
    const { origin: _, ...headers } = request.headers
    const sent = forward(`${hub.url}${request.url}`, { method: request.method, headers: { ...headers, host } }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      pass(answer, response)
    })
    sent.on("error", () => response.destroy())
    response.on("close", () => sent.destroy())
    request.pipe(sent)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return {
    hub: { ...hub, url: `http://127.0.0.1:${port}` },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
