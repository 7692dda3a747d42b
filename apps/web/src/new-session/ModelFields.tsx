/** Model and mode of an agent: one that it offered before, or any by its name. */
import { useId } from "react"
import type { ReactElement } from "react"
import type { AgentChoice, AgentEntry } from "@holdfast/protocol/agent/agent"
import { takesMode } from "./request.ts"
import type { Choice } from "./wish.ts"
import css from "./new-session.module.css"

interface ModelFieldsProps {
  readonly agent: AgentEntry
  readonly models: ReadonlyArray<AgentChoice>
  readonly modes: ReadonlyArray<AgentChoice>
  readonly choice: Choice
  readonly choose: (change: Partial<Choice>) => void
}

/** The fields. */
export function ModelFields({ agent, models, modes, choice, choose }: ModelFieldsProps): ReactElement {
  const { name } = agent
  return (
    <>
      <OneOf
        title="Model"
        offered={models}
        value={choice.models[name]}
        set={(model) => choose({ models: changed(choice.models, name, model) })}
      />
      {takesMode(agent) ? (
        <OneOf
          title="Mode"
          offered={modes}
          value={choice.modes[name]}
          set={(mode) => choose({ modes: changed(choice.modes, name, mode) })}
        />
      ) : null}
    </>
  )
}

function changed(before: Readonly<Record<string, string>>, name: string, value: string): Readonly<Record<string, string>> {
  const { [name]: _, ...others } = before
  return value === "" ? others : { ...others, [name]: value }
}

interface OneOfProps {
  readonly title: string
  readonly offered: ReadonlyArray<AgentChoice>
  readonly value: string | undefined
  readonly set: (value: string) => void
}

function OneOf({ title, offered, value = "", set }: OneOfProps): ReactElement {
  const id = useId()
  const hasIt = value === "" || offered.some((one) => one.id === value)
  return (
    <div className={css["field"]}>
      <label htmlFor={id}>{title}</label>
      {offered.length > 0 ? (
        <select id={id} value={value} onChange={(event) => set(event.target.value)}>
          <option value="">The agent&#39;s own</option>
          {hasIt ? null : <option value={value}>{value}</option>}
          {offered.map((one) => (
            <option key={one.id} value={one.id} title={one.description}>
              {one.name}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          value={value}
          placeholder="The agent's own"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={200}
          onChange={(event) => set(event.target.value)}
        />
      )}
    </div>
  )
}
