/**
 * In which directory each of Claude's calls runs: its shell keeps the directory that an earlier command changed to, and a
 * question about a call does not say it. The hook before a tool does (docs/protocol/rules.md, P-9).
 */
import { FILES } from "./parsed.ts"
import { textAt } from "./read.ts"

/** Calls whose directory is remembered; a call is asked about right after its hook. */
const CALLS_MAX = 256

/** The directories of calls that no one was asked about yet. */
export class CallPlaces {
  readonly #places = new Map<string, string>()

  /** Hooks for the SDK's options. They decide nothing. */
  readonly hooks = {
    PreToolUse: [{ matcher: ["Bash", ...Object.keys(FILES)].join("|"), hooks: [(input: unknown) => this.#heard(input)] }],
  }

  /** Where a call runs; undefined when Claude did not say. */
  of(call: string | undefined): string | undefined {
    return call === undefined ? undefined : this.#places.get(call)
  }

  #heard(input: unknown): Promise<Record<string, never>> {
    const [call, place] = [textAt(input, "tool_use_id"), textAt(input, "cwd")]
    if (call !== undefined && place !== undefined) {
      this.#places.delete(call)
      this.#places.set(call, place)
      for (const old of this.#places.keys()) {
        if (this.#places.size <= CALLS_MAX) break
        this.#places.delete(old)
      }
    }
    return Promise.resolve({})
  }
}
