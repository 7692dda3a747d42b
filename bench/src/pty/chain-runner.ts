/**
 * A station, the first half of the bare chain: PTY → journal file → unix socket. What comes back over the socket is typed.
 *
 * Output is written to the journal file and to the socket as it is read; the terminal waits while the socket is full.
 */
import { open } from "node:fs/promises"
import { connect } from "node:net"
import { once } from "node:events"
import { answer } from "../process/station.ts"
import { bareTerminal, type BareTerminal } from "./native.ts"

let terminal: BareTerminal | undefined

answer({
  run: async (fields) => {
    const socket = connect(String(fields["socket"]))
    await once(socket, "connect")
    const journal = (await open(String(fields["journal"]), "w", 0o600)).createWriteStream()
    const args = JSON.parse(String(fields["args"])) as ReadonlyArray<string>
    terminal = bareTerminal(String(fields["command"]), args, (bytes) => {
      const spilled = journal.write(bytes)
      const sent = socket.write(bytes)
      if (spilled && sent) return
      terminal?.stream.pause()
      const full = sent ? journal : socket
      full.once("drain", () => terminal?.stream.resume())
    })
    socket.on("data", (bytes) => terminal?.write(bytes))
    void terminal.ended.then(() => {
      socket.end()
      journal.end()
    })
    return { pid: terminal.pid }
  },
  kill: () => {
    if (terminal !== undefined) process.kill(terminal.pid, "SIGKILL")
    return {}
  },
})
