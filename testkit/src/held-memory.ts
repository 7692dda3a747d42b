/**
 * What a process holds: its memory after a collection of everything that is dead.
 */
import { setTimeout as pause } from "node:timers/promises"
import type { HubProcess } from "./hub-process.ts"

/** Argument of Node with which {@link heldBytes} can ask a process. */
export const INSPECTED = "--inspect=127.0.0.1:0"

/** The answer of Node's inspector to `Runtime.getHeapUsage` (Chrome DevTools Protocol), in bytes. */
interface HeapUsage {
  readonly usedSize: number
  readonly embedderHeapUsedSize: number
  readonly backingStorageSize: number
}

/** Milliseconds between two looks: what is only on its way, as to the thread that writes, is gone by then. */
const APART = 500
const LOOKS = 4

/**
 * Bytes of objects and buffers that live in the main thread of a hub started with {@link INSPECTED}, after it collected all dead
 * ones: the least of some looks.
 */
export async function heldBytes(hub: HubProcess): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await pause(APART)
    least = Math.min(least, await heldNow(hub))
  }
  return least
}

async function heldNow(hub: HubProcess): Promise<number> {
  const url = hub
    .output()
    .match(/ws:\/\/127\.0\.0\.1:\S+/g)
    ?.at(-1)
  if (url === undefined) throw new Error(`start the hub with ${INSPECTED}`)
  const socket = new WebSocket(url)
  try {
    await new Promise((resolve, reject) => {
      socket.onopen = resolve
      socket.onerror = () => reject(new Error(`no inspector at ${url}`))
    })
    // The second collection takes what finalizers of the first one freed.
    await ask(socket, 1, "HeapProfiler.collectGarbage")
    await ask(socket, 2, "HeapProfiler.collectGarbage")
    const usage = (await ask(socket, 3, "Runtime.getHeapUsage")) as HeapUsage
    return usage.usedSize + usage.embedderHeapUsedSize + usage.backingStorageSize
  } finally {
    socket.close()
  }
}

/** Calls a method of the inspector. */
function ask(socket: WebSocket, id: number, method: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.onclose = () => reject(new Error(`the inspector closed before it answered ${method}`))
    socket.onmessage = (message) => {
      const answer = JSON.parse(String(message.data)) as { id?: number; result?: unknown; error?: { message: string } }
      if (answer.id !== id) return
      if (answer.error === undefined) resolve(answer.result)
      else reject(new Error(`${method}: ${answer.error.message}`))
    }
    socket.send(JSON.stringify({ id, method }))
  })
}
