/**
 * A user at a terminal: the command line in a real PTY, with an emulator that draws and, as real terminals do, answers
 * every question it is asked by typing.
 */
import { execFile } from "node:child_process"
import { spawn } from "@lydell/node-pty"
import type { IPty } from "@lydell/node-pty"
import headless from "@xterm/headless"
import { afterEach, expect } from "vitest"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { eventually, Hopeless } from "@holdfast/testkit/eventually"
import { MAIN } from "@holdfast/testkit/programs"

/** Outcome of a command that was run to its end. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line to its end. */
export function holdfast(environment: NodeJS.ProcessEnv, ...args: ReadonlyArray<string>): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [MAIN, ...args],
      { env: environment, maxBuffer: 64 * 1024 * 1024, timeout: 120_000 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr })
      },
    )
  })
}

/** Commands of one hub's user. */
export interface CommandLine {
  readonly run: (...args: ReadonlyArray<string>) => Promise<Ran>
  /** Runs a command that must succeed and complain of nothing; gives what it prints. */
  readonly ok: (...args: ReadonlyArray<string>) => Promise<string>
}

/** Commands against the hub that is there when they are run. */
export function commandLine(hub: () => HubProcess): CommandLine {
  const run = (...args: ReadonlyArray<string>): Promise<Ran> => holdfast(hub().environment(), ...args)
  return {
    run,
    ok: async (...args) => {
      const { code, stdout, stderr } = await run(...args)
      expect({ code, stderr }, args.join(" ")).toEqual({ code: 0, stderr: "" })
      return stdout
    },
  }
}

/** The end of what `attach` asks of the user's terminal. */
const OWN_QUESTION = "\u001b]11;?\u001b\\\u001b[c"

/** A user's terminal with a program in it; `colors` are answered when it is asked for them. */
export class UserTerminal {
  readonly #pty: IPty
  readonly #emulator: headless.Terminal
  #isAsked = false
  /** Everything the program wrote, as text. */
  written = ""
  /** What the emulator typed by itself, in answer to questions. */
  answered = ""
  code: number | undefined
  /** Resolves when the program has ended and all it wrote is drawn. */
  readonly ended: Promise<number>

  constructor(
    environment: NodeJS.ProcessEnv,
    args: ReadonlyArray<string>,
    size: { readonly cols: number; readonly rows: number } = { cols: 80, rows: 24 },
    program?: string,
    colors?: { readonly foreground: string; readonly background: string },
  ) {
    this.#emulator = new headless.Terminal({ ...size, allowProposedApi: true, scrollback: 2000 })
    const [file, all] = program === undefined ? [process.execPath, [MAIN, ...args]] : [program, [...args]]
    this.#pty = spawn(file, all, { ...size, env: { ...environment, TERM: "xterm-256color" } })
    this.#emulator.onData((data) => {
      // The program asks its own terminal once, when it begins.
      if (this.#isAsked || !this.written.includes(OWN_QUESTION)) this.answered += data
      else this.#isAsked = true
      this.#pty.write(data)
    })
    for (const [command, color] of [
      [10, colors?.foreground],
      [11, colors?.background],
    ] as const) {
      if (color === undefined) continue
      this.#emulator.parser.registerOscHandler(command, (data) => {
        if (data === "?") this.#pty.write(`\u001b]${command};${color}\u001b\\`)
        return true
      })
    }
    this.#pty.onData((data) => {
      this.written += data
      this.#emulator.write(data)
    })
    this.ended = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode }) => {
        this.code = exitCode
        this.#emulator.write("", () => resolve(exitCode))
      })
    })
  }

  get pid(): number {
    return this.#pty.pid
  }

  type(text: string): void {
    this.#pty.write(text)
  }

  resize(cols: number, rows: number): void {
    this.#emulator.resize(cols, rows)
    this.#pty.resize(cols, rows)
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.#pty.pid, signal)
  }

  get modes(): headless.IModes {
    return this.#emulator.modes
  }

  get alternate(): boolean {
    return this.#emulator.buffer.active.type === "alternate"
  }

  /** Where the cursor stands on the screen, counted from 0. */
  get cursor(): { readonly x: number; readonly y: number } {
    const { active } = this.#emulator.buffer
    return { x: active.cursorX, y: active.cursorY }
  }

  /** The rows that are seen now. */
  get screen(): ReadonlyArray<string> {
    const { active } = this.#emulator.buffer
    return Array.from({ length: this.#emulator.rows }, (_, i) => active.getLine(active.baseY + i)?.translateToString(true) ?? "")
  }

  /** The whole text, scrollback included. */
  get text(): string {
    const { active } = this.#emulator.buffer
    return Array.from({ length: active.length }, (_, i) => active.getLine(i)?.translateToString(true) ?? "").join("\n")
  }

  /** Waits until the screen fulfils a condition. */
  async sees(what: string | RegExp, within = 10_000): Promise<void> {
    const found = (): boolean =>
      typeof what === "string" ? this.screen.join("\n").includes(what) : what.test(this.screen.join("\n"))
    try {
      await eventually(`the screen shows ${String(what)}`, within, found)
    } catch (error) {
      throw new Error(
        `${error instanceof Error ? error.message : String(error)}; it shows:\n${this.screen.join("\n").trimEnd()}`,
        { cause: error },
      )
    }
  }

  /** Waits until `attach` has drawn the session; fails at once when the program has ended instead. */
  async drawn(within = 10_000): Promise<void> {
    const shown = (): string => `; it shows:\n${this.text.trimEnd()}\nand wrote ${JSON.stringify(this.written.slice(-1000))}`
    try {
      await eventually("attach has drawn the session", within, () => {
        if (this.written.includes("\u001b[H\u001b[J")) return true
        if (this.code !== undefined) throw new Hopeless(`attach ended with ${this.code} before it drew the session`)
        return false
      })
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}${shown()}`, { cause: error })
    }
  }

  /** Ends the program, if it lives, and waits for it. */
  /** Closes the window: the terminal is gone, and its programs are told. */
  hangUp(): void {
    Reflect.apply(Reflect.get(this.#pty, "destroy"), this.#pty, [])
  }

  async close(): Promise<void> {
    if (this.code === undefined) this.#pty.kill("SIGKILL")
    await this.ended
    this.#emulator.dispose()
  }
}

/** A user who attaches to a session. */
export function attached(hub: HubProcess, session: string, ...options: ReadonlyArray<string>): UserTerminal {
  return new UserTerminal(hub.environment(), ["attach", session, ...options])
}

/** The users of a file's or a group's tests; their programs end after each test. */
export function usersOfTests(): { readonly push: (user: UserTerminal) => void } {
  const users: Array<UserTerminal> = []
  afterEach(async () => {
    await Promise.all(users.splice(0).map((user) => user.close()))
  })
  return { push: (user) => void users.push(user) }
}
