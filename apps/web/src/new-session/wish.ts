/** What the next session is to be, as it is filled in: choices are kept for the next one, a message until it is sent. */
import { Preference } from "../app/preferences.ts"
import { Store, useStore } from "../ui/store.ts"

/** What is chosen and stays for the next session. */
export interface Choice {
  /** Name of an agent; empty for the server's default. */
  readonly agent: string
  readonly directory: string
  /** By agent: the model and the mode that were chosen last; absent for the agent's own. */
  readonly models: Readonly<Record<string, string>>
  readonly modes: Readonly<Record<string, string>>
}

const NOTHING: Choice = { agent: "", directory: "", models: {}, modes: {} }

function readChoice(stored: unknown): Choice | undefined {
  if (typeof stored !== "object" || stored === null) return undefined
  const { agent = "", directory = "", models = {}, modes = {} } = stored as Partial<Choice>
  return typeof agent === "string" && typeof directory === "string" ? { agent, directory, models, modes } : undefined
}

const choice = new Preference<Choice>("new-session", NOTHING, readChoice)

const message = new Store("")

/** The wish, and what changes it. */
export interface Wish extends Choice {
  readonly message: string
  readonly choose: (change: Partial<Choice>) => void
  readonly setMessage: (text: string) => void
}

/** What the next session is to be. */
export function useWish(): Wish {
  return { ...useStore(choice), message: useStore(message), choose, setMessage: message.set }
}

function choose(change: Partial<Choice>): void {
  choice.choose({ ...choice.get(), ...change })
}
