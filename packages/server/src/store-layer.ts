/**
 * Which store a setting names.
 */
import { join, resolve } from "node:path"
import type * as Layer from "effect/Layer"
import type { Settings } from "@holdfast/protocol/settings"
import { layer as memoryLayer } from "@holdfast/store/memory/MemoryStore"
import { layer as sqliteLayer } from "@holdfast/store/sqlite/SqliteStore"
import type { Store, StoreError, StoreTooNew } from "@holdfast/store/Store"
import { ServeFailed } from "./Serving.ts"

/** The layer of the store that `settings.store` names; SQLite in the data directory when it is empty. Throws `ServeFailed`. */
export function storeLayer(
  settings: Pick<Settings, "store" | "durability" | "sealBytes">,
  data: string,
): Layer.Layer<Store, StoreTooNew | StoreError> {
  const { store, durability, sealBytes } = settings
  if (durability !== "power" && durability !== "process") {
    throw new ServeFailed("settings", `durability must be power or process, not ${durability}`)
  }
  if (store === "memory:") return memoryLayer
  const path =
    store === ""
      ? join(data, "holdfast.db")
      : store.startsWith("sqlite:")
        ? resolve(data, store.slice("sqlite:".length))
        : undefined
  if (path === undefined || path === data) {
    throw new ServeFailed("settings", "store must be sqlite:PATH, memory:, or empty for SQLite in the data directory")
  }
  return sqliteLayer({ path, durability, sealBytes })
}
