/** Opens connections to a runner's socket and says hello. */
import type { ConnectOptions, RunnerConnection } from "./RunnerConnection.ts"

/** Connects and agrees on a version; rejects with `RunnerUnreachable` or `RunnerRefused`. */
export function connectRunner(options: ConnectOptions): Promise<RunnerConnection> {
  void options
  return Promise.reject(new Error("not built yet"))
}
