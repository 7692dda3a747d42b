/**
 * One child: its adapter, its journal, its emulator, and the keys of its inputs.
 *
 * Output goes to the journal first and to the emulator beside it. What paces the child is the journal and the
 * emulator's lag, never a viewer. After the last output come a checkpoint of the final screen and then the exit.
 */
import { AdapterRefused, type AdapterHandle, type AdapterSink, type ChildExit } from "@holdfast/adapter/adapter"
import type { AgentHandle } from "@holdfast/adapter/agent-adapter"
import type { AgentInstruction } from "@holdfast/link/agent-messages"
import type { AgentJournal } from "@holdfast/adapter/AgentHosts"
import { isPassing } from "@holdfast/protocol/program-reports"
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import type { ReportedProgram, TerminalCommand } from "@holdfast/protocol/terminal-program"
import type { Emulators } from "../emulator/Emulators.ts"
import { Journal, type JournalOptions, type JournalReader } from "../journal/Journal.ts"
import type { JournalDamaged } from "../journal/segments.ts"
import type { ChildStatus, JournalNote, RunnerFailure } from "@holdfast/link/messages"
import { InputKeys } from "./InputKeys.ts"
import { inputHash, KeyedWrites } from "./KeyedWrites.ts"
import { ReporterWatch } from "./ReporterWatch.ts"

/** How long the last checkpoint may take, in milliseconds, before the exit is reported without one. */
const LAST_CHECKPOINT_MILLIS = 2000
/** Longest checkpoint that fits into a frame, in characters, with every escape character spelled out in JSON. */
const CHECKPOINT_MAX = 4 * 1024 * 1024

/** What a child is made of, and where it reports. */
export interface ChildOptions {
  readonly number: number
  readonly id: string
  readonly session: string
  readonly kind: string
  readonly emulators: Emulators | undefined
  readonly journal: Pick<JournalOptions, "directory" | "memoryMax" | "diskMax" | "pool">
  /** Something was added to the journal, or can be read again. */
  readonly grew: () => void
  /** An input was settled. */
  readonly input: (client: string, number: number, failure: RunnerFailure | undefined) => void
  readonly damaged: (error: JournalDamaged) => void
  readonly trouble: (error: Error | undefined) => void
  readonly exited: () => void
}

/** A child of this runner. */
export class Child {
  readonly number: number
  readonly id: string
  readonly session: string
  readonly journal: Journal
  damaged = false
  readonly #options: ChildOptions
  readonly #keys = new InputKeys()
  readonly #keyed = new KeyedWrites()
  readonly #pauses = new Set<"journal" | "emulator">()
  #handle: AdapterHandle | undefined
  #agent: AgentHandle | undefined
  #agentPid: number | undefined
  readonly #told = Promise.withResolvers<void>()
  #exited = false
  #spoke = false
  #reports = false
  readonly #reporter: ReporterWatch

  constructor(options: ChildOptions) {
    this.number = options.number
    this.id = options.id
    this.session = options.session
    this.#options = options
    this.#reporter = new ReporterWatch(() => options.emulators?.ended(options.number))
    this.journal = new Journal({
      ...options.journal,
      id: options.id,
      session: options.session,
      full: (full) => this.#pause("journal", full),
      trouble: options.trouble,
    })
  }

  /** Starts the child; throws `AdapterRefused`, and then nothing ran. */
  start(
    size: { readonly cols: number; readonly rows: number },
    scrollback: number,
    begin: (sink: AdapterSink) => AdapterHandle,
  ): void {
    const handle = begin({
      output: (bytes) => this.#output(bytes),
      note: (note) => this.#note(note),
      exit: (exit) => void this.#exit(exit),
    })
    this.#handle = handle
    this.#options.emulators?.open(this.number, size.cols, size.rows, scrollback)
    this.#note({ type: "started", pid: handle.pid, cols: size.cols, rows: size.rows })
  }

  /** Starts an agent; what goes wrong is reported by its notes. */
  startAgent(begin: (journal: AgentJournal) => AgentHandle): void {
    this.#agent = begin({
      note: (note, size) => void this.#note({ type: "agent", note, size }),
      spawned: (pid) => (this.#agentPid = pid),
      exit: (exit) => void this.#exit(exit),
    })
  }

  /** Hands a command to an agent; throws `AdapterRefused` when this is none. After its exit it does nothing. */
  command(command: AgentInstruction): void {
    if (this.#agent === undefined) throw new AdapterRefused("SessionNotReady", "this child is not an agent")
    if (!this.#exited) this.#agent.command(command)
  }

  get exited(): boolean {
    return this.#exited
  }

  /** Whether nothing of it is needed any more. */
  get done(): boolean {
    return this.#exited && (this.damaged || this.journal.acknowledged >= this.journal.head)
  }

  get status(): ChildStatus {
    const pid = this.#handle?.pid ?? this.#agentPid
    return {
      child: this.number,
      id: this.id,
      session: this.session,
      kind: this.#options.kind,
      state: this.#exited ? "exited" : "running",
      ...(pid === undefined ? {} : { pid }),
      head: this.journal.head,
      acknowledged: this.journal.acknowledged,
    }
  }

  /** Reads its journal from after a position. */
  reader(after: number): JournalReader {
    return this.journal.reader(after, this.#options.grew, (error) => {
      this.damaged = true
      this.#options.damaged(error)
    })
  }

  /** Gives input to the child, once per client and number; with number 0 once per key. */
  input(client: string, number: number, bytes: Uint8Array): void {
    if (number === 0) return this.#keyedInput(client, bytes)
    const verdict = this.#keys.judge(client, number)
    if (verdict === "done") return this.#options.input(client, number, undefined)
    if (verdict === "waiting") return
    if (verdict === "refused")
      return this.#options.input(client, number, {
        tag: "Busy",
        message: "this input was refused before: a new try takes a new number",
      })
    if (this.#handle === undefined || this.#exited) {
      return this.#settled(client, number, { tag: "SessionNotReady", message: "the process has ended" })
    }
    this.#handle.write(bytes, (failure) => this.#settled(client, number, failure))
  }

  #settled(client: string, number: number, failure: RunnerFailure | undefined): void {
    if (failure === undefined) this.#keys.settle(client, number)
    else this.#keys.refuse(client, number)
    this.#options.input(client, number, failure)
  }

  #keyedInput(key: string, bytes: Uint8Array): void {
    const hash = inputHash(bytes)
    const verdict = this.#keyed.judge(key, hash, this.journal.acknowledged)
    if (verdict === "known") return
    if (verdict === "conflict") {
      return this.#options.input(key, 0, { tag: "KeyConflict", message: "the key was used for another input" })
    }
    const settle = (failure: RunnerFailure | undefined): void => {
      if (failure === undefined && !this.#exited) return this.#keyed.told(key, this.#note({ type: "input", key, hash }).position)
      this.#keyed.refuse(key)
      this.#options.input(key, 0, failure ?? { tag: "SessionNotReady", message: "the process has ended" })
    }
    if (this.#handle === undefined || this.#exited) settle({ tag: "SessionNotReady", message: "the process has ended" })
    else this.#handle.write(bytes, settle)
  }

  /** Writes the emulator's answers to the child's queries (T-3). */
  answer(bytes: Uint8Array): void {
    // An answer that the child does not take any more is of no use to anyone.
    this.#handle?.write(bytes, () => undefined)
  }

  /** Notes the child's title. */
  title(title: string): void {
    if (!this.#exited) this.#note({ type: "title", title })
  }

  /** Notes what the child's program reports of itself; `undefined` for nothing any more. */
  program(program: ReportedProgram | undefined): void {
    if (this.#exited || (program === undefined && !this.#reports)) return
    this.#reports = program !== undefined
    this.#note({ type: "program", program: program ?? {}, size: program === undefined ? 0 : JSON.stringify(program).length })
    const passes = program !== undefined && [program, ...(program.tasks ?? [])].some(isPassing)
    this.#reporter.reported(passes ? this.#handle?.foreground?.() : undefined)
  }

  /** Notes a command of the child's shell. */
  commanded(command: TerminalCommand): void {
    if (!this.#exited) this.#note({ type: "command", command })
  }

  /** Changes the size, in order with the output (T-9); throws `AdapterRefused`. */
  resize(cols: number, rows: number): void {
    if (this.#exited || this.#handle?.resize(cols, rows) !== true) return
    const { position } = this.#note({ type: "resize", cols, rows })
    this.#options.emulators?.resize(this.number, position, cols, rows)
  }

  /** What colours the child's questions are answered with. */
  theme(colors: TerminalColors): void {
    if (!this.#exited)
      this.#options.emulators?.theme(this.number, { foreground: colors.foreground, background: colors.background })
  }

  /** Sends a signal; throws `AdapterRefused`. */
  signal(name: string): void {
    if (this.#exited) throw new AdapterRefused("SessionNotReady", "the process has ended")
    if (this.#agent !== undefined) throw new AdapterRefused("SessionNotReady", "an agent takes no signals: interrupt or end it")
    this.#handle?.signal(name)
  }

  /** Ends the child and all it started, also what an ended one left behind; resolves once its exit is in the journal. */
  async end(graceMillis: number): Promise<void> {
    await this.#handle?.end(graceMillis)
    await this.#agent?.end(graceMillis)
    await this.#told.promise
  }

  /** The emulator caught up (`false`), or is too far behind. */
  lag(behind: boolean): void {
    this.#pause("emulator", behind)
  }

  /** Closes emulator and journal; with `remove` the journal's files go too. */
  async close(remove: boolean): Promise<void> {
    this.#options.emulators?.close(this.number)
    await this.journal.close(remove)
  }

  #pause(reason: "journal" | "emulator", paused: boolean): void {
    const before = this.#pauses.size
    if (paused) this.#pauses.add(reason)
    else this.#pauses.delete(reason)
    const child = this.#handle ?? this.#agent
    if (before === 0 && this.#pauses.size > 0) child?.pause()
    if (before > 0 && this.#pauses.size === 0) child?.continue()
  }

  #output(bytes: Uint8Array): void {
    this.#spoke = true
    const { position } = this.journal.append(Date.now(), { bytes })
    this.#options.grew()
    if (this.#options.emulators?.feed(this.number, position, bytes) === false) this.#pause("emulator", true)
  }

  #note(note: JournalNote): { readonly position: number } {
    const entry = this.journal.append(Date.now(), { note })
    this.#options.grew()
    return entry
  }

  async #exit(exit: ChildExit): Promise<void> {
    this.#reporter.stop()
    const screen = await this.#lastScreen()
    if (screen !== undefined) this.#note({ type: "checkpoint", ...screen })
    this.#exited = true
    this.#note({ type: "exit", ...exit })
    this.#told.resolve()
    this.#options.exited()
  }

  async #lastScreen(): Promise<{ position: number; cols: number; rows: number; screen: string } | undefined> {
    const { emulators } = this.#options
    // Of a child that said nothing no one needs a screen: it is as empty as at the log's start.
    if (emulators === undefined || !this.#spoke) return undefined
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), LAST_CHECKPOINT_MILLIS)
    })
    emulators.settle(this.number)
    try {
      const checkpoint = await Promise.race([emulators.checkpoint(this.number), late])
      return checkpoint !== undefined && checkpoint.screen.length <= CHECKPOINT_MAX ? checkpoint : undefined
    } catch {
      // The exit is reported anyway: the log has every byte, only the ready-made screen is missing.
      return undefined
    } finally {
      clearTimeout(timer)
    }
  }
}
