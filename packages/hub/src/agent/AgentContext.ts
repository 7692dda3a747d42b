/** What the agents of a hub share, as one session's agent sees it. */
import type * as Effect from "effect/Effect"
import type { AgentCatalog } from "@holdfast/adapter/AgentCatalog"
import type { ImportSource } from "@holdfast/adapter/ImportSource"
import type { Session } from "@holdfast/protocol/session"
import type { KindContext, RequestContext } from "../child/KindContext.ts"
import type { ChangeFeed } from "../session/ChangeFeed.ts"
import { forkPromise } from "../session/Fork.ts"
import { Gate } from "../session/Gate.ts"
import { newId } from "../session/new-id.ts"
import { AgentPool } from "./AgentPool.ts"
import { ForkNames } from "./fork-name.ts"
import { AlwaysRules } from "./rules.ts"
import { TrustedDirectories } from "./trust/TrustedDirectories.ts"

/** The hub as an agent sees it. */
export interface AgentContext extends KindContext {
  readonly catalog: AgentCatalog
  /** Sessions of other programs that can be imported; loaded when they are asked for. */
  readonly imports: () => Promise<ImportSource>
  readonly rules: AlwaysRules
  readonly trust: TrustedDirectories
  readonly pool: AgentPool
  /** The user's home directory, whose own files are trusted. */
  readonly home: string
  /** One session folds at a time. */
  readonly folds: Gate
  /** The names of forks that are being made. */
  readonly forks: ForkNames
  /** A new id for a turn, a message or a child. */
  readonly newId: () => string
  /** The path of the directory that a session's record names. */
  readonly directory: (session: Pick<Session, "directory">) => string
  /** Runs an effect as a promise; rejects with its error. */
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A>
}

/** What requests about agents need of the hub. */
export interface AgentRequestContext extends RequestContext {
  readonly feed: ChangeFeed
  readonly agents: AgentContext
}

/** Makes the context of a hub's agents; its rules and trusted directories are to be loaded. */
export function makeAgentContext(
  hub: KindContext,
  { catalog, imports }: Pick<AgentContext, "catalog" | "imports">,
): AgentContext {
  return {
    ...hub,
    catalog,
    imports,
    rules: new AlwaysRules(hub.store),
    trust: new TrustedDirectories(hub.store),
    pool: new AgentPool(hub.settings.agentsLive, hub.report),
    home: hub.defaults.home,
    folds: new Gate(1),
    forks: new ForkNames(),
    newId: () => newId(hub.now()),
    directory: ({ directory }) => hub.directories.of(directory),
    run: (effect) => forkPromise(hub.fork, effect),
  }
}
