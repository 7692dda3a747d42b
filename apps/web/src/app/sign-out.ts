/** Signing this browser out: its key ends on the server, and it forgets that and all that it keeps of this server (docs/protocol/app-rules.md, APP-9). */
import { HoldfastError } from "@holdfast/client"
import { makeDeviceApi } from "@holdfast/client/model"
import type { Hub, HubModel } from "@holdfast/client/model"
import { KEY_ITEM } from "@holdfast/protocol/browser-key"
import { renew, turnOff, wanted } from "../notifications/delivery.ts"
import { basePath } from "./base.ts"
import { askToForget } from "./forget.ts"

/** Milliseconds that the server is waited for. */
const PATIENCE = 3000

/** What this browser has that the server has not, in words; `undefined` where it has everything. */
export function unsentWords(count: number): string | undefined {
  if (count === 0) return undefined
  return count === 1 ? "One thing has not been sent and is lost." : `${count} things have not been sent and are lost.`
}

/** The server did not end the key; the message says why. */
export class KeyNotEnded extends Error {}

/**
 * Does it, and loads the page again, which forgets the rest. Rejects with `KeyNotEnded`, with nothing changed here, where the server
 * did not end the key, unless the person knows that (`isAnyway`).
 */
export async function signOut({ hub }: HubModel, isAnyway = false): Promise<void> {
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE))
  const reasons = wanted.get()
  const quiet = turnOff(hub.connection).catch((cause: unknown) => console.warn("notifications were not turned off:", cause))
  await Promise.race([quiet, patience])
  try {
    await endKey(hub)
  } catch (cause) {
    if (!isAnyway) {
      wanted.choose(reasons)
      void quiet.then(() => renew(hub.connection))
      throw new KeyNotEnded(cause instanceof Error ? cause.message : String(cause), { cause })
    }
    console.warn("the key was not ended:", cause)
  }
  hub.close()
  localStorage.removeItem(KEY_ITEM + basePath())
  askToForget()
  location.replace(document.baseURI)
}

/** Ends this browser's key; that of a program, which was pasted here, stays as it is. */
async function endKey({ http }: Hub): Promise<void> {
  try {
    await makeDeviceApi(http).signOut({ signal: AbortSignal.timeout(PATIENCE) })
  } catch (cause) {
    // It has ended already, or is one that others use.
    if (cause instanceof HoldfastError && (cause.tag === "Unauthorized" || cause.tag === "Unprocessable")) return
    throw cause
  }
}
