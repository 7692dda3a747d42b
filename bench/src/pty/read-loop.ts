/**
 * A station: the limit of terminal output, a loop that reads the master and counts.
 */
import { answer } from "../process/station.ts"
import { bareTerminal } from "./native.ts"

answer({
  run: async (fields) => {
    let bytes = 0
    const began = performance.now()
    const terminal = bareTerminal("/bin/cat", [String(fields["file"])], (piece) => {
      bytes += piece.length
    })
    await terminal.ended
    return { bytes, milliseconds: performance.now() - began }
  },
})
