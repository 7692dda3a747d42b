/** Keeps the states that the library does not (T-16): hooks `KeptStates` and `Colors` to a terminal. */
import type { Terminal } from "@xterm/headless"
import type { Colors } from "./colors.ts"
import { KEPT_COMMANDS, KEPT_MODES, KEPT_SEQUENCES, KeptStates } from "./kept-states.ts"
import type { Core } from "./xterm-internals.ts"

/** The states of a terminal from now on. */
export function hookStates(terminal: Terminal, core: Core, colors: Colors): KeptStates {
  const { parser } = terminal
  const states = new KeptStates()
  for (const kind of KEPT_SEQUENCES) {
    const [prefix = "", final = ""] = kind
    parser.registerCsiHandler({ prefix, final }, (parameters) => (states.csi(kind, parameters), true))
  }
  for (const command of KEPT_COMMANDS) {
    parser.registerOscHandler(command, (data) => (states.osc(command, data), true))
  }
  for (const final of ["h", "l"]) {
    parser.registerCsiHandler({ prefix: "?", final }, (parameters) => {
      for (const mode of parameters) if (typeof mode === "number" && KEPT_MODES.has(mode)) states.mode(mode, final === "h")
      return false
    })
  }
  terminal.buffer.onBufferChange((buffer) => void states.show(buffer.type))
  // The library leaves these as they are when a terminal is reset (RIS).
  parser.registerEscHandler({ final: "c" }, () => {
    states.reset()
    colors.reset()
    core.coreService.isCursorHidden = false
    terminal.options.convertEol = false
    terminal.options.cursorBlink = false
    return false
  })
  return states
}
