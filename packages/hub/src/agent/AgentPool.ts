/**
 * What the agents of a hub share: where processes come from, how many live at one moment, and what is remembered for all.
 */
import * as Exit from "effect/Exit"
import type * as Effect from "effect/Effect"
import type { Settings } from "@holdfast/protocol/settings"
import type { Store } from "@holdfast/store/Store"
import { newId } from "../session/new-id.ts"
import type { Fleet } from "../child/Fleet.ts"
import type { Fork } from "../session/Fork.ts"
import { Gate } from "../session/Gate.ts"
import { SessionDirectories } from "../session/SessionDirectories.ts"
import type { Loaded, SessionTable } from "../session/SessionTable.ts"
import type { AskerEnvironment } from "../session/AskerEnvironment.ts"
import { DutyDriver } from "./DutyDriver.ts"
import type { AgentCatalog } from "./catalog.ts"
import { AlwaysRules } from "./rules.ts"
import { TrustedDirectories } from "./trust/TrustedDirectories.ts"

/** What a crew is made of. */
export interface AgentPoolOptions {
  readonly settings: Settings
  readonly store: Store["Service"]
  readonly fork: Fork
  readonly table: SessionTable
  readonly fleet: () => Fleet
  readonly catalog: AgentCatalog
  /** Who asked or attached last. */
  readonly askers: AskerEnvironment
  /** Data directory; sessions' own directories are in it. */
  readonly data: string
  /** The user's home directory, whose own files are trusted. */
  readonly home: string
  readonly now: () => number
  readonly report: (message: string, fields: Readonly<Record<string, unknown>>) => void
}

/** The agents of a hub. */
export class AgentPool {
  readonly settings: Settings
  readonly store: Store["Service"]
  readonly table: SessionTable
  readonly fleet: () => Fleet
  readonly catalog: AgentCatalog
  readonly rules: AlwaysRules
  readonly trust: TrustedDirectories
  readonly home: string
  readonly askers: AskerEnvironment
  readonly directories: SessionDirectories
  /** One session folds at a time. */
  readonly folds = new Gate(1)
  readonly now: () => number
  readonly report: AgentPoolOptions["report"]
  private readonly fork: Fork

  constructor(options: AgentPoolOptions) {
    this.settings = options.settings
    this.store = options.store
    this.table = options.table
    this.fleet = options.fleet
    this.catalog = options.catalog
    this.rules = new AlwaysRules(options.store)
    this.trust = new TrustedDirectories(options.store)
    this.home = options.home
    this.now = options.now
    this.report = options.report
    this.fork = options.fork
    this.askers = options.askers
    this.directories = new SessionDirectories(options.data, options.report)
  }

  /** A new id for a turn, a message or a child. */
  newId(): string {
    return newId(this.now())
  }

  /** The directory of a session. */
  directory(session: string): string {
    return this.directories.of(session)
  }

  /** A session was opened: one with an agent gets its driver. */
  opened({ session, parts }: Loaded): void {
    if (session.durable.agent !== undefined) parts.agent = new DutyDriver(this, session, parts)
  }

  /** Makes room for one more process: of too many the idle ones that were used longest ago are ended. */
  makeRoom(mine: DutyDriver): void {
    const live: Array<DutyDriver> = []
    for (const { parts } of this.table.all()) {
      if (parts.agent !== undefined && parts.agent !== mine && parts.agent.hasProcess) live.push(parts.agent)
    }
    const over = live.length + 1 - this.settings.agentsLive
    if (over <= 0) return
    const idle = live.filter((driver) => driver.idle).sort((a, b) => a.usedAt - b.usedAt)
    for (const driver of idle.slice(0, over)) driver.unload("limit")
    if (idle.length < over) {
      this.report("more agents work than agentsLive allows; none of them is idle", {
        live: live.length + 1,
        agentsLive: this.settings.agentsLive,
      })
    }
  }

  /** All processes are to end: where something runs in the background, the log says so before. */
  async announceEnd(): Promise<void> {
    await Promise.all(Array.from(this.table.all(), ({ parts }) => parts.agent?.announceEnd()))
  }

  /** Runs an effect as a promise; rejects with its error. */
  run<A, E>(effect: Effect.Effect<A, E>): Promise<A> {
    return new Promise((resolve, reject) => {
      this.fork(effect, (exit) => {
        if (Exit.isSuccess(exit)) return resolve(exit.value)
        const error = Exit.findErrorOption(exit)
        reject(error._tag === "Some" ? error.value : new Error(String(exit.cause)))
      })
    })
  }
}
