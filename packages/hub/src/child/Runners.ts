/**
 * Where runners come from: the detached processes of a data directory, or one inside this process.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { connectRunner } from "@holdfast/link/connect"
import { discoverRunners, type FoundRunner, removeGeneration, sweepGeneration } from "@holdfast/runner/client/generations"
import { openFilesBefore } from "@holdfast/runner/client/open-files"
import { type RecoveredChild, recoverJournal } from "@holdfast/runner/client/recover"
import type { ConnectOptions, RunnerConnection } from "@holdfast/link/RunnerConnection"
import {
  type InsideRunner,
  type RunnerSettings,
  type StartedRunner,
  startRunner,
  startRunnerInside,
} from "@holdfast/runner/client/start-runner"

/** A dead generation. */
export type DeadRunner = FoundRunner & { readonly state: "dead" }

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
>()("@holdfast/hub/child/Runners") {
  /** Detached runners, which outlive the hub. `program` is the runner's program file. */
  static readonly layerDetached = (options: {
    readonly dataDirectory: string
    readonly program: string
    readonly settings: RunnerSettings
    readonly build?: string
  }): Layer.Layer<Runners> => {
    const { build = "" } = options
    // Now: later who started this hub may be gone.
    const openFiles = openFilesBefore()
    return Layer.succeed(Runners, {
      ...found(options.dataDirectory),
      build,
      start: () => startRunner({ ...options, build, openFiles }),
    })
  }

  /** A runner inside this process; its children end with it. */
  static readonly layerInside = (options: {
    readonly dataDirectory: string
    readonly settings: RunnerSettings
  }): Layer.Layer<Runners> =>
    Layer.effect(
      Runners,
      Effect.gen(function* () {
        const started: Array<InsideRunner> = []
        const openFiles = openFilesBefore()
        yield* Effect.addFinalizer(() => Effect.promise(() => Promise.all(started.map((runner) => runner.stop()))))
        return Runners.of({
          ...found(options.dataDirectory),
          build: "",
          start: () =>
            startRunnerInside({ ...options, openFiles }).then((runner) => {
              started.push(runner)
              return runner
            }),
        })
      }),
    )
}

const found = (dataDirectory: string): Omit<Runners["Service"], "start" | "build"> => ({
  discover: () => discoverRunners(dataDirectory),
  connect: connectRunner,
  recover: (dead) => recoverJournal(dead.directory),
  bury: (dead) => sweepGeneration(dead.generation).then(() => removeGeneration(dead)),
})
