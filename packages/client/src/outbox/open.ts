/**
 * Opens an outbox where the platform can keep it: IndexedDB, a file, or memory (docs/protocol/rules.md, C-51).
 */
import { reasonOf } from "../errors.ts"
import { nodeProcess } from "../platform.ts"
import { platformTimers } from "../timers.ts"
import type { Timers } from "../timers.ts"
import { wakeWithPage } from "../wake.ts"
import { indexedDbStore } from "./indexeddb.ts"
import { Outbox } from "./Outbox.ts"
import type { OutboxParts } from "./Outbox.ts"
import { memoryStore } from "./OutboxStore.ts"
import type { OutboxSend } from "./send.ts"
import { alone, noGrapevine, tabs, webTurns } from "./turns.ts"

/** Which outbox to open. */
export interface OpenOutboxOptions {
  /**
   * Names the box: one for each hub and person. All tabs of an origin, or all programs of a user, that open the same name share it, so
   * a name must not stand for two hubs.
   */
  readonly name: string
  /** `sendOverHttp` or `sendOnConnection`. */
  readonly send: OutboxSend
  /** In Node the file to keep it in, which several processes may share; by default one in the user's state directory. */
  readonly file?: string
}

type Place = Pick<OutboxParts, "store" | "turns" | "grapevine" | "problem">

/** Opens an outbox and begins to send what is in it. Where nothing can be stored it is kept in memory, and `state` says so. */
export async function openOutbox({ name, send, file }: OpenOutboxOptions): Promise<Outbox> {
  const clock: Timers = { ...platformTimers, now: Date.now }
  const outbox = new Outbox({ ...(await place(name, file, clock)), send, clock })
  // A page that was hidden, frozen or offline has missed what others told, and timers.
  const wake = (): void => outbox.wake()
  outbox.onClose(wakeWithPage({ wake, renew: wake }))
  try {
    return await outbox.start()
  } catch (cause) {
    outbox.close()
    throw cause
  }
}

async function place(name: string, file: string | undefined, clock: Timers): Promise<Place> {
  const process = nodeProcess()
  try {
    if (typeof indexedDB !== "undefined") return await webPlace(`holdfast-outbox-${name}`, clock)
    if (process === undefined) return inMemory("this platform has no storage")
    const { filePlace } = await import("./file/place.ts")
    const parts = await filePlace(name, file, clock)
    // Fails here, if it fails, rather than with the first command.
    await parts.store.write([], 0, true)
    return parts
  } catch (cause) {
    return inMemory(reasonOf(cause))
  }
}

async function webPlace(name: string, clock: Timers): Promise<Place> {
  const store = await indexedDbStore(indexedDB, name)
  const grapevine = tabs(name)
  // A page that was not loaded over https has no locks; then every tab sends, and the hub drops what is doubled.
  const locks: LockManager | undefined = navigator.locks
  return { store, grapevine, turns: locks === undefined ? alone : webTurns(locks, name, grapevine, clock) }
}

const inMemory = (why: string): Place => ({
  store: memoryStore(),
  turns: alone,
  grapevine: noGrapevine,
  problem: `commands are kept in memory and end with this page or program: ${why}`,
})
