/**
 * tmux as a peer: a server of its own without the user's configuration, its client on a terminal of ours.
 */
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { programPath } from "../process/program-path.ts"
import { within } from "../process/within.ts"
import { bareTerminal, type BareTerminal } from "../pty/native.ts"

const execute = promisify(execFile)

/** A tmux server with one session. */
export interface Tmux {
  /** Attaches a client; output is handed to `output`. */
  readonly attach: (output: (bytes: Buffer) => void) => BareTerminal
  /** Starts a session that runs a shell command, replacing the one before. */
  readonly run: (command: string) => Promise<void>
  readonly end: () => Promise<void>
}

/** Prepares a server. Throws `Missing` when tmux is not installed. */
export async function openTmux(directory: string): Promise<Tmux> {
  const program = programPath("tmux", "tmux")
  // A server takes a moment to go and its socket with it: each has a name of its own.
  let server = 0
  const base = (): ReadonlyArray<string> => ["-S", join(directory, `tmux-${server}`), "-f", "/dev/null"]
  const command = (...args: ReadonlyArray<string>): Promise<unknown> =>
    within(`tmux ${args[0]}`, 10_000, execute(program, [...base(), ...args]))
  const clients: Array<BareTerminal> = []
  let running = false
  const stop = async (): Promise<void> => {
    if (running) await command("kill-server")
    running = false
    for (const client of clients.splice(0)) await within("the tmux client ends", 5000, client.ended)
  }
  return {
    attach: (output) => {
      const client = bareTerminal(program, [...base(), "attach"], output)
      clients.push(client)
      return client
    },
    run: async (shell) => {
      await stop()
      server++
      await command("new-session", "-d", "-x", "80", "-y", "24", "-s", "bench", shell)
      running = true
      await command("set", "-g", "status", "off")
    },
    end: stop,
  }
}
