/** What the next session is to be, as it is filled in: choices are kept for the next one, a message until the outbox has it. */
import { Preference } from "../app/preferences.ts"
import { joined } from "../dock/draft-state.ts"
import { useStore } from "../ui/store.ts"

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

const readText = (stored: unknown): string | undefined => (typeof stored === "string" ? stored : undefined)

/** What one tab has sent is in no other any more. */
const message = new Preference("new-session-message", "", readText).followed()

/** The first message as it stands in the form. */
export function firstMessageNow(): string {
  return message.get()
}

/** Takes a first message out of the form once it is kept elsewhere; what was typed behind it meanwhile stays. */
export function takeFirstMessage(text: string): void {
  const now = message.get()
  if (now.startsWith(text)) message.choose(now.slice(text.length).trimStart())
}

/** Puts a first message back into the form, in front of what was typed since. */
export function giveBackFirstMessage(text: string): void {
  message.choose(joined(text, message.get()))
}

/** The wish, and what changes it. */
export interface Wish extends Choice {
  readonly message: string
  readonly choose: (change: Partial<Choice>) => void
  readonly setMessage: (text: string) => void
}

/** What the next session is to be. */
export function useWish(): Wish {
  return { ...useStore(choice), message: useStore(message), choose, setMessage: message.choose }
}

function choose(change: Partial<Choice>): void {
  choice.choose({ ...choice.get(), ...change })
}
