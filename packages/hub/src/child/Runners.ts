/** Where runners come from (the layers that start real ones are the server's). */
import * as Context from "effect/Context"
import type { DeadRunner, FoundRunner, RecoveredChild, StartedRunner } from "@holdfast/link/found-runner"
import type { ConnectOptions, RunnerConnection } from "@holdfast/link/RunnerConnection"

/** The contract: promises, because a runner is foreign to this process. */
export class Runners extends Context.Service<
  Runners,
  {
    /** Build of the runners that `start` starts; one of another build has what it has and gets nothing new. */
    readonly build: string
    /** Every generation, newest first. */
    readonly discover: () => Promise<ReadonlyArray<FoundRunner>>
    readonly connect: (options: ConnectOptions) => Promise<RunnerConnection>
    /** Starts a new one and waits until it listens. */
    readonly start: () => Promise<StartedRunner>
    /** What a dead one's journal still holds. */
    readonly recover: (dead: DeadRunner) => Promise<ReadonlyArray<RecoveredChild>>
    /** Ends what a dead one left running, and removes its directory. */
    readonly bury: (dead: DeadRunner) => Promise<void>
  }
>()("@holdfast/hub/child/Runners") {}
