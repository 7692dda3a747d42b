/** Starts runners: detached in a process of their own, or inside this one. */
import type { Settings } from "@holdfast/protocol/settings"

/** Settings a runner uses. */
export type RunnerSettings = Pick<
  Settings,
  "journalMemory" | "journalDisk" | "runnerIdle" | "killGrace" | "childrenMax" | "inputQueueMax"
>

/** A runner that listens. */
export interface StartedRunner {
  readonly generation: string
  readonly directory: string
  readonly socket: string
  readonly pid: number
}

/** The runner did not come up; `message` holds the tail of its log. */
export class RunnerNotStarted extends Error {
  readonly _tag = "RunnerNotStarted"
}

/** How to start a runner. */
export interface StartRunnerOptions {
  readonly dataDirectory: string
  /** Path of the runner's program: `runner-main.ts` in a clone, `runner-main.js` beside the bundle. */
  readonly program: string
  readonly settings: RunnerSettings
  /** Milliseconds to wait for its socket; default 10000. */
  readonly timeout?: number
}

/** Starts a detached runner under this node and waits until it listens; rejects with `RunnerNotStarted`. */
export function startRunner(options: StartRunnerOptions): Promise<StartedRunner> {
  void options
  return Promise.reject(new Error("not built yet"))
}

/** A runner inside this process: the same server on the same kind of socket; it ends with `stop` or with the process. */
export interface InsideRunner extends StartedRunner {
  /** Ends its children and removes what it made. */
  readonly stop: () => Promise<void>
}

/** Starts a runner inside this process (`runner=inside`). */
export function startRunnerInside(options: {
  readonly dataDirectory: string
  readonly settings: RunnerSettings
}): Promise<InsideRunner> {
  void options
  return Promise.reject(new Error("not built yet"))
}
