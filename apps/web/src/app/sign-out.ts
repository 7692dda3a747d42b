/** Signing this browser out: it forgets its key and all that it keeps of this server (docs/protocol/app-rules.md, APP-9). */
import type { HubModel } from "@holdfast/client/model"
import { KEY_ITEM } from "@holdfast/protocol/browser-key"
import { turnOff } from "../notifications/delivery.ts"
import { basePath } from "./base.ts"
import { askToForget } from "./forget.ts"

/** Milliseconds that the server is waited for. */
const PATIENCE = 3000

/** What this browser has that the server has not, in words; `undefined` where it has everything. */
export function unsentWords(count: number): string | undefined {
  if (count === 0) return undefined
  return count === 1 ? "One thing has not been sent and is lost." : `${count} things have not been sent and are lost.`
}

/** Does it, and loads the page again, which forgets the rest. */
export async function signOut({ hub }: HubModel): Promise<void> {
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE))
  const quiet = turnOff(hub.connection).catch((cause: unknown) => console.warn("notifications were not turned off:", cause))
  await Promise.race([quiet, patience])
  hub.close()
  localStorage.removeItem(KEY_ITEM + basePath())
  askToForget()
  location.replace(document.baseURI)
}
