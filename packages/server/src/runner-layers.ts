/** The runners of a data directory: detached processes, or one inside this process. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { AgentHosts } from "@holdfast/adapter/AgentHosts"
import { Runners } from "@holdfast/hub/child/Runners"
import { connectRunner } from "@holdfast/link/connect"
import { discoverRunners, removeGeneration, sweepGeneration } from "@holdfast/runner/client/generations"
import { openFilesBefore } from "@holdfast/runner/client/open-files"
import { recoverJournal } from "@holdfast/runner/client/recover"
import { type InsideRunner, type RunnerSettings, startRunner, startRunnerInside } from "@holdfast/runner/client/start-runner"

/** Detached runners, which outlive the hub. `program` is the runner's program file. */
export function layerDetached(options: {
  readonly dataDirectory: string
  readonly program: string
  readonly settings: RunnerSettings
  readonly build?: string
}): Layer.Layer<Runners> {
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
export function layerInside(options: {
  readonly dataDirectory: string
  readonly settings: RunnerSettings
}): Layer.Layer<Runners> {
  return Layer.effect(
    Runners,
    Effect.gen(function* () {
      const started: Array<InsideRunner> = []
      const openFiles = openFilesBefore()
      yield* Effect.addFinalizer(() => Effect.promise(() => Promise.all(started.map((runner) => runner.stop()))))
      return Runners.of({
        ...found(options.dataDirectory),
        build: "",
        start: async () => {
          // Loaded here, because few hubs have their runner inside.
          const { AgentThreads } = await import("@holdfast/agents/thread/AgentThreads")
          const agents = (failed: (message: string) => void): AgentHosts => new AgentThreads(failed)
          const runner = await startRunnerInside({ ...options, openFiles, agents })
          started.push(runner)
          return runner
        },
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
