/**
 * What differs between browsers and Node, found at run time: this package imports nothing of Node (docs/protocol/rules.md, C-17).
 */
import type { CreatedBy } from "@holdfast/protocol/session"

interface NodeProcess {
  readonly versions?: { readonly node?: string }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
  readonly getBuiltinModule?: (name: string) => unknown
}

/** Node's `process`; `undefined` in a browser. */
export function nodeProcess(): NodeProcess | undefined {
  const { process } = globalThis as { readonly process?: NodeProcess }
  return process?.versions?.node === undefined ? undefined : process
}

/** A module of Node's own, such as `node:fs`; `undefined` in browsers, and before Node 20.16, which cannot be asked for one. */
export function nodeModule<M>(name: string): M | undefined {
  return nodeProcess()?.getBuiltinModule?.(name) as M | undefined
}

/** Where a program in Node keeps what outlives it: in the user's state directory, as the platform names it. */
export function stateFolder(home: string): string {
  const { env, platform } = nodeProcess() ?? { env: {}, platform: "" }
  if (platform === "win32") return `${env["LOCALAPPDATA"] ?? `${home}\\AppData\\Local`}\\holdfast`
  if (platform === "darwin") return `${home}/Library/Application Support/holdfast`
  return `${env["XDG_STATE_HOME"] || `${home}/.local/state`}/holdfast`
}

/** The kind of client that runs this: in a browser by the device, elsewhere `program`. */
export function ownKind(): CreatedBy {
  const { navigator } = globalThis as {
    readonly navigator?: { readonly userAgent?: string; readonly userAgentData?: { readonly mobile?: boolean } }
  }
  if (nodeProcess() !== undefined || navigator?.userAgent === undefined) return "program"
  const mobile = navigator.userAgentData?.mobile ?? /Android|iPhone|iPad|Mobi/.test(navigator.userAgent)
  return mobile ? "mobile" : "desktop"
}
