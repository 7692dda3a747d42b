/** How terminals look and behave in this browser. */
import { formNow } from "../../app/media.ts"
import { oneOf, Preference, yesOrNo } from "../../app/preferences.ts"

/** Sizes of the terminals' face, in pixels. */
export const FONT_SIZE = { least: 8, usual: 14, usualOnPhone: 12, most: 32 } as const

const isPhone = typeof matchMedia === "function" && formNow() === "phone"

/** Pixels. */
export const fontSize = new Preference<number>(
  "terminal-font-size",
  isPhone ? FONT_SIZE.usualOnPhone : FONT_SIZE.usual,
  (stored) => (typeof stored === "number" && Number.isFinite(stored) ? boundedSize(stored) : undefined),
)

/** The colours of terminals: those of the page, or always the same. */
export const terminalTheme = new Preference<"page" | "dark" | "light">("terminal-theme", "page", oneOf("page", "dark", "light"))

/** The shape of the cursor, until a program asks for another. */
export const cursorStyle = new Preference<"block" | "bar" | "underline">(
  "terminal-cursor",
  "block",
  oneOf("block", "bar", "underline"),
)

export const cursorBlink = new Preference("terminal-cursor-blink", false, yesOrNo)

/** What is selected is copied as soon as the button is let go: a program that paints again takes the selection away. */
export const copyOnRelease = new Preference("terminal-copy-on-release", false, yesOrNo)

/** The bell is a sound too. */
export const bellSound = new Preference("terminal-bell-sound", false, yesOrNo)

/** The screen is text that a screen reader finds, and what comes is read out. */
export const screenReader = new Preference("terminal-screen-reader", false, yesOrNo)

/** Whether the graphics card draws: by what the machine has, or not at all. */
export const renderer = new Preference<"auto" | "page">("terminal-renderer", "auto", oneOf("auto", "page"))

/** What is typed on a phone goes to the program key by key instead of line by line. */
export const rawKeys = new Preference("terminal-raw-keys", false, yesOrNo)

/** Sessions whose programs get the keys that are the app's elsewhere. */
export const programKeys = new Preference<ReadonlyArray<string>>("terminal-program-keys", [], (stored) =>
  Array.isArray(stored) ? stored.filter((one) => typeof one === "string") : undefined,
)

/** Gives the app's keys in a session to its program, or takes them back. */
export function toggleProgramKeys(session: string): void {
  const sessions = programKeys.get()
  const isGiven = sessions.includes(session)
  programKeys.choose(isGiven ? sessions.filter((one) => one !== session) : [...sessions, session])
}

/** A size within its bounds, in half pixels. */
export function boundedSize(size: number): number {
  return Math.round(Math.min(Math.max(size, FONT_SIZE.least), FONT_SIZE.most) * 2) / 2
}
