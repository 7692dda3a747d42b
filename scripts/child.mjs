/** Runs a program in the foreground, passes signals on, and gives its end as an exit code. */
import { spawn } from "node:child_process"
import { constants } from "node:os"

/** Starts `program` with this terminal; resolves with its exit code, 128 + the number when a signal ended it. */
export function runToEnd(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", ...options })
    const inTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
    const handlers = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"].map((signal) => {
      // A terminal sends Ctrl-C and Ctrl-\ to both processes.
      const fromTerminal = inTerminal && (signal === "SIGINT" || signal === "SIGQUIT")
      const pass = () => fromTerminal || child.kill(signal)
      process.on(signal, pass)
      return [signal, pass]
    })
    const done = () => handlers.forEach(([signal, pass]) => process.off(signal, pass))
    child.on("error", (error) => {
      done()
      reject(error)
    })
    child.on("exit", (code, signal) => {
      done()
      resolve(signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0))
    })
  })
}
