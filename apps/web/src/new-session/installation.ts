/**
 * The terminals that install agents: found in the table of sessions, so that one that runs is known after a reload and on other devices,
 * and no press begins a second one (docs/protocol/app-rules.md, APP-26).
 */
import { useMemo } from "react"
import { HoldfastError } from "@holdfast/client"
import type { Readable } from "@holdfast/client/model"
import type { ShownSession } from "@holdfast/client/outbox"
import type { AgentEntry } from "@holdfast/protocol/agent/agent"
import type { Session } from "@holdfast/protocol/session"
import { useHub } from "@holdfast/react"
import { useStore } from "../ui/store.ts"

/** What is looked at of an agent. */
export type Installed = Pick<AgentEntry, "name" | "adapter">

const isRunning = ({ process }: Session): boolean => process === "starting" || process === "running"

/** Whether a terminal installs an agent: by its own name, or by that of the library that it is run with. */
function installs({ terminal }: Session, { name, adapter }: Installed): boolean {
  const [agents, install, what] = terminal?.args.slice(-3) ?? []
  return agents === "agents" && install === "install" && (what === name || what === adapter)
}

/** The installation of an agent: the one that runs, or else the latest. */
export function installationOf(sessions: ReadonlyArray<ShownSession>, agent: Installed): Session | undefined {
  return sessions
    .flatMap((one) => (one.status !== "offline" && installs(one, agent) ? [one] : []))
    .toSorted((one, other) => Number(isRunning(other)) - Number(isRunning(one)) || other.createdAt - one.createdAt)[0]
}

/** The key of the next installation: the same on every device that knows the same last one. */
export function installKey({ name }: Installed, last: string | undefined): string {
  return `install-${name}-${last ?? "first"}`
}

/** Begins an installation, or gives the one that was begun after the same last one; `spare` is a key that no one else has. */
export async function beginInstallation(
  agent: Installed,
  last: string | undefined,
  spare: string,
  call: (key: string) => Promise<Session>,
): Promise<Session> {
  try {
    return await call(installKey(agent, last))
  } catch (cause) {
    // It is in the trash, or was that of another version: this is a new one.
    const isOver = cause instanceof HoldfastError && (cause.tag === "SessionDeleted" || cause.tag === "KeyConflict")
    if (!isOver) throw cause
    return call(spare)
  }
}

const ALL = { status: "all" } as const

/** The installation of an agent, as it changes. */
export function useInstallation({ name, adapter }: Installed): { readonly id: string | undefined; readonly isRunning: boolean } {
  const { table } = useHub()
  const readable = useMemo((): Readable<string> => {
    const { get, subscribe } = table.list(ALL).sessions
    let seen: ReadonlyArray<ShownSession> | undefined
    let found = ""
    const read = (): string => {
      const sessions = get()
      if (sessions === seen) return found
      seen = sessions
      const one = installationOf(sessions, { name, adapter })
      found = one === undefined ? "" : `${isRunning(one) ? "+" : "-"}${one.id}`
      return found
    }
    return { get: read, subscribe }
  }, [table, name, adapter])
  const found = useStore(readable)
  return { id: found === "" ? undefined : found.slice(1), isRunning: found.startsWith("+") }
}
