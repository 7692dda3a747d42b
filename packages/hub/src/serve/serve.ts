/**
 * `serve`: builds the hub from its settings and starts it.
 */
import type { ResolvedSettings } from "@holdfast/protocol/settings"
import { ServeFailed, type ServeEnvironment, type Serving } from "./Serving.ts"

/** Starts a hub. Fails with `ServeFailed`, which says what to do. Signals are the caller's (`stop` ends it). */
export const serve = (_settings: ResolvedSettings, _environment: ServeEnvironment): Promise<Serving> =>
  Promise.reject(new ServeFailed("failed", "not wired yet"))
