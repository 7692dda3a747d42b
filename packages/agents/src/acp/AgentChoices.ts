/**
 * What an agent reports about itself: commands, models and modes, and how they are set.
 *
 * Agents have them as configuration options (codex, opencode) or as the older fields `modes` and `models`; both are read.
 */
import type { AgentChoice, AgentInfo } from "@holdfast/protocol/agent/agent"
import { at, type JsonObject, listOf, textOf } from "./read-json.ts"

type Kind = "model" | "mode"

/** A request that sets something. */
export interface ChoiceSetting {
  readonly method: string
  readonly params: JsonObject
}

interface Known {
  readonly current: string | undefined
  readonly choices: ReadonlyArray<AgentChoice>
  /** The configuration option; without one it is set by a method of its own. */
  readonly option: string | undefined
}

const choice = (item: unknown, idField: string): ReadonlyArray<AgentChoice> => {
  const id = textOf(at(item, idField))
  if (id === undefined) return []
  const description = textOf(at(item, "description"))
  return [{ id, name: textOf(at(item, "name")) ?? id, ...(description === undefined ? {} : { description }) }]
}

/** The choices of one agent. */
export class AgentChoices {
  readonly #known = new Map<Kind, Known>()
  #commands: AgentInfo["commands"]

  /** Takes the answer to `session/new`, `load`, `resume` or `set_config_option`, or an update; false when it has nothing of this. */
  learn(told: unknown): boolean {
    let found = this.#learnOptions(listOf(at(told, "configOptions")))
    const modes = at(told, "modes")
    if (modes !== undefined && modes !== null)
      found = this.#learnFields("mode", modes, "currentModeId", "availableModes", "id") || found
    const models = at(told, "models")
    if (models !== undefined && models !== null) {
      found = this.#learnFields("model", models, "currentModelId", "availableModels", "modelId") || found
    }
    switch (at(told, "sessionUpdate")) {
      case "current_mode_update": {
        const mode = textOf(at(told, "currentModeId")) ?? textOf(at(told, "modeId"))
        if (mode !== undefined) this.set("mode", mode)
        return true
      }
      case "available_commands_update":
        this.#commands = listOf(at(told, "availableCommands")).flatMap((item) => {
          const name = textOf(at(item, "name"))
          const description = textOf(at(item, "description"))
          return name === undefined ? [] : { name, ...(description === undefined ? {} : { description }) }
        })
        return true
      case "config_option_update":
      case "session_info_update":
        return true
      default:
        return found
    }
  }

  /** What is known, for the record. */
  get info(): AgentInfo {
    const [model, mode] = [this.#known.get("model"), this.#known.get("mode")]
    return {
      steers: false,
      ...(model?.current === undefined ? {} : { model: model.current }),
      ...(mode?.current === undefined ? {} : { mode: mode.current }),
      ...(model === undefined || model.choices.length === 0 ? {} : { models: model.choices }),
      ...(mode === undefined || mode.choices.length === 0 ? {} : { modes: mode.choices }),
      ...(this.#commands === undefined ? {} : { commands: this.#commands }),
    }
  }

  get model(): string | undefined {
    return this.#known.get("model")?.current
  }

  /** It is set now. */
  set(kind: Kind, id: string): void {
    const known = this.#known.get(kind)
    this.#known.set(kind, { choices: known?.choices ?? [], option: known?.option, current: id })
  }

  /** How to set a model or a mode, or what is wrong with it. */
  setting(session: string, kind: Kind, id: string): ChoiceSetting | string {
    const known = this.#known.get(kind)
    if (known === undefined) return `the agent offers no ${kind}s`
    const { choices, option } = known
    if (choices.length > 0 && !choices.some((one) => one.id === id)) {
      const ids = choices.map((one) => one.id)
      return `the agent has no ${kind} ${id}; there are ${ids.slice(0, 20).join(", ")}${ids.length > 20 ? ", …" : ""}`
    }
    if (option !== undefined) {
      return { method: "session/set_config_option", params: { sessionId: session, configId: option, value: id } }
    }
    return { method: `session/set_${kind}`, params: { sessionId: session, [`${kind}Id`]: id } }
  }

  #learnOptions(options: ReadonlyArray<unknown>): boolean {
    let found = false
    for (const kind of ["model", "mode"] as const) {
      const isKind = (option: unknown): boolean => at(option, "category") === kind || at(option, "id") === kind
      const option = options.find((one) => at(one, "category") === kind) ?? options.find(isKind)
      const id = textOf(at(option, "id"))
      if (id === undefined) continue
      const offered = listOf(at(option, "options"))
      // Some group their models by provider.
      const flat = offered.flatMap((item) => (at(item, "options") === undefined ? item : listOf(at(item, "options"))))
      const choices = flat.flatMap((item) => choice(item, "value"))
      this.#known.set(kind, { option: id, current: textOf(at(option, "currentValue")), choices })
      found = true
    }
    return found
  }

  #learnFields(kind: Kind, told: unknown, current: string, available: string, id: string): boolean {
    if (this.#known.get(kind)?.option !== undefined) return false
    const choices = listOf(at(told, available)).flatMap((item) => choice(item, id))
    this.#known.set(kind, { option: undefined, current: textOf(at(told, current)), choices })
    return true
  }
}
