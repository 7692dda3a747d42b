/** What tells terminals apart that have the name of their command and no other: where they are, and what runs there. */
import type { Doing } from "@holdfast/client/model"
import type { Session } from "@holdfast/protocol/session"

/** The last part of a path; all of it where that has no name. */
const nameOf = (path: string): string => path.replace(/\/+$/, "").split("/").at(-1) || path

/** Words beside the name of a terminal that is called as its command is; nothing beside a name that a person gave. */
export function shellLine({ label, terminal }: Session, doing: Doing | undefined): string | undefined {
  if (terminal === undefined || label !== nameOf(terminal.command)) return undefined
  const { title, cwd, program, lastCommand } = terminal
  const place = title === "" || title === label ? nameOf(cwd) : title
  const isScreen = doing?.what === "screen" ? "full screen" : undefined
  const does = program?.title ?? lastCommand?.line ?? program?.app ?? isScreen
  return does === undefined || does === place ? place : `${place} · ${does.replace(/\s+/g, " ").trim()}`
}
