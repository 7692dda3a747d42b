/**
 * What a hub on this machine is told about the caller: the environment for a new terminal or agent (docs/protocol/rules.md, T-29,
 * A-67), and the session that this one is itself in (T-30).
 */
import { ownEnvironment } from "@holdfast/protocol/own-environment"
import { refreshedOf } from "@holdfast/protocol/refreshed-environment"
import { isVariable } from "@holdfast/protocol/text"
import type { Place } from "../server/find.ts"

const LOOPBACK = /^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:|\/|$)/

/** Whether a hub is on this machine: it has a socket in a data directory here, whatever address it listens on, or a loopback address. */
const isHere = ({ origin, socket }: Place): boolean => socket !== undefined || LOOPBACK.test(origin)

/** What can be given to a program; a shell can hand on more than that. */
const usable = (env: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(env).filter(([name, value]) => isVariable(name, value)))

/** The environment that a new session inherits; nothing for a hub on another machine, where it would be wrong. */
export function askerEnvironment(
  hub: Place,
  env: NodeJS.ProcessEnv = process.env,
): { readonly environment?: Readonly<Record<string, string>> } {
  return isHere(hub) ? { environment: usable(ownEnvironment(env)) } : {}
}

/** The session that this terminal is in. */
export function withinOf(env: NodeJS.ProcessEnv = process.env): { readonly within?: string } {
  const within = env["HOLDFAST_SESSION"] ?? ""
  return within === "" ? {} : { within }
}

/** What an attachment says about its viewer. */
export function viewerOf(
  hub: Place,
  env: NodeJS.ProcessEnv = process.env,
): { readonly within?: string; readonly environment?: Readonly<Record<string, string>> } {
  return {
    ...withinOf(env),
    ...(isHere(hub) ? { environment: refreshedOf(env) } : {}),
  }
}
