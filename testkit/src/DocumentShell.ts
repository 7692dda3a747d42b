/** A shell that the commands of a document run in, one block after the other, with its variables and functions. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process"
import { once } from "node:events"
import type { Names } from "./document-examples.ts"

/** What a block printed. */
export interface Printed {
  readonly output: string
  readonly code: number
}

/** A `bash` that stays open. */
export class DocumentShell {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #mark = `end-${crypto.randomUUID()}`
  #output = ""
  #errors = ""
  #heard: () => void = () => undefined

  constructor(environment: NodeJS.ProcessEnv, directory: string) {
    this.#child = spawn("bash", ["--noprofile", "--norc"], { env: environment, cwd: directory })
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#output += text
      this.#heard()
    })
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-10_000)
    })
    this.#child.once("exit", () => this.#heard())
  }

  /** Runs a block, with `names` as variables. Rejects when it does not end in time. */
  async run(block: string, names: Names, milliseconds = 60_000): Promise<Printed> {
    const variables = [...names].map(([name, value]) => `${name}='${String(value).replaceAll("'", "'\\''")}'\n`)
    this.#child.stdin.write(`${variables.join("")}${block}\nprintf '\\n%s %s\\n' ${this.#mark} $?\n`)
    const end = new RegExp(`\n?${this.#mark} (\\d+)\n`)
    const late = AbortSignal.timeout(milliseconds)
    for (;;) {
      const found = end.exec(this.#output)
      if (found !== null) {
        const output = this.#output.slice(0, found.index)
        this.#output = this.#output.slice(found.index + found[0].length)
        return { output, code: Number(found[1]) }
      }
      if (this.#child.exitCode !== null) throw new Error(`the shell ended: ${this.#errors}`)
      await new Promise<void>((resolve, reject) => {
        this.#heard = resolve
        late.addEventListener("abort", () => reject(new Error(`${block}\ndid not end: ${this.#output}${this.#errors}`)), {
          once: true,
        })
      })
    }
  }

  /** Ends the shell. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, "exit")
    this.#child.kill("SIGKILL")
    await ended
  }
}
