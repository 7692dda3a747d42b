/**
 * Where an outbox keeps its items: what it needs of a driver.
 *
 * Several tabs or processes use one store at the same time. A change names the version that it was made from, and is left
 * out if the stored item is another: so what one of them does never undoes what another did (docs/protocol/rules.md, C-51).
 */
import type { OutboxItem } from "./item.ts"

/** Where items are kept. */
export type OutboxStoreKind = "indexeddb" | "file" | "memory"

/** An item in the state after the one that is stored, with `version` one higher: 1 for a new one. `gone` removes it. */
export interface Change {
  readonly item: OutboxItem
  readonly gone?: true
}

/** Keeps items. Each call fails with what the platform says; the outbox turns that into its own errors. */
export interface OutboxStore {
  readonly kind: OutboxStoreKind
  /** The items with these ids that there are, or all. */
  readonly read: (ids?: ReadonlyArray<string>) => Promise<ReadonlyArray<OutboxItem>>
  /**
   * Makes changes, and answers for each whether it was made. A new item is refused while `most` are there that are not
   * completed. `durable`: resolves once they outlive a loss of power.
   */
  readonly write: (changes: ReadonlyArray<Change>, most: number, durable: boolean) => Promise<ReadonlyArray<boolean>>
  readonly close: () => void
}

/** Makes changes to items in memory; answers for each whether it was made. */
export function applyChanges(
  items: Map<string, OutboxItem>,
  changes: ReadonlyArray<Change>,
  most: number,
): ReadonlyArray<boolean> {
  return changes.map(({ item, gone }) => {
    if ((items.get(item.id)?.version ?? 0) !== item.version - 1) return false
    if (item.version === 1 && kept(items) >= most) return false
    if (gone === true) items.delete(item.id)
    else items.set(item.id, item)
    return true
  })
}

function kept(items: ReadonlyMap<string, OutboxItem>): number {
  let count = 0
  for (const { status } of items.values()) if (status !== "completed") count++
  return count
}

/** Keeps items as long as the page or the process lives. */
export function memoryStore(): OutboxStore {
  const items = new Map<string, OutboxItem>()
  return {
    kind: "memory",
    read: (ids) => Promise.resolve([...items.values()].filter(({ id }) => ids === undefined || ids.includes(id))),
    write: (changes, most) => Promise.resolve(applyChanges(items, changes, most)),
    close: () => undefined,
  }
}
