/** What a person has set for this browser alone, in `localStorage`; a browser that keeps nothing has the defaults. */
import { Store } from "../ui/store.ts"

const PREFIX = "holdfast-app-"

/** Something that is set for this browser. */
export class Preference<A> extends Store<A> {
  readonly #name: string
  readonly #initial: A
  readonly #read: (stored: unknown) => A | undefined

  /** `read` gives the value of what was stored, or `undefined` when that is none. */
  constructor(name: string, initial: A, read: (stored: unknown) => A | undefined) {
    super(stored(name, read) ?? initial)
    this.#name = name
    this.#initial = initial
    this.#read = read
  }

  /** Takes over what another tab of this browser sets from now on; the preference itself is returned. */
  followed(): this {
    globalThis.addEventListener?.("storage", ({ key }) => {
      if (key === PREFIX + this.#name || key === null) this.set(stored(this.#name, this.#read) ?? this.#initial)
    })
    return this
  }

  /** Sets it, here and for the next start. */
  readonly choose = (value: A): void => {
    this.set(value)
    try {
      localStorage.setItem(PREFIX + this.#name, JSON.stringify(value))
    } catch {
      // Then it lasts as long as the page.
    }
  }
}

function stored<A>(name: string, read: (stored: unknown) => A | undefined): A | undefined {
  try {
    const text = localStorage.getItem(PREFIX + name)
    return text === null ? undefined : read(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Reads one of a few words. */
export function oneOf<W extends string>(...words: ReadonlyArray<W>): (stored: unknown) => W | undefined {
  return (value) => words.find((word) => word === value)
}

/** Reads yes or no. */
export function yesOrNo(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined
}

/** The theme. */
export const themeChoice = new Preference<"system" | "dark" | "light">("theme", "system", oneOf("system", "dark", "light"))

/** The size of what is said in sessions; all else keeps its size. */
export const textSize = new Preference<"small" | "usual" | "large" | "largest">(
  "text-size",
  "usual",
  oneOf("small", "usual", "large", "largest"),
)

/** A face of this machine for code and terminals, before the app's own; empty for that one. */
export const monoFace = new Preference("mono-face", "", (stored) => (typeof stored === "string" ? stored : undefined))

/** Whether single letters are keys, outside of text (WCAG 2.1.4). */
export const singleKeys = new Preference("single-keys", true, yesOrNo)
