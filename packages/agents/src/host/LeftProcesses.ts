/**
 * Processes that an agent's tools left running, such as a server that a command started with `&`: nothing reports them, so
 * they are looked for after each turn that used tools, and are tasks like those that an agent reports.
 *
 * Left is what carries the agent's marker and descends from the agent no more: an agent's own servers do. On Linux alone, where
 * markers can be read; elsewhere such processes end with their agent.
 */
import { readFileSync } from "node:fs"
import { endProcesses, findProcesses, processEntry, type ProcessEntry } from "@holdfast/adapter/process/processes"
import type { Tasks } from "./Tasks.ts"

/** Wait before the first look after a turn, and before the next: what ends at once by itself is not reported. In milliseconds. */
const FIRST_MILLIS = 200
const SECOND_MILLIS = 300
/** Wait between two looks while something is left, in milliseconds. */
const NEXT_MILLIS = 3000
/** From the first signal to SIGKILL of one that is stopped, in milliseconds. */
const GRACE_MILLIS = 3000

/** Programs that others start for themselves and that are of no use without them: they begin again when they are wanted. */
const HELPERS =
  /(?:^|\/)(?:gpg-agent|ssh-agent|keyboxd|dirmngr|scdaemon|dbus-daemon|watchman|sccache|git(?:\s\S+)*\sfsmonitor--daemon)(?:\s|$)/

const idOf = ({ pid, start }: ProcessEntry): string => `process-${pid}-${start}`

/** The command line as it can be read; empty when the process has ended. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim()
  } catch {
    // It has ended meanwhile.
    return ""
  }
}

/** What is known of an agent. */
export interface LeftOf {
  readonly tasks: Tasks
  readonly marker: string | undefined
  /** Pid of its process. */
  readonly pid: () => number | undefined
}

/** The processes that one agent left. */
export class LeftProcesses {
  readonly #of: LeftOf
  #seen = new Map<string, ProcessEntry>()
  readonly #told = new Map<string, ProcessEntry>()
  readonly #stopping = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(of: LeftOf) {
    this.#of = of
  }

  /** Looks soon, and again as long as something is left. */
  look(): void {
    if (process.platform !== "linux" || this.#of.marker === undefined) return
    this.#after(FIRST_MILLIS)
  }

  /** Stops one; false when it is none of these. */
  stop(id: string): boolean {
    const entry = this.#told.get(id)
    if (entry === undefined) return false
    this.#stopping.add(id)
    const left = (found: string): boolean => found === this.#of.marker
    endProcesses({ marked: left, leader: () => undefined, only: this.#treeOf(entry) }, GRACE_MILLIS).then(
      () => this.#after(0),
      () => this.#after(0),
    )
    return true
  }

  /** What belongs to one: its descendants, and its session, unless it is still in that of the agent. */
  #treeOf({ pid, session }: ProcessEntry): (found: ProcessEntry) => boolean {
    const agent = this.#of.pid()
    const isOwnSession = agent === undefined || processEntry(agent)?.session !== session
    const tree = new Set([pid])
    return (found) => {
      if (tree.has(found.pid)) return true
      if (!tree.has(found.parent) && !(isOwnSession && found.session === session)) return false
      tree.add(found.pid)
      return true
    }
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #after(millis: number): void {
    clearTimeout(this.#timer)
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      this.#find().catch(() => this.#after(NEXT_MILLIS))
    }, millis)
    this.#timer.unref()
  }

  async #find(): Promise<void> {
    const { marker, pid, tasks } = this.#of
    const found = await findProcesses({ marked: (one) => one === marker, leader: () => undefined })
    if (this.#closed) return
    const left = rootsOf(found, new Set([process.pid, pid() ?? -1]))
    const now = new Map(left.map((entry) => [idOf(entry), entry]))
    for (const id of this.#told.keys()) {
      if (now.has(id)) continue
      this.#told.delete(id)
      tasks.ended(id, this.#stopping.delete(id) ? "stopped" : "completed")
    }
    for (const [id, entry] of now) {
      if (!this.#seen.has(id) || this.#told.has(id)) continue
      const description = commandOf(entry.pid)
      // A program in the middle of its start has no command line yet.
      if (description === "" || HELPERS.test(description)) continue
      this.#told.set(id, entry)
      tasks.started({ id, kind: "process", description })
    }
    const news = [...now.keys()].some((id) => !this.#seen.has(id))
    this.#seen = now
    if (news) this.#after(SECOND_MILLIS)
    else if (now.size > 0) this.#after(NEXT_MILLIS)
  }
}

/** Of processes, those that descend from none of `living` and from no other of them. */
function rootsOf(found: ReadonlyArray<ProcessEntry>, living: ReadonlySet<number>): ReadonlyArray<ProcessEntry> {
  const byPid = new Map(found.map((entry) => [entry.pid, entry]))
  return found.filter(({ pid, parent }) => !living.has(pid) && !living.has(parent) && !byPid.has(parent))
}
