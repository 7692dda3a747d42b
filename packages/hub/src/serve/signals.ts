/**
 * Ends a hub on the process's signals.
 */
import type { Serving } from "./Serving.ts"

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const

/** Stops the hub gracefully on SIGTERM, SIGINT and SIGHUP; a second signal ends the process at once. Settles when the hub has stopped. */
export const stopOnSignals = async (serving: Serving): Promise<void> => {
  let signalled = false
  const onSignal = (): void => {
    if (signalled) process.exit(1)
    signalled = true
    void serving.stop()
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  await serving.stopped
  for (const signal of SIGNALS) process.off(signal, onSignal)
}
