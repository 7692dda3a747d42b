/**
 * What a hub on this machine is told about who asks: the environment for a new terminal (docs/PROTOCOL.md, T-29), and the
 * session that this one is itself in (T-30).
 */
import { ownEnvironment } from "@holdfast/protocol/own-environment"
import { refreshedOf } from "@holdfast/protocol/refreshed-environment"

const LOOPBACK = /^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:|\/|$)/

/** The environment that a new terminal inherits; nothing for a hub on another machine, where it would be wrong. */
export const askerEnvironment = (
  origin: string,
  env: NodeJS.ProcessEnv = process.env,
): { readonly environment?: Readonly<Record<string, string>> } =>
  LOOPBACK.test(origin) ? { environment: ownEnvironment(env) } : {}

/** The session that this terminal is in. */
export function withinOf(env: NodeJS.ProcessEnv = process.env): { readonly within?: string } {
  const within = env["HOLDFAST_SESSION"] ?? ""
  return within === "" ? {} : { within }
}

/** What an attachment says about its viewer. */
export const viewerOf = (
  origin: string,
  env: NodeJS.ProcessEnv = process.env,
): { readonly within?: string; readonly environment?: Readonly<Record<string, string>> } => ({
  ...withinOf(env),
  ...(LOOPBACK.test(origin) ? { environment: refreshedOf(env) } : {}),
})
