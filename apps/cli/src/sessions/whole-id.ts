/** Names of sessions as people type them; the hub takes whole ids only (docs/protocol/rules.md, H-3). */
import { UUID_V7 } from "@holdfast/protocol/uuid"
import { ask, useHub } from "../server/hub.ts"

/** The id of the session that a name stands for, with `resolve` to ask for it. An id is the name of its session unasked. */
export async function idOf(name: string, resolve: (name: string) => Promise<{ readonly session: string }>): Promise<string> {
  return UUID_V7.test(name) ? name : (await resolve(name)).session
}

/** The same, asked of the hub. Throws a `CliFailure`. */
export function wholeId(name: string): Promise<string> {
  return idOf(name, (text) => ask(useHub(), (api) => api.resolve(text)))
}
