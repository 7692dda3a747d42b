/** Sessions that an agent's own program keeps on this machine, and what becomes of one that is imported (row:A10). */
import type { AdapterKind } from "@holdfast/protocol/agent/agent"
import type { EventDraft } from "@holdfast/protocol/events"

/** A session as a person chooses it. `modified` is epoch milliseconds, `size` bytes. */
export interface ForeignSession {
  readonly id: string
  /** One line, for people. */
  readonly title: string
  readonly modified: number
  readonly size: number
  readonly cwd?: string
  /** Its first `size` bytes as events in batches: the same ones whenever they are read. `by` is who imports it. */
  readonly batches: (size: number, by: string) => AsyncGenerator<ReadonlyArray<EventDraft>, void>
}

/** The sessions of one agent. */
export interface ImportSource {
  /** The agent that continues an imported session. */
  readonly agent: { readonly name: string; readonly adapter: AdapterKind }
  /** The program's name, for people. */
  readonly title: string
  /** All sessions of a user with this environment, the latest first. Rejects when they cannot be read. */
  readonly list: (environment: Readonly<Record<string, string | undefined>>) => Promise<ReadonlyArray<ForeignSession>>
}
