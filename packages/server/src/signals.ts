/**
 * Ties a hub to its process: signals end it, faults that no one caught are logged, memory it does not need is given back.
 */
import { collectWhenQuiet } from "./quiet-memory.ts"
import type { Serving } from "./Serving.ts"

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const

/**
 * Stops the hub gracefully on SIGTERM, SIGINT and SIGHUP; a second signal ends the process at once. A rejection that
 * no one handled is logged and the hub continues; after an uncaught exception, whose damage cannot be known, it stops with
 * exit code 1: children run on, and the next start continues from what is durable. Settles when the hub has stopped.
 */
export async function stopOnSignals(serving: Serving): Promise<void> {
  let signalled = false
  const onSignal = (): void => {
    if (signalled) process.exit(1)
    signalled = true
    void serving.stop()
  }
  const onRejection = (reason: unknown): void => void serving.report(reason)
  const onException = (error: unknown): void => {
    const fingerprint = serving.report(error)
    process.stderr.write(`holdfast: internal error (${fingerprint}); the hub is stopping, and its log has the details\n`)
    process.exitCode = 1
    void serving.stop()
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  process.on("unhandledRejection", onRejection).on("uncaughtException", onException)
  const leaveMemory = collectWhenQuiet()
  await serving.stopped
  leaveMemory()
  for (const signal of SIGNALS) process.off(signal, onSignal)
  process.off("unhandledRejection", onRejection).off("uncaughtException", onException)
}
