/** Who an input comes from (docs/protocol/rules.md, R-20). */
import { createHash } from "node:crypto"
import type { Principal, Seated } from "../Hub.ts"

/**
 * The seat of a connection: the same each time it comes back with the same credential, another one for every other connection, also
 * under the same client id. It keys inputs and holds the keyboard; it may be shown, as nothing can be claimed by it.
 */
export function seatOf({ credential }: Principal, { client, connection = "" }: Seated): string {
  return createHash("sha256")
    .update(JSON.stringify([credential, client, connection]))
    .digest("base64url")
}
