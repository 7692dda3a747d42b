import type { SignalName } from "@holdfast/protocol/session"

/** Signals that can be sent to a session's processes. */
export const SIGNALS: ReadonlyArray<SignalName> = [
  "SIGINT",
  "SIGTERM",
  "SIGKILL",
  "SIGHUP",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGCONT",
  "SIGSTOP",
]
