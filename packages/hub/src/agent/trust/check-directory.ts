/** Looks at a session's directory before its agent starts, and decides whether what it brings may run. */
import type { AgentSpec } from "@holdfast/protocol/agent/agent"
import type { DirectoryTrust } from "@holdfast/protocol/agent/trust"
import type { AgentContext } from "../AgentContext.ts"

/** Tag of the error that holds a queue until its directory is trusted. */
export const DIRECTORY_UNTRUSTED = "DirectoryUntrusted"

/** An agent that runs by itself what a directory brings is not started where no one trusts that directory. */
export class DirectoryUntrusted extends Error {
  readonly _tag = DIRECTORY_UNTRUSTED
}

/** How the directory of a session stands; undefined when it brings nothing that agents read, or cannot be read. */
export async function directoryTrust(
  context: AgentContext,
  spec: Pick<AgentSpec, "cwd" | "name" | "adapter">,
): Promise<DirectoryTrust | undefined> {
  // A directory that is gone is the start's to refuse.
  const found = await context.catalog.look(spec.cwd, spec, context.home).catch(() => undefined)
  return found === undefined || found.brings.length === 0 ? undefined : context.trust.judge(found)
}

/** Throws `DirectoryUntrusted` for an agent that cannot be kept from what an untrusted directory brings. */
export function refuseUntrusted({ adapter, name }: AgentSpec, trust: DirectoryTrust | undefined): void {
  if (adapter !== "acp" || trust === undefined || trust.state === "trusted" || trust.state === "unneeded") return
  const brings = trust.brings.filter(({ runs }) => runs).map(({ path, what }) => `${path} (${what})`)
  const shown = brings.slice(0, 3).join("; ") + (brings.length > 3 ? `; … ${brings.length - 3} more` : "")
  const how = trust.state === "refused" ? "trust was refused" : "it is not trusted yet"
  throw new DirectoryUntrusted(
    `${name} would run hooks, servers or commands of ${trust.directory}, but ${how}. Once it is trusted (\`holdfast trust add\`) the message is sent. It would run ${shown}`,
  )
}
