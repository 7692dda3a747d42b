/**
 * What the command library asks its platform for. Our commands take texts and numbers only and ask nothing back, so files,
 * prompts and child processes go without: what Node needs to load for them would take a tenth of a short command's time.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as Sink from "effect/Sink"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"

const unused = Effect.die(new Error("commands do not use the terminal, files or other processes through these services"))

/** No files, no prompts, no child processes; paths as they are. */
export const commandServices = Layer.mergeAll(
  FileSystem.layerNoop({}),
  Path.layer,
  Layer.succeed(
    Stdio.Stdio,
    Stdio.make({ args: Effect.succeed([]), stdin: Stream.empty, stdout: () => Sink.drain, stderr: () => Sink.drain }),
  ),
  Layer.succeed(
    Terminal.Terminal,
    Terminal.make({
      columns: Effect.succeed(80),
      rows: Effect.succeed(24),
      size: unused,
      readInput: unused,
      readLine: unused,
      display: () => unused,
    }),
  ),
  Layer.succeed(
    ChildProcessSpawner.ChildProcessSpawner,
    ChildProcessSpawner.make(() => unused),
  ),
)
