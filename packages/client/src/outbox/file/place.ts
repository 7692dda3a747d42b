/**
 * A box in a file, for programs in Node.
 */
import { stateFolder } from "../../platform.ts"
import type { Timers } from "../../timers.ts"
import type { OutboxParts } from "../Outbox.ts"
import { FileLock, fileTurns } from "./FileLock.ts"
import { FileStore, split } from "./FileStore.ts"
import { nodeModule } from "./node.ts"
import type { NodeFiles, NodeProcess } from "./node.ts"

/** Opens the box in a file, by default `outbox/NAME.jsonl` in the user's state directory, such as `~/.local/state/holdfast`. */
export async function filePlace(
  name: string,
  file: string | undefined,
  clock: Timers,
): Promise<Pick<OutboxParts, "store" | "turns" | "grapevine">> {
  const { process } = globalThis as unknown as { readonly process: NodeProcess }
  const files = await nodeModule<NodeFiles>("node:fs/promises")
  const { homedir } = await nodeModule<{ readonly homedir: () => string }>("node:os")
  const path = file ?? `${stateFolder(homedir())}/outbox/${encodeURIComponent(name)}.jsonl`
  await files.mkdir(split(path)[0], { recursive: true, mode: 0o700 })
  const store = new FileStore(files, new FileLock(files, process, `${path}.lock`), path)
  const turns = fileTurns(new FileLock(files, process, `${path}.sender`), clock)
  const grapevine = {
    tell: () => undefined,
    listen: (f: (told: object) => void) => store.watch(() => f({})),
    close: () => undefined,
  }
  return { store, turns, grapevine }
}
