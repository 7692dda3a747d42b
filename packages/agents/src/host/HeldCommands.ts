/** Commands that came before their agent was ready. */
import type { AgentInstruction } from "@holdfast/link/agent-messages"

/** Commands that wait for a start; the hub repeats what is left out. */
const HELD_MAX = 1000

type Deliver = Extract<AgentInstruction, { readonly type: "deliver" }>

/** What waits for one agent's start, in order. */
export class HeldCommands {
  #held: Array<AgentInstruction> = []

  /** Keeps a command; beyond the bound it is left out. */
  hold(command: AgentInstruction): void {
    if (this.#held.length < HELD_MAX) this.#held.push(command)
  }

  /** Hands out everything in order; a message whose turn was interrupted meanwhile goes to `stopped`. */
  release(carryOut: (command: AgentInstruction) => void, stopped: (message: Deliver) => void): void {
    const held = this.#take()
    const turns = new Set(held.map((command) => (command.type === "interrupt" ? command.turn : undefined)))
    for (const command of held) {
      if (command.type !== "deliver" || !turns.has(command.turn)) carryOut(command)
      else stopped(command)
    }
  }

  /** Forgets everything; `refuse` gets the messages. */
  refuse(refuse: (message: Deliver) => void): void {
    for (const command of this.#take()) if (command.type === "deliver") refuse(command)
  }

  #take(): ReadonlyArray<AgentInstruction> {
    const held = this.#held
    this.#held = []
    return held
  }
}
