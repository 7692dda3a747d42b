/** The line below the field: attach, mode and model, context and cost, stop, and what sending does. */
import { useRef } from "react"
import type { RefObject } from "react"
import type { AgentChoice, AgentInfo, AgentState } from "@holdfast/protocol/agent/agent"
import { useSessionService } from "@holdfast/react"
import { isTouched, useForm } from "../app/media.ts"
import { Button, IconButton } from "../ui/Button.tsx"
import { Menu } from "../ui/Menu.tsx"
import type { MenuItem } from "../ui/menu-item.ts"
import type { KnownAgent } from "./known-agent.ts"
import styles from "./ModeLine.module.css"
import type { SendChoices } from "./send-modes.ts"
import { Stop } from "./Stop.tsx"
import { takeFiles } from "./take-files.ts"
import { PaneUse } from "../workspace/PaneFacts.tsx"
import type { ComposerNow } from "./use-composer.ts"

/** What the line is given. */
export interface ModeLineProps {
  readonly session: string
  readonly agent: AgentState | undefined
  readonly known: KnownAgent | undefined
  readonly composer: ComposerNow
  readonly choices: SendChoices
  readonly hasCommands: boolean
  readonly field: RefObject<HTMLTextAreaElement | null>
}

/** Shows the line. */
export function ModeLine({ session, agent, known, composer, choices, hasCommands, field }: ModeLineProps) {
  const isPhone = useForm() === "phone"
  /** Types a sign where the caret is, so that its list opens. */
  const type = (sign: "@" | "/"): void => {
    const element = field.current
    if (element === null) return
    const text = element.value
    const at = sign === "/" ? 0 : element.selectionStart
    const before = text.slice(0, at)
    const word = sign === "@" && before !== "" && !/\s$/.test(before) ? ` ${sign}` : sign
    // As if it was typed: what is shown follows a frame later, and a caret that is set before that is lost.
    element.focus()
    element.setRangeText(word, at, at, "end")
    element.dispatchEvent(new Event("input", { bubbles: true }))
  }
  return (
    <div className={styles["line"]}>
      <AttachButton composer={composer} />
      <Button
        kind="quiet"
        className={styles["sign"]}
        onClick={() => type("@")}
        title="Name a file of the session's directory"
        disabled={composer.editing !== undefined}
      >
        @<span>file</span>
      </Button>
      {hasCommands ? (
        <Button
          kind="quiet"
          className={styles["sign"]}
          onClick={() => type("/")}
          title="A command of the agent"
          disabled={composer.text.startsWith("/")}
        >
          /<span>command</span>
        </Button>
      ) : null}
      {known?.later === undefined ? null : <span className={styles["later"]}>{known.later}</span>}
      <span className={styles["end"]}>
        {known === undefined ? null : <Pickers session={session} info={known.info} onTold={composer.tell} />}
        {isPhone ? <PaneUse agent={agent} /> : null}
        <Stop session={session} onTold={composer.tell} />
        <SendButton composer={composer} choices={choices} />
      </span>
    </div>
  )
}

function AttachButton({ composer }: { readonly composer: ComposerNow }) {
  const files = useRef<HTMLInputElement>(null)
  const camera = useRef<HTMLInputElement>(null)
  const take = (input: HTMLInputElement): void => {
    const chosen = [...(input.files ?? [])]
    input.value = ""
    void takeFiles(composer, chosen)
  }
  const hasCamera = isTouched()
  const items = (): ReadonlyArray<MenuItem> => [
    { title: "A file or an image", icon: "file", run: () => files.current?.click() },
    { title: "Take a photo", icon: "attach", run: () => camera.current?.click() },
  ]
  const label = "Attach a file; paste and drop work too"
  const isEditing = composer.editing !== undefined
  return (
    <>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Attach files"
        data-attach="files"
        onChange={({ target }) => take(target)}
      />
      <input
        ref={camera}
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        aria-label="Take a photo"
        onChange={({ target }) => take(target)}
      />
      {hasCamera ? (
        <Menu
          label="Attach"
          items={items}
          align="start"
          side="top"
          trigger={<IconButton icon="attach" label={label} disabled={isEditing} />}
        />
      ) : (
        <IconButton icon="attach" label={label} onClick={() => files.current?.click()} disabled={isEditing} />
      )}
    </>
  )
}

interface PickersProps {
  readonly session: string
  readonly info: AgentInfo
  readonly onTold: (told: string) => void
}

/** Mode and model. The system's own lists: a thumb, a keyboard and a reader know them. */
function Pickers({ session, info, onTold }: PickersProps) {
  const service = useSessionService()
  const configure = (change: { readonly mode?: string; readonly model?: string }): void => {
    service.configure(session, change).catch((cause: Error) => onTold(cause.message))
  }
  return (
    <>
      <Picker label="Mode" value={info.mode} choices={info.modes} onPick={(mode) => configure({ mode })} />
      <Picker label="Model" value={info.model} choices={info.models} onPick={(model) => configure({ model })} />
    </>
  )
}

interface PickerProps {
  readonly label: string
  readonly value: string | undefined
  readonly choices: ReadonlyArray<AgentChoice> | undefined
  readonly onPick: (id: string) => void
}

function Picker({ label, value, choices = [], onPick }: PickerProps) {
  // There is nothing to choose.
  const only = choices.length === 0 ? value : choices.length === 1 && choices[0]?.id === value ? choices[0]?.name : undefined
  if (only !== undefined) return <span className={styles["fixed"]}>{only}</span>
  if (choices.length === 0) return null
  const isKnown = choices.some(({ id }) => id === value)
  return (
    <select
      className={styles["picker"]}
      aria-label={label}
      title={`${label}: ${choices.find(({ id }) => id === value)?.description ?? value ?? ""}`}
      value={value ?? ""}
      onChange={({ target }) => onPick(target.value)}
    >
      {isKnown ? null : <option value={value ?? ""}>{value ?? label}</option>}
      {choices.map(({ id, name, description }) => (
        <option key={id} value={id} title={description}>
          {name}
        </option>
      ))}
    </select>
  )
}

/** Says what it does; the other ways are in its menu. */
function SendButton({
  composer,
  choices: { first, second, all },
}: {
  readonly composer: ComposerNow
  readonly choices: SendChoices
}) {
  const { draft, editing, send } = composer
  if (editing !== undefined) return null
  const isEmpty = draft.text.trim() === "" && draft.files.length === 0
  const items = (): ReadonlyArray<MenuItem> =>
    all.map((choice) => ({
      title: choice.words,
      keys: choice === first ? "Enter" : choice === second ? "$mod+Enter" : undefined,
      run: () => void send(choice),
    }))
  return (
    <span className={styles["send"]}>
      <Button kind={isEmpty ? "plain" : "kelp"} keys="Enter" disabled={isEmpty} onClick={() => void send(first)} data-act="send">
        {first.words}
      </Button>
      {second === undefined ? null : (
        <Menu
          label="How it is sent"
          items={items}
          side="top"
          trigger={<IconButton icon="chevron" label="Other ways to send" disabled={isEmpty} className={styles["ways"]} />}
        />
      )}
    </span>
  )
}
