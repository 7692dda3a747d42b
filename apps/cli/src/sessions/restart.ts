/**
 * `holdfast restart`: the command of an ended terminal again, in the same session.
 */
import { randomUUID } from "node:crypto"
import type { RestartSession } from "@holdfast/protocol/session"
import { sessionSize } from "../attach/viewport.ts"
import { print, printJson } from "../output.ts"
import { ask, useHub } from "../server/hub.ts"
import { printable } from "../text/printable.ts"
import { askerEnvironment } from "./asker.ts"
import { NEW_ATTACH } from "./new-session.ts"

/** Starts it, and attaches where that is asked for. */
export async function restart(id: string, attached: boolean, json: boolean): Promise<void> {
  const hub = useHub()
  const { columns, rows } = process.stdout
  const request: RestartSession = {
    // The key makes it once, also when the answer is lost and it is asked again.
    key: randomUUID(),
    ...(attached ? sessionSize({ cols: columns || 80, rows: rows || 24 }) : {}),
    ...askerEnvironment(hub.target),
  }
  if (attached) {
    const { attach } = await import("../attach/attach.ts")
    return attach(NEW_ATTACH, (connection) => connection.call("terminal.restart", { session: id, ...request }))
  }
  const session = await ask(hub, (api) => api.restart(id, request))
  if (json) printJson(session)
  else print(`restarted ${session.id} ${printable(session.label)}`)
}
